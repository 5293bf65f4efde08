/** Proofs of possession (RFC 9449, DPoP): that a request comes from the browser where the session began. */

const CURVE = { name: "ECDSA", namedCurve: "P-256" };

export function makeKeyPair(crypto: Crypto): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);
}

/** A proof for one request. `url` is without query and fragment; `serverNow` is in milliseconds by the endpoint's clock. */
export async function makeProof(
  crypto: Crypto,
  pair: CryptoKeyPair,
  method: string,
  url: string,
  serverNow: number,
): Promise<string> {
  const jwk = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const part = (value: object): string => base64url(bytes(JSON.stringify(value)));
  const head = part({ typ: "dpop+jwt", alg: "ES256", jwk });
  const claims = { jti: crypto.randomUUID(), htm: method, htu: url, iat: Math.floor(serverNow / 1000) };
  const text = `${head}.${part(claims)}`;
  const how = { name: "ECDSA", hash: "SHA-256" };
  return `${text}.${base64url(await crypto.subtle.sign(how, pair.privateKey, bytes(text)))}`;
}

/** SHA-256 of a text. */
export async function fingerprint(crypto: Crypto, text: string): Promise<string> {
  return base64url(await crypto.subtle.digest("SHA-256", bytes(text)));
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function base64url(data: ArrayBuffer | Uint8Array): string {
  return btoa(String.fromCharCode(...new Uint8Array(data)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
}
