/** The one error of this package. Knows the codes a page may act on; never carries a token or a platform's raw answer. */

/**
 * Why a call failed.
 * - `message_too_long`, `attributes_too_large`: refused before sending; the text is kept by the caller
 * - `message_rate_limited`: the platform went on refusing for its rate
 * - `upload_refused`: the file is not allowed; `upload_failed`: it could not be brought over
 * - `socket_refused`: the messenger did not accept the token or the connection
 * - `socket_closed`: the conversation is not open and will not open by itself
 * - `timeout`: no answer in time; `aborted`: the caller ended it; `unsupported`: something is missing here
 */
export type MessagingErrorCode =
  | "message_too_long"
  | "message_rate_limited"
  | "attributes_too_large"
  | "upload_refused"
  | "upload_failed"
  | "socket_refused"
  | "socket_closed"
  | "timeout"
  | "aborted"
  | "unsupported";

const RETRYABLE: readonly MessagingErrorCode[] = ["message_rate_limited", "upload_failed", "socket_closed", "timeout"];

export class MessagingError extends Error {
  readonly code: MessagingErrorCode;
  /** True when the same call may work later. */
  readonly retryable: boolean;

  constructor(code: MessagingErrorCode, message: string, options: { cause?: unknown; retryable?: boolean } = {}) {
    super(message, options);
    this.name = "MessagingError";
    this.code = code;
    this.retryable = options.retryable ?? RETRYABLE.includes(code);
  }
}
