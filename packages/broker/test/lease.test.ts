import { describe, expect, onTestFinished, test, vi } from "vitest";
import { memoryStore, redisStore, type Store } from "../src/index.js";
import { takeLease } from "../src/stores/lease.js";
import { startRedis } from "./support/peers.js";
import { context, DEPLOYMENT, refusal, TestClock, world } from "./support/world.js";

const USERS = "/api/v2/externalusers/guests";

describe("a lease", () => {
  test("is one's at a time, over a real Redis, and is handed on when it is free", async () => {
    const redis = await startRedis();
    const stores: Store[] = [1, 2, 3].map(() => redisStore({ url: redis.url }));
    onTestFinished(async () => {
      for (const store of stores) await store.close();
      await redis.close();
    });
    let [inside, most, done] = [0, 0, 0];
    await Promise.all(
      [...stores, ...stores, ...stores, ...stores].map(async (store) => {
        const lease = await takeLease(store, "lease", 10_000);
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
        done += 1;
        await lease?.release();
      }),
    );
    expect([most, done]).toEqual([1, 12]);
  });

  test("of one who has died is free after three seconds, and not before", async () => {
    const clock = new TestClock();
    const store = memoryStore({ clock });
    // A holder that never renews: its process is gone.
    await store.swap("lease", undefined, "the dead", 3);
    clock.pass(2.9);
    expect(await takeLease(store, "lease", 40)).toBeUndefined();
    clock.pass(0.2);
    expect(await takeLease(store, "lease", 40)).toBeDefined();
  });

  test("is kept for as long as its holder works, and what was released late takes nobody's away", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
    onTestFinished(() => void vi.useRealTimers());
    const clock = { now: () => Date.now() };
    const store = memoryStore({ clock });
    const lease = await takeLease(store, "lease", 40);
    for (let second = 0; second < 20; second += 1) await vi.advanceTimersByTimeAsync(1000);
    expect(await takeLease(store, "lease", 40)).toBeUndefined();
    await store.remove("lease");
    await store.swap("lease", undefined, "another", 3);
    await lease?.release();
    expect(await store.read("lease")).toBe("another");
  });
});

describe("a new customer of external-users", () => {
  const options = { guestApi: "external-users", identity: { mode: "unverified" } } as const;
  const body = (page: number) => ({
    deploymentId: DEPLOYMENT,
    customerId: "CRM-987654",
    attributes: { page: String(page) },
  });

  test("who starts on many pages at once, each with a wish of its own, is one user", async () => {
    const here = await world(options);
    const sessions = await Promise.all(
      Array.from({ length: 10 }, (_, page) => here.broker.startSession(body(page), context())),
    );
    expect(here.calls(USERS)).toHaveLength(1);
    expect(new Set(sessions.map(({ guestId }) => guestId)).size).toBe(1);
    await here.close();
  });

  test("is not waited for longer than a request may take", async () => {
    const store = memoryStore();
    const here = await world({ ...options, store, platform: { deadlineSeconds: 0.3 } });
    here.simulator.fault({ path: USERS, hang: true });
    const first = here.broker.startSession(body(1), context()).catch(() => undefined);
    await vi.waitFor(() => expect(here.calls(USERS)).toHaveLength(1));
    expect((await refusal(here.broker.startSession(body(2), context()))).code).toMatch(
      /^overloaded|upstream_unavailable$/,
    );
    await first;
    here.simulator.clearFaults();
    await here.broker.startSession(body(3), context());
    await here.close();
  });

  test("starts though the store is away, and it is said", async () => {
    const away = () => Promise.reject(new Error("down"));
    const store: Store = { ...memoryStore(), swap: away, read: away, readGuest: away, writeGuest: away };
    const here = await world({ ...options, store });
    await here.broker.startSession(body(1), context());
    expect(here.warnings.join()).toContain("cannot be told apart");
    await here.close();
  });
});
