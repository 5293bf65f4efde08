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
const HEADERS_KEPT = 64;

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

/** A protected header: it differs by key and type alone, and both are few. */
interface Header {
  readonly kid: string;
  readonly typ: string;
  /** As it stands in the JWE, and as it is authenticated. */
  readonly text: string;
  readonly bytes: Buffer;
}

/** Those that were sealed with, by their text. What strangers send is never kept. */
const headers = new Map<string, Header>();
let last: Header | undefined;
function headerOf(kid: string, typ: string): Header {
  if (last?.kid === kid && last.typ === typ) return last;
  const text = Buffer.from(JSON.stringify({ alg: "dir", enc: "A256GCM", kid, typ })).toString("base64url");
  last = headers.get(text) ?? { kid, typ, text, bytes: Buffer.from(text, "ascii") };
  if (headers.size >= HEADERS_KEPT) headers.clear();
  headers.set(text, last);
  return last;
}

/** Undefined for a header that is none of ours. */
function readHeader(text: string): Header | undefined {
  const known = headers.get(text);
  if (known !== undefined) return known;
  const { alg, enc, kid, typ } = record(JSON.parse(decode(text).toString("utf8")));
  if (alg !== "dir" || enc !== "A256GCM" || typeof kid !== "string" || typeof typ !== "string") return undefined;
  return { kid, typ, text, bytes: Buffer.from(text, "ascii") };
}

/** The value as a compact JWE of that type. */
export async function seal(ring: KeyRing, typ: string, value: unknown): Promise<string> {
  const { kid, key } = await ring.first();
  const { text, bytes } = headerOf(kid, typ);
  const iv = freshIv();
  const cipher = createCipheriv(CIPHER, key, iv, TAG).setAAD(bytes);
  // In this mode nothing is left for the end: a byte for a byte.
  const sealed = cipher.update(JSON.stringify(value), "utf8");
  cipher.final();
  const [one, two, three] = [iv.toString("base64url"), sealed.toString("base64url"), cipher.getAuthTag()];
  return `${text}..${one}.${two}.${three.toString("base64url")}`;
}

/** The value again; undefined for anything that this ring has not sealed as that type. */
export async function unseal(ring: KeyRing, typ: string, text: string): Promise<unknown> {
  try {
    const [header = "", encryptedKey, iv, sealed, tag, more] = text.split(".");
    if (encryptedKey !== "" || more !== undefined) return undefined;
    const known = readHeader(header);
    if (known?.typ !== typ) return undefined;
    const found = await ring.find(known.kid);
    if (found === undefined) return undefined;
    const decipher = createDecipheriv(CIPHER, found.key, decode(iv), TAG).setAAD(known.bytes).setAuthTag(decode(tag));
    const opened = decipher.update(decode(sealed));
    // Throws where it is not as it was sealed.
    decipher.final();
    return JSON.parse(opened.toString("utf8")) as unknown;
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
