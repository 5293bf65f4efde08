import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  dynamodbStore,
  ephemeralKeyRing,
  type GuestMapping,
  memoryStore,
  redisStore,
  type Store,
} from "../src/index.js";
import { type Peer, startDynamodb, startRedis } from "./support/peers.js";
import { context, DEPLOYMENT, refusal, TestClock, world } from "./support/world.js";

const TABLE = "GenesysGuestSessions";

interface Kind {
  name: string;
  shared: boolean;
  /** Starts the peer, if there is one. */
  peer(): Promise<Peer | undefined>;
  open(url: string, clock: TestClock): Store;
  /** Lets an entry's second pass. */
  passSecond(clock: TestClock): void;
}

const kinds: Kind[] = [
  {
    name: "memory",
    shared: false,
    peer: async () => undefined,
    open: (_, clock) => memoryStore({ clock }),
    passSecond: (clock) => clock.pass(1.1),
  },
  {
    name: "redis",
    shared: true,
    peer: () => startRedis(),
    open: (url) => redisStore({ url }),
    passSecond: () => undefined,
  },
  {
    name: "dynamodb",
    shared: true,
    peer: () => startDynamodb(TABLE),
    open: (endpoint, clock) => dynamodbStore({ endpoint, clock }),
    passSecond: (clock) => clock.pass(1.1),
  },
];

describe.each(kinds)("the $name store", ({ shared, peer, open, passSecond }) => {
  let other: Peer | undefined;
  let store: Store;
  const clock = new TestClock();
  let keys = 0;
  const key = () => {
    keys += 1;
    return `key:${keys}`;
  };
  beforeAll(async () => {
    other = await peer();
    store = open(other?.url ?? "", clock);
  });
  afterAll(async () => {
    await store.close();
    await other?.close();
  });

  test("works", async () => {
    await store.ping();
    expect(store.shared).toBe(shared);
  });

  test("has nothing that was not written", async () => {
    expect(await store.read(key())).toBeUndefined();
    expect(await store.readGuest("nobody")).toBeUndefined();
    await store.remove(key());
  });

  test("swaps what is expected, and says what is there where it is not", async () => {
    const at = key();
    expect(await store.swap(at, "a", "b", 60)).toEqual({ swapped: false, current: undefined });
    expect(await store.swap(at, undefined, "a", 60)).toEqual({ swapped: true });
    expect(await store.swap(at, undefined, "b", 60)).toEqual({ swapped: false, current: "a" });
    expect(await store.swap(at, "x", "b", 60)).toEqual({ swapped: false, current: "a" });
    expect(await store.swap(at, "a", "b", 60)).toEqual({ swapped: true });
    expect(await store.read(at)).toBe("b");
    await store.remove(at);
    expect(await store.read(at)).toBeUndefined();
  });

  test("lets one of many win", async () => {
    const at = key();
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => store.swap(at, undefined, String(i), 60)));
    expect(results.filter(({ swapped }) => swapped)).toHaveLength(1);
    const winner = results.findIndex(({ swapped }) => swapped);
    expect(await store.read(at)).toBe(String(winner));
  });

  test("keeps text as it is", async () => {
    const at = key();
    const text = `${"x".repeat(10_000)}"'\\\n\u0000ä😀`;
    await store.swap(at, undefined, text, 60);
    expect(await store.read(at)).toBe(text);
    expect(await store.swap(at, text, "short", 60)).toEqual({ swapped: true });
  });

  test("forgets an entry whose time is over", async () => {
    const at = key();
    await store.swap(at, undefined, "a", 1);
    passSecond(clock);
    await vi.waitFor(async () => expect(await store.read(at)).toBeUndefined(), { timeout: 5000 });
    expect(await store.swap(at, "a", "b", 60)).toEqual({ swapped: false, current: undefined });
    expect(await store.swap(at, undefined, "b", 60)).toEqual({ swapped: true });
  });

  test("remembers a customer's guest, and the last write wins", async () => {
    const mapping: GuestMapping = {
      guestId: "g1",
      token: "sealed",
      expiresAt: "2026-11-21T10:00:00.000Z",
      updatedAt: "2026-11-21T09:00:00.000Z",
    };
    await store.writeGuest("hash", mapping);
    expect(await store.readGuest("hash")).toEqual(mapping);
    await store.writeGuest("hash", { ...mapping, guestId: "g2", token: "", expiresAt: "" });
    expect(await store.readGuest("hash")).toEqual({ ...mapping, guestId: "g2", token: "", expiresAt: "" });
  });

  test("keeps sessions, budget and challenges for all who share it", async () => {
    const ring = ephemeralKeyRing();
    const options = { session: { keys: ring }, identity: { mode: "unverified" as const }, platform: { guestQuota: 4 } };
    const unclosed: Store = { ...store, close: async () => undefined };
    const [a, b] = [await world({ ...options, store: unclosed }), await world({ ...options, store: unclosed })];
    const session = await a.broker.startSession({ deploymentId: DEPLOYMENT }, context());
    const second = await b.broker.refreshSession(session.session.handle, {}, context());
    await a.broker.refreshSession(second.session.handle, {}, context());
    expect((await refusal(b.broker.refreshSession(session.session.handle, {}, context()))).code).toBe(
      "session_revoked",
    );
    expect((await refusal(b.broker.refreshSession(second.session.handle, {}, context()))).code).toBe("session_revoked");
    await b.broker.startSession({ deploymentId: DEPLOYMENT }, context());
    const refused = await refusal(a.broker.startSession({ deploymentId: DEPLOYMENT }, context()));
    expect(refused.code).toBe("upstream_rate_limited");
    expect(refused.retryAfterSeconds).toBeGreaterThan(50);
    expect(refused.retryAfterSeconds).toBeLessThanOrEqual(60);
    await a.close();
    await b.close();
  });
});

describe("the memory store", () => {
  test("is bounded: the oldest goes first", async () => {
    const store = memoryStore({ maxEntries: 3 });
    for (const key of ["a", "b", "c", "d"]) await store.swap(key, undefined, key, 60);
    expect(await Promise.all(["a", "b", "c", "d"].map((key) => store.read(key)))).toEqual([undefined, "b", "c", "d"]);
    for (const hash of ["a", "b", "c", "d"])
      await store.writeGuest(hash, { guestId: hash, token: "", expiresAt: "", updatedAt: "" });
    expect(await store.readGuest("a")).toBeUndefined();
    expect(() => memoryStore({ maxEntries: 0 })).toThrow(TypeError);
  });

  test("holds those written last, whatever was written, removed and forgotten before", async () => {
    const max = 20;
    const store = memoryStore({ maxEntries: max });
    const model = new Map<string, string>();
    const keys = Array.from({ length: 2 * max }, (_, index) => `key ${index}`);
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let step = 0; step < 3000; step += 1) {
      const key = keys[random(keys.length)] ?? "";
      if (random(5) === 0) {
        await store.remove(key);
        model.delete(key);
        continue;
      }
      await store.swap(key, model.get(key), String(step), 60);
      model.delete(key);
      model.set(key, String(step));
      const [oldest] = model.keys();
      if (model.size > max && oldest !== undefined) model.delete(oldest);
      const looked = keys[random(keys.length)] ?? "";
      expect([step, await store.read(looked)]).toEqual([step, model.get(looked)]);
    }
    expect(await Promise.all(keys.map((key) => store.read(key)))).toEqual(keys.map((key) => model.get(key)));
  });
});

describe("a store that is not there", () => {
  test("rejects in time, and a Redis that comes back is used again", async () => {
    const redis = await startRedis();
    const store = redisStore({ url: redis.url });
    await store.ping();
    await redis.close();
    const before = performance.now();
    await expect(store.read("x")).rejects.toThrow();
    expect(performance.now() - before).toBeLessThan(3000);
    // After a few failures in a row nobody is kept waiting any more.
    for (let turn = 0; turn < 2; turn += 1) await expect(store.read("x")).rejects.toThrow();
    const refusedAt = performance.now();
    for (let turn = 0; turn < 100; turn += 1) await expect(store.swap("x", undefined, "y", 60)).rejects.toThrow();
    expect(performance.now() - refusedAt).toBeLessThan(300);
    const again = await startRedis(redis.port);
    await vi.waitFor(() => store.read("x"), { timeout: 10_000, interval: 50 });
    await store.close();
    await again.close();
  });

  test("rejects in time where nobody ever listened", async () => {
    const redis = await startRedis();
    await redis.close();
    for (const store of [
      redisStore({ url: redis.url }),
      dynamodbStore({ endpoint: redis.url.replace("redis", "http") }),
    ]) {
      const before = performance.now();
      await expect(store.ping()).rejects.toThrow();
      expect(performance.now() - before).toBeLessThan(4000);
      await store.close();
    }
  });

  test("is refused at once where its address is none", () => {
    expect(() => redisStore({ url: "http://localhost" })).toThrow(TypeError);
    expect(() => dynamodbStore({ endpoint: "nowhere" })).toThrow(TypeError);
  });
});
