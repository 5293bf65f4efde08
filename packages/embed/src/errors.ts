/**
 * The one error that a page sees, in a rejected promise and in `guestpass-error`. Knows the codes; does not know who
 * met the trouble.
 */
import type { ProblemCode } from "@guestpass/protocol";

/** Codes of the client's own, besides the problem codes of the token endpoint. */
export type ClientErrorCode =
  | "network"
  | "timeout"
  | "invalid_answer"
  | "message_too_long"
  | "message_rate_limited"
  | "attributes_too_large"
  | "upload_refused"
  | "upload_failed"
  | "socket_refused"
  | "socket_closed"
  | "messenger_failed"
  | "unsupported"
  | "aborted";

export type GuestpassErrorCode = ProblemCode | ClientErrorCode;

/** What every method rejects with. `retryable` says whether the same call may work later; `cause` is what lay below. */
export class GuestpassError extends Error {
  override readonly name = "GuestpassError";
  readonly code: GuestpassErrorCode;
  readonly retryable: boolean;

  constructor(code: GuestpassErrorCode, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}

/**
 * Makes a `GuestpassError` of what a lower package threw: its `code` and `retryable` are kept, a TypeError is the
 * caller's mistake (`invalid_request`), an abort is `aborted`, anything else `messenger_failed`.
 */
export function toGuestpassError(error: unknown): GuestpassError {
  if (error instanceof GuestpassError) return error;
  const { code, retryable, name, message = String(error) } = Object(error) as Partial<GuestpassError>;
  const known =
    code && retryable !== undefined
      ? code
      : error instanceof TypeError
        ? "invalid_request"
        : (name as string) === "AbortError"
          ? "aborted"
          : "messenger_failed";
  return new GuestpassError(known, message, { retryable: retryable === true, cause: error });
}
