/** The one error of this package. Knows codes and whether they pass by themselves; never holds a token, a handle or an answer's body. */
import type { ProblemCode } from "@guestpass/protocol";

/** A problem code of the endpoint, or what went wrong on this side of the wire. */
export type TokensErrorCode = ProblemCode | "network" | "timeout" | "invalid_answer" | "aborted" | "unsupported";

export interface TokensErrorDetails {
  /** HTTP status of the answer, where there was one. */
  readonly status?: number | undefined;
  /** Whole seconds that the endpoint asked to wait. */
  readonly retryAfterSeconds?: number | undefined;
  /** The endpoint's `X-Request-Id`, for its operator's log. */
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
}

export class TokensError extends Error {
  declare readonly code: TokensErrorCode;
  /** True where the keeper, or the caller later, may try again without a change by the page. */
  declare readonly retryable: boolean;
  declare readonly status?: number | undefined;
  declare readonly retryAfterSeconds?: number | undefined;
  declare readonly requestId?: string | undefined;

  constructor(code: TokensErrorCode, message: string, details: TokensErrorDetails = {}) {
    super(message, details);
    Object.assign(this, { name: "TokensError", retryable: passes(code, details.status) }, details, { code });
  }
}

/** Whether a failure passes by itself: no answer, an answer that is none, a server in trouble, too many requests. */
function passes(code: TokensErrorCode, status = 0): boolean {
  if (status >= 400 && status < 500) return status === 408 || status === 425 || status === 429;
  return code !== "aborted" && code !== "unsupported" && (status > 0 || /^(network|timeout|invalid|rate)/.test(code));
}
