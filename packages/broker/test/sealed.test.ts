import { randomBytes } from "node:crypto";
import { CompactEncrypt, compactDecrypt } from "jose";
import { describe, expect, test } from "vitest";
import { ephemeralKeyRing } from "../src/index.js";
import { seal, unseal } from "../src/sessions/sealed.js";

const TYPE = "test+jwt";
const VALUE = { text: "ünïcödé 🧳", list: [1, 2, 3], nothing: null };
const ring = ephemeralKeyRing();
const { kid, key } = await ring.first();

/** jose is the second opinion: what it makes of the same key and text. */
async function asJose(header: Record<string, unknown>, text: string, secret = key.export()): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(text))
    .setProtectedHeader({ alg: "dir", enc: "A256GCM", kid, typ: TYPE, ...header })
    .encrypt(secret);
}

describe("what is sealed", () => {
  test("is a JWE that jose opens, and never the same twice", async () => {
    const texts = await Promise.all(Array.from({ length: 1000 }, () => seal(ring, TYPE, VALUE)));
    expect(new Set(texts.map((text) => text.split(".")[2])).size).toBe(1000);
    const { plaintext, protectedHeader } = await compactDecrypt(texts[0] ?? "", key.export());
    expect(JSON.parse(new TextDecoder().decode(plaintext))).toEqual(VALUE);
    expect(protectedHeader).toEqual({ alg: "dir", enc: "A256GCM", kid, typ: TYPE });
  });

  test("is opened again, by whichever of the two it was sealed", async () => {
    expect(await unseal(ring, TYPE, await seal(ring, TYPE, VALUE))).toEqual(VALUE);
    expect(await unseal(ring, TYPE, await asJose({}, JSON.stringify(VALUE)))).toEqual(VALUE);
  });

  test("is nothing with any one character changed, added or missing", async () => {
    const text = await seal(ring, TYPE, VALUE);
    const accepted: string[] = [];
    for (let at = 0; at <= text.length; at += 1) {
      const changed = text[at] === "A" ? "B" : "A";
      for (const other of [
        text.slice(0, at) + changed + text.slice(at + 1),
        text.slice(0, at) + changed + text.slice(at),
      ])
        if ((await unseal(ring, TYPE, other)) !== undefined) accepted.push(other);
      if (at < text.length && (await unseal(ring, TYPE, text.slice(0, at) + text.slice(at + 1))) !== undefined)
        accepted.push(`without character ${at}`);
    }
    expect(accepted).toEqual([]);
  });

  test.each<[string, () => Promise<string>]>([
    ["of another key", () => asJose({}, "1", randomBytes(32))],
    ["of a key that is not in the ring", () => asJose({ kid: "other" }, "1")],
    ["of no named key", () => asJose({ kid: undefined }, "1")],
    ["of another type", () => asJose({ typ: "other+jwt" }, "1")],
    ["by another algorithm", () => asJose({ enc: "A128CBC-HS256" }, "1")],
    ["no JSON", () => asJose({}, "{")],
    ["no base64url, though the same bytes", async () => `${await asJose({}, "1")}=`],
    ["in more parts", async () => `${await asJose({}, "1")}.`],
    ["nothing", async () => "...."],
  ])("is nothing when it is %s", async (_what, make) => {
    expect(await unseal(ring, TYPE, await make())).toBeUndefined();
  });
});
