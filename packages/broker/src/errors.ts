/** The broker's one error: a problem code of the contract and what a caller may be told. Knows no HTTP framework. */
import { type FieldError, PROBLEM_STATUS, type ProblemCode } from "@guestpass/protocol";

export interface BrokerErrorDetails {
  /** Whole seconds until it is worth trying again. */
  retryAfterSeconds?: number | undefined;
  /** What is wrong with the request, field by field. */
  errors?: FieldError[] | undefined;
  /** The HTTP status that the platform gave, when it gave one. */
  upstreamStatus?: number | undefined;
  cause?: unknown;
}

/**
 * Every refusal and failure of the broker. `message` is safe to show to a page: it never carries a platform's answer,
 * a secret or a path. `cause` is for the log of the one who runs it, and carries no secret either.
 */
export class BrokerError extends Error {
  override readonly name = "BrokerError";
  readonly code: ProblemCode;
  /** HTTP status that belongs to the code. */
  readonly status: number;
  declare readonly retryAfterSeconds?: number;
  declare readonly errors?: FieldError[];
  declare readonly upstreamStatus?: number;

  constructor(code: ProblemCode, message: string, details: BrokerErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = PROBLEM_STATUS[code];
    if (details.retryAfterSeconds !== undefined) this.retryAfterSeconds = details.retryAfterSeconds;
    if (details.errors !== undefined) this.errors = details.errors;
    if (details.upstreamStatus !== undefined) this.upstreamStatus = details.upstreamStatus;
  }
}

/** The error as it is when it is the broker's own, else `internal` with the unexpected one as its cause. */
export function asBrokerError(error: unknown): BrokerError {
  if (error instanceof BrokerError) return error;
  return new BrokerError("internal", "Something went wrong that should not have.", { cause: error });
}
