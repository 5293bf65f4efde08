/** Whether a token that the platform gave may be handed out, and until when it lives. Pure; verifies no signature: the key is the platform's. */
import { list, num, str } from "@guestpass/protocol";
import { decodeJwt, type JWTPayload } from "jose";
import { BrokerError } from "../errors.js";
import type { Guest } from "../guests/guest-api.js";

/** A life beyond this is a mistake of units, not a life. */
const SANE_LIFE_MS = 10 * 366 * 24 * 60 * 60 * 1000;

export interface TokenRules {
  /** ms since the epoch. */
  now: number;
  /** ms since the epoch: no token outlives its session. */
  sessionEndsAt: number;
  requiredScopes: readonly string[];
  /** True where a token that names no scope lacks them all. */
  scopesMustBeNamed: boolean;
}

function invalid(why: string): BrokerError {
  return new BrokerError("upstream_invalid", "The messaging platform gave a token that cannot be used.", {
    cause: new Error(why),
  });
}

function decode(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch {
    throw invalid("the token is not a JWT");
  }
}

/** The scopes of a claim or an answer: a text with spaces, or a list. Undefined where nothing is named. */
function scopesOf(value: unknown): string[] | undefined {
  if (Array.isArray(value)) return list(value).filter((scope): scope is string => typeof scope === "string");
  return str(value)
    ?.split(" ")
    .filter((scope) => scope !== "");
}

function checkScopes(guest: Guest, claims: JWTPayload, rules: TokenRules): void {
  if (rules.requiredScopes.length === 0) return;
  const named = [scopesOf(claims["scope"]), scopesOf(guest.scope)].filter((scopes) => scopes !== undefined);
  const missing = rules.requiredScopes.filter((scope) => named.some((scopes) => !scopes.includes(scope)));
  const unnamed = rules.scopesMustBeNamed && named.length === 0;
  if (missing.length === 0 && !unnamed) return;
  throw new BrokerError("token_scope_missing", "The guest token lacks a scope that messaging needs.", {
    cause: new Error(`missing scopes: ${(unnamed ? rules.requiredScopes : missing).join(" ")}`),
  });
}

/** The earliest of all ends that the platform names, so that a clock that is off on either side errs to the safe one. */
function earliestEnd(guest: Guest, claims: JWTPayload): number {
  const ends: number[] = [];
  if (guest.expiresAt !== undefined) ends.push(guest.expiresAt);
  if (guest.expiresInSeconds !== undefined) ends.push(guest.askedAt + guest.expiresInSeconds * 1000);
  if (claims.exp !== undefined) {
    const exp = num(claims.exp);
    if (exp === undefined) throw invalid("exp of the token is no number");
    ends.push(exp * 1000);
    if (claims.iat !== undefined && claims.iat < exp) ends.push(guest.askedAt + (exp - claims.iat) * 1000);
  }
  if (ends.length === 0) throw invalid("nothing says how long the token lives");
  return Math.min(...ends);
}

/**
 * The end of the token, ms since the epoch, at the latest the end of its session. `upstream_invalid` for a token that is
 * none, is over, or has no sane end; `token_scope_missing` where a required scope is not in it.
 */
export function checkToken(guest: Guest, rules: TokenRules): number {
  const claims = guest.tokenType === "jwt" ? decode(guest.token) : {};
  checkScopes(guest, claims, rules);
  const end = earliestEnd(guest, claims);
  if (!Number.isFinite(end) || end - rules.now > SANE_LIFE_MS) throw invalid("the token's end is not sane");
  if (end - rules.now < 1000) throw invalid("the token is over already");
  return Math.min(end, rules.sessionEndsAt);
}
