/** The one error of this package. Knows codes and what to do about them; never holds a token, a handle or an answer's body. */
import type { ProblemCode } from "@guestpass/protocol";

/** A problem code of the endpoint, or what went wrong on this side of the wire. */
export type TokensErrorCode = ProblemCode | "network" | "timeout" | "invalid_answer" | "aborted" | "unsupported";

export interface TokensErrorDetails {
  /** True where the keeper (or the caller, later) may try again without a change by the page. */
  retryable?: boolean | undefined;
  /** HTTP status of the answer, where there was one. */
  status?: number | undefined;
  /** Whole seconds that the endpoint asked to wait. */
  retryAfterSeconds?: number | undefined;
  /** The endpoint's `X-Request-Id`, for its operator's log. */
  requestId?: string | undefined;
  cause?: unknown;
}

export class TokensError extends Error {
  override readonly name = "TokensError";
  readonly code: TokensErrorCode;
  readonly retryable: boolean;
  declare readonly status?: number;
  declare readonly retryAfterSeconds?: number;
  declare readonly requestId?: string;

  constructor(code: TokensErrorCode, message: string, details: TokensErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryable = details.retryable ?? false;
    if (details.status !== undefined) this.status = details.status;
    if (details.retryAfterSeconds !== undefined) this.retryAfterSeconds = details.retryAfterSeconds;
    if (details.requestId !== undefined) this.requestId = details.requestId;
  }
}
