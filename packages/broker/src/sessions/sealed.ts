/**
 * Sealing JSON so that only this endpoint reads it: JWE compact (RFC 7516), `dir`, A256GCM, the ring's first key. By
 * node:crypto in place: jose asks WebCrypto, which hands a few hundred bytes to another thread, and that was the most
 * expensive part of a refresh.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { record } from "@guestpass/protocol";
import type { KeyRing } from "./key-ring.js";

const CIPHER = "aes-256-gcm";
/** RFC 7518 section 5.3. */
const IV_BYTES = 12;
const TAG = { authTagLength: 16 };
/** Asking the system for twelve random bytes costs as much as asking for hundreds of times twelve. */
const IVS_AT_ONCE = 256;

/** Random bytes, each given once. */
let pool = Buffer.alloc(0);
let given = 0;
function freshIv(): Buffer {
  if (given + IV_BYTES > pool.length) {
    pool = randomBytes(IV_BYTES * IVS_AT_ONCE);
    given = 0;
  }
  given += IV_BYTES;
  return pool.subarray(given - IV_BYTES, given);
}

/** The value as a compact JWE of that type. */
export async function seal(ring: KeyRing, typ: string, value: unknown): Promise<string> {
  const { kid, key } = await ring.first();
  const header = Buffer.from(JSON.stringify({ alg: "dir", enc: "A256GCM", kid, typ })).toString("base64url");
  const iv = freshIv();
  const cipher = createCipheriv(CIPHER, key, iv, TAG).setAAD(Buffer.from(header, "ascii"));
  const sealed = Buffer.concat([cipher.update(JSON.stringify(value), "utf8"), cipher.final()]);
  return [header, "", ...[iv, sealed, cipher.getAuthTag()].map((part) => part.toString("base64url"))].join(".");
}

/** The value again; undefined for anything that this ring has not sealed as that type. */
export async function unseal(ring: KeyRing, typ: string, text: string): Promise<unknown> {
  try {
    const [header = "", encryptedKey, iv, sealed, tag, more] = text.split(".");
    if (encryptedKey !== "" || more !== undefined) return undefined;
    const { alg, enc, kid, typ: said } = record(JSON.parse(decode(header).toString("utf8")));
    if (alg !== "dir" || enc !== "A256GCM" || said !== typ || typeof kid !== "string") return undefined;
    const found = await ring.find(kid);
    if (found === undefined) return undefined;
    const decipher = createDecipheriv(CIPHER, found.key, decode(iv), TAG)
      .setAAD(Buffer.from(header, "ascii"))
      .setAuthTag(decode(tag));
    return JSON.parse(decipher.update(decode(sealed), undefined, "utf8") + decipher.final("utf8")) as unknown;
  } catch {
    return undefined;
  }
}

/** Strictly: one text for the same bytes, so that a handle has no second form. */
function decode(text = ""): Buffer {
  const bytes = Buffer.from(text, "base64url");
  if (bytes.toString("base64url") !== text) throw new TypeError("not base64url");
  return bytes;
}
