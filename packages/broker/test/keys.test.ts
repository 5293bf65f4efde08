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
  test("is made with one key, gets a new first one at each rotation, and keeps five", async () => {
    let set: unknown = await newKeySet();
    const seen = new Set<string>();
    for (let turn = 1; turn <= 7; turn += 1) {
      const { keys } = set as Awaited<ReturnType<typeof newKeySet>>;
      expect(keys).toHaveLength(Math.min(turn, 5));
      expect(seen).not.toContain(keys[0]?.kid);
      seen.add(keys[0]?.kid ?? "");
      expect(keys[0]).toMatchObject({ kty: "oct", alg: "A256GCM", use: "enc" });
      expect(Buffer.from(keys[0]?.k ?? "", "base64url")).toHaveLength(32);
      set = await rotateKeySet(set);
    }
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
