/** Sealing JSON so that only this endpoint reads it: JWE compact, `dir`, A256GCM, the ring's first key. */
import { CompactEncrypt, compactDecrypt } from "jose";
import type { KeyRing } from "./key-ring.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The value as a compact JWE of that type. */
export async function seal(ring: KeyRing, typ: string, value: unknown): Promise<string> {
  const { kid, key } = await ring.first();
  return new CompactEncrypt(encoder.encode(JSON.stringify(value)))
    .setProtectedHeader({ alg: "dir", enc: "A256GCM", kid, typ })
    .encrypt(key);
}

/** The value again; undefined for anything that this ring has not sealed as that type. */
export async function unseal(ring: KeyRing, typ: string, text: string): Promise<unknown> {
  try {
    const { plaintext } = await compactDecrypt(
      text,
      async (header) => {
        const found = header.typ === typ && header.kid !== undefined ? await ring.find(header.kid) : undefined;
        if (found === undefined) throw new Error("no such key");
        return found.key;
      },
      { keyManagementAlgorithms: ["dir"], contentEncryptionAlgorithms: ["A256GCM"] },
    );
    return JSON.parse(decoder.decode(plaintext)) as unknown;
  } catch {
    return undefined;
  }
}
