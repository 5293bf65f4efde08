/**
 * The door of the REST API: the Bearer token, the scope where the token was narrowed to scopes, the quotas. Knows no
 * resource.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Platform } from "../platform.js";
import { PlatformError } from "../platform-error.js";

const MINUTE_MS = 60_000;
/** `client.credentials.token.rate.per.minute`, for everything but the guest APIs. */
export const PLATFORM_CALLS_PER_MINUTE = 300;

export interface DoorRule {
  /** Refused with 403 when the token was asked for with other scopes by name. */
  scope?: string;
  /** Calls a minute, for each client and path. */
  perMinute: number;
}

/** A hook that lets a request in or throws a PlatformError: 401, 403 or 429. */
export function bearerDoor(platform: Platform, rule: DoorRule) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const token = bearerOf(request);
    const access = token === null ? null : platform.accessTokens.find(token);
    if (!access)
      throw unauthenticated(token === null ? "No authentication bearer token specified" : "Invalid login credentials.");
    const verdict = platform.windows.take(
      `rest:${access.clientId}:${request.routeOptions.url}`,
      rule.perMinute,
      MINUTE_MS,
    );
    const headers = {
      "inin-ratelimit-count": String(verdict.count),
      "inin-ratelimit-allowed": String(rule.perMinute),
      "inin-ratelimit-reset": String(verdict.resetSeconds),
    };
    reply.headers(headers);
    if (!verdict.allowed) throw tooManyRequests(verdict.resetSeconds, headers);
    if (rule.scope && access.scopes && !access.scopes.includes(rule.scope)) {
      throw new PlatformError(403, `The token lacks the scope ${rule.scope}`, { code: "missing.scope" });
    }
  };
}

/** The token of `Authorization: Bearer`, or null. */
export function bearerOf(request: FastifyRequest): string | null {
  return /^bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? null;
}

export function unauthenticated(message: string): PlatformError {
  return new PlatformError(401, message, {
    code: message.startsWith("No ") ? "authentication.required" : "bad.credentials",
  });
}

export function tooManyRequests(seconds: number, headers: Record<string, string> = {}): PlatformError {
  return new PlatformError(429, `Rate limit exceeded the maximum. Retry the request in [${seconds}] seconds`, {
    headers: { ...headers, "retry-after": String(seconds) },
  });
}
