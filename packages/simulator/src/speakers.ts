/**
 * Whose words a frame's `token` makes them: a UUID that the guest's page made up, or a JWT that this platform minted (or
 * that the deployment's own secret signed). Knows no session.
 */
import type { Signing } from "./signing.js";
import { isUuid } from "./world/ids.js";

export interface Guest {
  kind: "guest";
  /** Sessions hang on this. */
  identity: string;
  /** True when a renewed token cannot prove that it is the same guest. */
  floating: boolean;
  /** The token itself, and the guest's id where it has one. */
  names: string[];
  /** When the token was made, milliseconds; 0 for a UUID. */
  issuedAt: number;
}

export type Speaker = Guest | { kind: "refused"; text: string };

export async function readSpeaker(token: string, signing: Signing): Promise<Speaker> {
  if (isUuid(token)) {
    return { kind: "guest", identity: `token:${token.toLowerCase()}`, floating: false, names: [token], issuedAt: 0 };
  }
  const verdict = await signing.verify(token);
  if (verdict.kind === "expired") return { kind: "refused", text: "The token has expired" };
  if (verdict.kind === "unknown") return { kind: "refused", text: "The token is not valid" };
  const { claims } = verdict;
  const issuedAt = (claims.iat ?? 0) * 1000;
  const names = [token, String(claims.sub)];
  if (verdict.kind === "custom") {
    return { kind: "guest", identity: `custom-signed:${claims.sub}`, floating: false, names, issuedAt };
  }
  const identity = claims["identity"];
  if (claims["type"] !== "guest" || typeof identity !== "string") {
    return { kind: "refused", text: "The token is not a guest's" };
  }
  return { kind: "guest", identity, floating: claims["floating"] === true, names, issuedAt };
}
