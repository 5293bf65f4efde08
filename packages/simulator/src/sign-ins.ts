/**
 * Who is signed in through the brand's OpenID provider: Genesys JWTs and refresh tokens, until they are revoked. Knows
 * no session and no route.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { str } from "@guestpass/protocol";
import type { Clock } from "./clock.js";
import type { Signing } from "./signing.js";
import type { Person } from "./world/message.js";

const REFRESH_LIFE_MS = 24 * 3_600_000;
/** Sign-ins kept at most; the oldest goes first. */
const KEPT = 10_000;
const KIND = "authenticated";

export interface SignIn {
  /** Names this sign-in, not the person: each device has its own. */
  readonly id: string;
  readonly userId: string;
  readonly person: Person;
  readonly deploymentId: string;
  readonly refreshToken: string;
  /** Milliseconds. */
  readonly refreshUntil: number;
}

export interface SignIns {
  /** A new sign-in of a person. */
  open(userId: string, deploymentId: string): SignIn;
  mint(signIn: SignIn, lifeSeconds: number): Promise<string>;
  /** The sign-in of a live JWT; null when it is expired, revoked or not one. */
  ofJwt(jwt: string): Promise<(SignIn & { issuedAt: number }) | null>;
  ofRefreshToken(token: string): SignIn | null;
  revoke(signIn: SignIn): void;
}

export function createSignIns(clock: Clock, signing: Signing): SignIns {
  const signIns = new Map<string, SignIn>();
  return {
    open(userId, deploymentId) {
      const oldest = signIns.keys().next();
      if (signIns.size >= KEPT && !oldest.done) signIns.delete(oldest.value);
      const signIn = {
        id: randomUUID(),
        userId,
        person: personOf(userId),
        deploymentId: deploymentId.toLowerCase(),
        refreshToken: randomBytes(32).toString("base64url"),
        refreshUntil: clock.now() + REFRESH_LIFE_MS,
      };
      signIns.set(signIn.id, signIn);
      return signIn;
    },
    async mint({ id, userId, deploymentId }, lifeSeconds) {
      const { jwt } = await signing.mint({ sub: userId, type: KIND, sid: id, deploymentId }, lifeSeconds);
      return jwt;
    },
    async ofJwt(jwt) {
      const verdict = await signing.verify(jwt);
      if (verdict.kind !== "valid" || verdict.claims["type"] !== KIND) return null;
      const signIn = signIns.get(str(verdict.claims["sid"]) ?? "");
      return signIn ? { ...signIn, issuedAt: (verdict.claims.iat ?? 0) * 1000 } : null;
    },
    ofRefreshToken(token) {
      const signIn = [...signIns.values()].find(({ refreshToken }) => refreshToken === token);
      return signIn && signIn.refreshUntil > clock.now() ? signIn : null;
    },
    revoke: ({ id }) => void signIns.delete(id),
  };
}

/** `ann.lee` is Ann Lee. */
function personOf(userId: string): Person {
  const [first = "Guest", last = "Example"] = userId.split(/[^\p{L}]+/u).filter(Boolean);
  return { firstName: capital(first), lastName: capital(last) };
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1, 40);
}
