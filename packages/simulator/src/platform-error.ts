/**
 * The two ways in which the platform says no over HTTP: the REST error body, and OAuth's. Knows no route.
 */
import { randomUUID } from "node:crypto";

export interface ErrorDetail {
  errorCode: string;
  fieldName?: string;
}

/** Codes of the REST error body where nothing more exact is known. */
const CODE_OF_STATUS: Record<number, string> = {
  400: "bad.request",
  401: "authentication.required",
  403: "not.authorized",
  404: "not.found",
  405: "method.not.allowed",
  408: "request.timeout",
  409: "conflict",
  413: "request.entity.too.large",
  415: "unsupported.media.type",
  429: "too.many.requests",
  500: "internal.server.error",
  502: "bad.gateway",
  503: "service.unavailable",
  504: "authentication.request.timeout",
};

/** Thrown by a route; answered as `{message, code, status, messageParams, contextId, details, errors}`. */
export class PlatformError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: ErrorDetail[];
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    message: string,
    more: { code?: string; details?: ErrorDetail[]; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.name = "PlatformError";
    this.status = status;
    this.code = more.code ?? CODE_OF_STATUS[status] ?? "general.error";
    this.details = more.details ?? [];
    this.headers = more.headers ?? {};
  }
}

/** Thrown by the token route; answered as `{error, description, error_description}`. */
export class OAuthError extends Error {
  readonly status: number;
  readonly error: string;

  constructor(status: number, error: string, description: string) {
    super(description);
    this.name = "OAuthError";
    this.status = status;
    this.error = error;
  }
}

export function platformErrorBody(error: PlatformError): Record<string, unknown> {
  return {
    message: error.message,
    code: error.code,
    status: error.status,
    messageParams: {},
    contextId: randomUUID(),
    details: error.details,
    errors: [],
  };
}

export function oauthErrorBody(error: OAuthError): Record<string, unknown> {
  return { error: error.error, description: error.message, error_description: error.message };
}
