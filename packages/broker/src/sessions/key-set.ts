/** JWK sets of handle keys as they lie in a file: making one, putting a new key first, reading one. Pure but for the random bytes. */
import { createSecretKey, randomBytes } from "node:crypto";
import { list, record, str } from "@guestpass/protocol";
import { nanoid } from "nanoid";
import type { HandleKey } from "./key-ring.js";

/** Keys kept at a rotation, the new one included: older handles than these are long expired. */
export const KEYS_KEPT = 5;

export interface OctJwk {
  kty: "oct";
  kid: string;
  /** base64url of 32 bytes. */
  k: string;
  alg: "A256GCM";
  use: "enc";
}

export interface KeySet {
  keys: OctJwk[];
}

function newKey(): OctJwk {
  return { kty: "oct", kid: nanoid(12), k: randomBytes(32).toString("base64url"), alg: "A256GCM", use: "enc" };
}

/** A set with one fresh key. */
export async function newKeySet(): Promise<KeySet> {
  return { keys: [newKey()] };
}

/** The set with a fresh key in front; the old ones still decrypt, the oldest beyond five fall out. TypeError for what is no such set. */
export async function rotateKeySet(set: unknown): Promise<KeySet> {
  return { keys: [newKey(), ...readKeySet(set)].slice(0, KEYS_KEPT) };
}

/** The keys of a set. TypeError that says what is wrong, and never shows a key. */
export function readKeySet(set: unknown): OctJwk[] {
  const entries = list(record(set)["keys"]);
  if (entries.length === 0) throw new TypeError("the key set has no keys: it must be a JWK set of oct keys");
  const kids = new Set<string>();
  return entries.map((entry, index) => {
    const { kty, kid, k } = record(entry);
    if (kty !== "oct") throw new TypeError(`key ${index + 1} of the key set is not of type oct`);
    const id = str(kid);
    if (id === undefined || id === "") throw new TypeError(`key ${index + 1} of the key set has no kid`);
    if (kids.has(id)) throw new TypeError(`the key set has two keys with the same kid`);
    kids.add(id);
    const bytes = str(k);
    if (bytes === undefined || !/^[A-Za-z0-9_-]{43}$/.test(bytes))
      throw new TypeError(`key ${index + 1} of the key set is not 256 bits long`);
    return { kty: "oct", kid: id, k: bytes, alg: "A256GCM", use: "enc" };
  });
}

/** The key, ready to encrypt and decrypt. */
export function importKey(jwk: OctJwk): HandleKey {
  return { kid: jwk.kid, key: createSecretKey(jwk.k, "base64url") };
}
