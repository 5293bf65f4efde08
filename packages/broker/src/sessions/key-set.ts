/** JWK sets of handle keys as they lie in a file: making one, putting a new key first, reading one. Pure but for the random bytes. */
import { createSecretKey, randomBytes } from "node:crypto";
import { list, num, record, str } from "@guestpass/protocol";
import { nanoid } from "nanoid";
import type { HandleKey } from "./key-ring.js";

/** A key is kept for so long after it was replaced where nothing else is said: no session lives longer, seconds. */
export const KEPT_SECONDS = 31 * 86_400;
/** Keys kept at most, whatever their age. */
const MOST_KEYS = 100;

export interface OctJwk {
  kty: "oct";
  kid: string;
  /** base64url of 32 bytes. */
  k: string;
  alg: "A256GCM";
  use: "enc";
  /** When it was made, seconds since the epoch; a set of an older version does not say. */
  iat?: number;
}

export interface KeySet {
  keys: OctJwk[];
}

export interface RotationOptions {
  /** How long a key is kept after it was replaced, seconds: as long as a session may live; 31 days. */
  keepSeconds?: number;
  /** ms since the epoch. */
  now?: number;
}

function newKey(now: number): OctJwk {
  const k = randomBytes(32).toString("base64url");
  return { kty: "oct", kid: nanoid(12), k, alg: "A256GCM", use: "enc", iat: Math.floor(now / 1000) };
}

/** A set with one fresh key. */
export async function newKeySet({ now = Date.now() }: Pick<RotationOptions, "now"> = {}): Promise<KeySet> {
  return { keys: [newKey(now)] };
}

/**
 * The set with a fresh key in front. The old ones still decrypt until every session that they may have encrypted has
 * ended; a hundred are kept at most. TypeError for what is no such set.
 */
export async function rotateKeySet(
  set: unknown,
  { keepSeconds = KEPT_SECONDS, now = Date.now() }: RotationOptions = {},
): Promise<KeySet> {
  const keys = [newKey(now), ...readKeySet(set)];
  const oldest = Math.floor(now / 1000) - keepSeconds;
  // A key is in use until the one before it in the set was made.
  const kept = keys.filter((_, index) => index === 0 || (keys[index - 1]?.iat ?? oldest) >= oldest);
  return { keys: kept.slice(0, MOST_KEYS) };
}

/** The keys of a set. TypeError that says what is wrong, and never shows a key. */
export function readKeySet(set: unknown): OctJwk[] {
  const entries = list(record(set)["keys"]);
  if (entries.length === 0) throw new TypeError("the key set has no keys: it must be a JWK set of oct keys");
  const kids = new Set<string>();
  return entries.map((entry, index) => {
    const { kty, kid, k, iat } = record(entry);
    if (kty !== "oct") throw new TypeError(`key ${index + 1} of the key set is not of type oct`);
    const id = str(kid);
    if (id === undefined || id === "") throw new TypeError(`key ${index + 1} of the key set has no kid`);
    if (kids.has(id)) throw new TypeError(`the key set has two keys with the same kid`);
    kids.add(id);
    const bytes = str(k);
    if (bytes === undefined || !/^[A-Za-z0-9_-]{43}$/.test(bytes))
      throw new TypeError(`key ${index + 1} of the key set is not 256 bits long`);
    const madeAt = num(iat);
    return {
      kty: "oct",
      kid: id,
      k: bytes,
      alg: "A256GCM",
      use: "enc",
      ...(madeAt === undefined ? {} : { iat: madeAt }),
    };
  });
}

/** The key, ready to encrypt and decrypt. */
export function importKey(jwk: OctJwk): HandleKey {
  return { kid: jwk.kid, key: createSecretKey(jwk.k, "base64url") };
}
