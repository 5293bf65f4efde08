/** OAuth access tokens of the client-credentials grant: who holds one, for what, until when. Knows no route. */
import { randomBytes } from "node:crypto";
import type { Clock } from "./clock.js";

/** Live tokens kept at most; the oldest goes first. */
const KEPT = 10_000;

export interface AccessToken {
  clientId: string;
  /** Scopes that were asked for by name; null: all that the client has. */
  scopes: string[] | null;
  /** Milliseconds. */
  expiresAt: number;
}

export interface AccessTokens {
  issue(clientId: string, scopes: string[] | null, lifeSeconds: number): string;
  find(token: string): AccessToken | null;
}

export function createAccessTokens(clock: Clock): AccessTokens {
  const tokens = new Map<string, AccessToken>();
  return {
    issue(clientId, scopes, lifeSeconds) {
      const oldest = tokens.keys().next();
      if (tokens.size >= KEPT && !oldest.done) tokens.delete(oldest.value);
      const token = randomBytes(48).toString("base64url");
      tokens.set(token, { clientId, scopes, expiresAt: clock.now() + lifeSeconds * 1000 });
      return token;
    },
    find(token) {
      const found = tokens.get(token);
      if (found && found.expiresAt > clock.now()) return found;
      tokens.delete(token);
      return null;
    },
  };
}
