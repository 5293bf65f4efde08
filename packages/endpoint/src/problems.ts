/**
 * Turns whatever went wrong into a problem of the contract (RFC 9457). Knows the broker's errors, Fastify's and the
 * endpoint's own; lets nothing through that a page must not see.
 */
import { BrokerError } from "@guestpass/broker";
import { type FieldError, isProblemCode, PROBLEM_STATUS, type Problem, type ProblemCode } from "@guestpass/protocol";

export const PROBLEM_TYPE = "application/problem+json";

const TITLES: Record<ProblemCode, string> = {
  invalid_request: "The request is not valid",
  identity_required: "An identity token is required",
  identity_invalid: "The identity token is not valid",
  identity_expired: "The identity token has expired",
  authorization_invalid: "The sign-in was refused",
  session_invalid: "The session is not valid",
  session_expired: "The session has ended",
  session_revoked: "The session was revoked",
  origin_not_allowed: "This origin may not ask",
  deployment_not_allowed: "This deployment may not be asked for",
  queue_not_allowed: "This queue may not be asked for",
  consent_required: "Consent is required",
  challenge_required: "A challenge is required",
  challenge_failed: "The challenge was not passed",
  not_found: "There is nothing here",
  method_not_allowed: "The method is not allowed here",
  payload_too_large: "The request is too large",
  unsupported_media_type: "The media type is not supported",
  rate_limited: "Too many requests",
  internal: "Something went wrong here",
  upstream_rejected: "The platform rejected the request",
  upstream_unauthorized: "The platform refused the endpoint's credentials",
  upstream_forbidden: "The platform forbids the endpoint this call",
  upstream_invalid: "The platform's answer cannot be used",
  token_scope_missing: "The token lacks a scope",
  upstream_rate_limited: "The platform's limit is reached",
  upstream_unavailable: "The platform cannot be reached",
  challenge_unavailable: "The challenge cannot be verified now",
  identity_unavailable: "The identity cannot be verified now",
  not_ready: "The endpoint is not ready",
  overloaded: "The endpoint has too much to do",
};

/** A stable URI for each code. */
export function problemType(code: ProblemCode): string {
  return `urn:guestpass:problem:${code}`;
}

export interface RefusalDetails {
  /** The HTTP status, where it is another than the code's own. */
  status?: number;
  /** Whole seconds. */
  retryAfterSeconds?: number;
  headers?: Record<string, string>;
  errors?: FieldError[];
  cause?: unknown;
}

/** The endpoint's own refusal; `message` is safe to show. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: ProblemCode;
  readonly status: number;
  readonly retryAfterSeconds?: number;
  readonly headers?: Record<string, string>;
  readonly errors?: FieldError[];
  constructor(code: ProblemCode, message: string, details: RefusalDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = details.status ?? PROBLEM_STATUS[code];
    if (details.retryAfterSeconds !== undefined) this.retryAfterSeconds = details.retryAfterSeconds;
    if (details.headers !== undefined) this.headers = details.headers;
    if (details.errors !== undefined) this.errors = details.errors;
  }
}

/** Fastify's own errors that a caller can cause. The rest go by their status. */
const FASTIFY_ERRORS: Readonly<Record<string, Refusal>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: new Refusal("payload_too_large", "The body is larger than this endpoint reads."),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: new Refusal("unsupported_media_type", "Bodies are application/json in UTF-8."),
  FST_ERR_CTP_INVALID_JSON_BODY: new Refusal("invalid_request", "The body is not valid JSON."),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: new Refusal("invalid_request", "Content-Length and the body's length differ."),
  FST_ERR_BAD_URL: new Refusal("invalid_request", "The URL is not correctly encoded."),
  FST_ERR_MAX_PARAM_LENGTH: new Refusal("not_found", "There is nothing at this path."),
  FST_ERR_NOT_FOUND: new Refusal("not_found", "There is nothing at this path."),
};

const BY_STATUS: Readonly<Record<number, Refusal>> = {
  404: new Refusal("not_found", "There is nothing at this path."),
  405: new Refusal("method_not_allowed", "This method is not allowed here."),
  413: new Refusal("payload_too_large", "The request is larger than this endpoint reads."),
  415: new Refusal("unsupported_media_type", "Bodies are application/json in UTF-8."),
  429: new Refusal("rate_limited", "Too many requests from this network."),
  503: new Refusal("overloaded", "The endpoint has too much to do; try again in a moment."),
};
const BAD_REQUEST = new Refusal("invalid_request", "The request cannot be read.");

/** What the caller is told of an error: a refusal that is safe to show. Unexpected errors are `internal`, as their cause. */
export function refusalOf(error: unknown): Refusal | BrokerError {
  if (error instanceof Refusal || error instanceof BrokerError) return error;
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown };
  if (typeof code === "string" && Object.hasOwn(FASTIFY_ERRORS, code)) return FASTIFY_ERRORS[code] ?? BAD_REQUEST;
  if (typeof statusCode === "number" && Object.hasOwn(BY_STATUS, statusCode))
    return BY_STATUS[statusCode] ?? BAD_REQUEST;
  if (typeof statusCode === "number" && statusCode >= 400 && statusCode < 500) return BAD_REQUEST;
  return new Refusal("internal", "Something went wrong here that should not have.", { cause: error });
}

/** The body of the answer. `status` is the one that the answer has. */
export function problemOf(refusal: Refusal | BrokerError, requestId: string, status: number = refusal.status): Problem {
  const code = isProblemCode(refusal.code) ? refusal.code : "internal";
  return {
    type: problemType(code),
    title: TITLES[code],
    status,
    code,
    detail: refusal.message,
    requestId,
    ...(refusal.retryAfterSeconds !== undefined && { retryAfter: refusal.retryAfterSeconds }),
    ...(refusal.errors !== undefined && { errors: refusal.errors }),
  };
}
