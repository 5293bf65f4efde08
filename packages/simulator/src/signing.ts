/**
 * The platform's own signing key: mints the JWTs that guests hold and knows them again. Does not know what a token is
 * for beyond its claims.
 */
import { randomUUID } from "node:crypto";
import { decodeJwt, decodeProtectedHeader, generateKeyPair, type JWTPayload, jwtVerify, SignJWT } from "jose";
import type { Clock } from "./clock.js";

export type TokenVerdict =
  | { kind: "valid"; claims: JWTPayload }
  /** Signed with a secret that the deployment would know; accepted by its `exp` alone. */
  | { kind: "custom"; claims: JWTPayload }
  | { kind: "expired" }
  | { kind: "unknown" };

export interface Signing {
  /** An RS256 JWT with `iat`, `exp` and `jti`; `lifeSeconds` from now. */
  mint(claims: JWTPayload, lifeSeconds: number): Promise<{ jwt: string; issuedAt: number; expiresAt: number }>;
  verify(jwt: string): Promise<TokenVerdict>;
}

/** Making an RSA key is slow: one for all simulators of a process, which tell their tokens apart by the issuer. */
let keyPair: ReturnType<typeof generateKeyPair> | undefined;

export async function createSigning(clock: Clock): Promise<Signing> {
  const issuer = `urn:genesys-simulator:${randomUUID()}`;
  keyPair ??= generateKeyPair("RS256");
  const { privateKey, publicKey } = await keyPair;

  return {
    async mint(claims, lifeSeconds) {
      const issuedAt = Math.floor(clock.now() / 1000);
      const expiresAt = issuedAt + lifeSeconds;
      const jwt = await new SignJWT(claims)
        .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: "guests" })
        .setIssuer(issuer)
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiresAt)
        .setJti(randomUUID())
        .sign(privateKey);
      return { jwt, issuedAt, expiresAt };
    },
    async verify(jwt) {
      try {
        const { alg } = decodeProtectedHeader(jwt);
        const claims = alg === "HS256" ? decodeJwt(jwt) : await signedHere(jwt);
        if (typeof claims.exp !== "number" || !claims.sub) return { kind: "unknown" };
        if (claims.exp * 1000 <= clock.now()) return { kind: "expired" };
        return { kind: alg === "HS256" ? "custom" : "valid", claims };
      } catch {
        return { kind: "unknown" };
      }
    },
  };

  /** Expiry is judged by the caller, on the simulator's clock to the millisecond. */
  async function signedHere(jwt: string): Promise<JWTPayload> {
    const { payload } = await jwtVerify(jwt, publicKey, { algorithms: ["RS256"], issuer, currentDate: new Date(0) });
    return payload;
  }
}
