import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeProtectedHeader } from "jose";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fileKeyRing, type KeyRing, newKeySet, rotateKeySet } from "../src/index.js";
import { context, DEPLOYMENT, refusal, world } from "./support/world.js";

let folder: string;
let path: string;
const rings: KeyRing[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "guestpass-keys-"));
  path = join(folder, "keys.json");
});
afterEach(async () => {
  for (const ring of rings.splice(0)) ring.close();
  await rm(folder, { recursive: true });
});

const write = async (set: unknown) => {
  await writeFile(`${path}.new`, typeof set === "string" ? set : JSON.stringify(set));
  await rename(`${path}.new`, path);
};
const open = async (warnings: string[] = []) => {
  const ring = await fileKeyRing(path, { pollMs: 20, warn: (message) => warnings.push(message) });
  rings.push(ring);
  return ring;
};

describe("a key set", () => {
  test("is made with one key, gets a new first one at each rotation, and loses none whose sessions may live", async () => {
    const DAY = 86_400;
    const at = (day: number) => ({ now: Date.UTC(2026, 0, 1) + day * DAY * 1000 });
    let set = await newKeySet(at(0));
    const [first] = set.keys;
    expect(first).toMatchObject({ kty: "oct", alg: "A256GCM", use: "enc", iat: at(0).now / 1000 });
    expect(Buffer.from(first?.k ?? "", "base64url")).toHaveLength(32);
    // Rotated each day, with sessions of a week: a key is in use for a day, and needed for a week after it.
    for (let day = 1; day <= 20; day += 1) {
      set = await rotateKeySet(set, { keepSeconds: 7 * DAY, ...at(day) });
      expect(set.keys).toHaveLength(Math.min(day + 1, 9));
      expect(new Set(set.keys.map(({ kid }) => kid)).size).toBe(set.keys.length);
      expect(set.keys[0]?.iat).toBe(at(day).now / 1000);
    }
    expect((await rotateKeySet(set, at(21))).keys).toHaveLength(10);
    expect((await rotateKeySet(set, at(70))).keys).toHaveLength(2);
  });

  test("of an older version, whose keys do not say their age, loses none before it is known", async () => {
    const k = "x".repeat(43);
    const old = { kty: "oct", k, alg: "A256GCM", use: "enc" };
    const rotated = await rotateKeySet({
      keys: [
        { ...old, kid: "old" },
        { ...old, kid: "older" },
      ],
    });
    expect(rotated.keys.map(({ kid }) => kid).slice(1)).toEqual(["old", "older"]);
    let many = rotated;
    for (let turn = 0; turn < 120; turn += 1) many = await rotateKeySet(many);
    expect(many.keys).toHaveLength(100);
  });

  test.each([
    null,
    {},
    { keys: [] },
    { keys: [{ kty: "RSA", kid: "a" }] },
    { keys: [{ kty: "oct", k: "x".repeat(43) }] },
    { keys: [{ kty: "oct", kid: "a", k: "short" }] },
  ])("%j is none, and the error shows no key", async (set) => {
    const error = await rotateKeySet(set).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).not.toContain("xxx");
  });
});

describe("a key file", () => {
  test("that is rotated keeps old handles working and encrypts new ones with the new key", async () => {
    const set = await newKeySet();
    await write(set);
    const ring = await open();
    const here = await world({ guestApi: "web-messaging", session: { keys: ring } });
    const old = await here.broker.startSession({ deploymentId: DEPLOYMENT }, context());
    const rotated = await rotateKeySet(set);
    await write(rotated);
    await vi.waitFor(async () => expect((await ring.first()).kid).toBe(rotated.keys[0]?.kid));
    const refreshed = await here.broker.refreshSession(old.session.handle, {}, context());
    expect(decodeProtectedHeader(refreshed.session.handle).kid).toBe(rotated.keys[0]?.kid);
    await write({ keys: rotated.keys.slice(0, 1) });
    await vi.waitFor(async () => expect(await ring.find(set.keys[0]?.kid ?? "")).toBeUndefined());
    expect((await refusal(here.broker.refreshSession(old.session.handle, {}, context()))).code).toBe("session_invalid");
    await here.close();
  });

  test("is read again at once for a handle of a key that another instance has first", async () => {
    const set = await newKeySet();
    await write(set);
    const ring = await fileKeyRing(path, { pollMs: 3_600_000 });
    rings.push(ring);
    const rotated = await rotateKeySet(set);
    await write(rotated);
    const later = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 2000);
    expect((await ring.find(rotated.keys[0]?.kid ?? ""))?.kid).toBe(rotated.keys[0]?.kid);
    later.mockRestore();
  });

  test.each(["{", "{}", '{"keys":[{"kty":"oct","kid":"a","k":"short"}]}'])(
    "with %s leaves the keys as they were, and says so",
    async (content) => {
      await write(await newKeySet());
      const warnings: string[] = [];
      const ring = await open(warnings);
      const { kid } = await ring.first();
      await write(content);
      await vi.waitFor(() => expect(ring.status().ok).toBe(false));
      expect((await ring.first()).kid).toBe(kid);
      expect(warnings).toHaveLength(1);
      await write(await newKeySet());
      await vi.waitFor(() => expect(ring.status()).toEqual({ ok: true }));
      expect((await ring.first()).kid).not.toBe(kid);
    },
  );

  test("that is gone leaves the keys as they were", async () => {
    await write(await newKeySet());
    const ring = await open();
    await rm(path);
    await vi.waitFor(() => expect(ring.status()).toMatchObject({ ok: false }));
    expect((await ring.first()).kid).toBeTruthy();
  });

  test("that cannot be used at the start is refused", async () => {
    await expect(fileKeyRing(path)).rejects.toThrow();
    await write("{");
    await expect(fileKeyRing(path)).rejects.toThrow(TypeError);
  });
});
