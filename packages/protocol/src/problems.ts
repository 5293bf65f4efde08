/** The problem codes of the token endpoint (RFC 9457), with the HTTP status of each. */

export const PROBLEM_STATUS = {
  invalid_request: 400,
  identity_required: 401,
  identity_invalid: 401,
  identity_expired: 401,
  authorization_invalid: 401,
  session_invalid: 401,
  session_expired: 401,
  session_revoked: 401,
  origin_not_allowed: 403,
  deployment_not_allowed: 403,
  queue_not_allowed: 403,
  consent_required: 403,
  challenge_required: 403,
  challenge_failed: 403,
  not_found: 404,
  method_not_allowed: 405,
  payload_too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  internal: 500,
  upstream_rejected: 502,
  upstream_unauthorized: 502,
  upstream_forbidden: 502,
  upstream_invalid: 502,
  token_scope_missing: 502,
  upstream_rate_limited: 503,
  upstream_unavailable: 503,
  challenge_unavailable: 503,
  identity_unavailable: 503,
  not_ready: 503,
  overloaded: 503,
} as const satisfies Record<string, number>;

export type ProblemCode = keyof typeof PROBLEM_STATUS;

/** One field that is wrong: `path` is a JSON pointer such as `/attributes/colour`. */
export interface FieldError {
  path: string;
  message: string;
}

/** The body of every error answer, `application/problem+json`. */
export interface Problem {
  /** A stable URI that ends in the code. */
  type: string;
  title: string;
  status: number;
  code: ProblemCode;
  detail: string;
  requestId: string;
  /** Whole seconds, the same as the Retry-After header. */
  retryAfter?: number;
  errors?: FieldError[];
}

/** True for a code of this contract. */
export function isProblemCode(code: unknown): code is ProblemCode {
  return typeof code === "string" && Object.hasOwn(PROBLEM_STATUS, code);
}
