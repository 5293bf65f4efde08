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
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const part = (value: object): string => base64url(new TextEncoder().encode(JSON.stringify(value)));
  const jti = base64url(crypto.getRandomValues(new Uint8Array(16)));
  const head = part({ typ: "dpop+jwt", alg: "ES256", jwk: { kty, crv, x, y } });
  const text = `${head}.${part({ jti, htm: method, htu: url, iat: Math.floor(serverNow / 1000) })}`;
  const how = { name: "ECDSA", hash: "SHA-256" };
  const signature = await crypto.subtle.sign(how, pair.privateKey, new TextEncoder().encode(text));
  return `${text}.${base64url(new Uint8Array(signature))}`;
}

/** SHA-256 of a text. */
export async function fingerprint(crypto: Crypto, text: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
}
