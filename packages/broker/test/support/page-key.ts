/** A page's key and its proofs, as a browser makes them. */
import { randomUUID } from "node:crypto";
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import type { DpopProof } from "../../src/index.js";

export const START_URL = "https://tokens.example/v1/sessions";
export const REFRESH_URL = "https://tokens.example/v1/sessions/refresh";

export interface PageKey {
  /** A proof for that call; `claims` and `header` override what is in it, undefined leaves it out. */
  prove(method: string, url: string, claims?: JWTPayload, header?: object): Promise<DpopProof>;
}

export async function pageKey(now: () => number, alg: "ES256" | "ES384" = "ES256"): Promise<PageKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return signer(now, await exportJWK(publicKey), privateKey, alg);
}

/** A key whose proofs show the private part. */
export async function careless(now: () => number): Promise<PageKey> {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  return signer(now, await exportJWK(privateKey), privateKey, "ES256");
}

function signer(now: () => number, jwk: object, privateKey: CryptoKey, alg: string): PageKey {
  return {
    async prove(method, url, claims = {}, header = {}) {
      const payload = { htm: method, htu: url, iat: Math.floor(now() / 1000), jti: randomUUID(), ...claims };
      const proof = await new SignJWT(JSON.parse(JSON.stringify(payload)) as JWTPayload)
        .setProtectedHeader({ alg, typ: "dpop+jwt", jwk, ...header })
        .sign(privateKey);
      return { proof, method, url };
    },
  };
}
