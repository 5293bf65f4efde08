import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { BrokerError } from "../src/index.js";
import { memoryStore, redisStore } from "../src/index.js";
import { createBudget } from "../src/platform/budget.js";
import {
  add,
  current,
  decode,
  encode,
  type Ledger,
  merge,
  type Steps,
  secondsUntilRoom,
  spent,
  WINDOW_MS,
} from "../src/platform/ledger.js";
import type { Store } from "../src/stores/store.js";
import { startRedis } from "./support/peers.js";
import { TestClock } from "./support/world.js";

const NOW = 1_000_000_000;
const of = (steps: Steps, writtenAt = NOW): Ledger => new Map([["a", { writtenAt, steps }]]);

describe("the ledger", () => {
  test.each<[string, Steps, number]>([
    ["empty", [], 0],
    ["of half a minute ago", [[NOW - 30_000, 7]], 7],
    ["of a minute ago", [[NOW - 60_000, 10]], 0],
    ["of a little less than a minute ago", [[NOW - 59_999, 10]], 10],
    ["written by a clock that is a little ahead", [[NOW + 4000, 10]], 10],
    ["written by a clock that is far ahead", [[NOW + 3_600_000, 10]], 0],
  ])("%s", (_, steps, counts) => {
    expect(spent(current(of(steps), NOW))).toBe(counts);
  });

  test("counts no more than the quota in any minute, whenever it begins, and stays small", () => {
    let ledger: Ledger = new Map();
    const grants: { at: number; granted: number }[] = [];
    for (let at = NOW; at < NOW + 300_000; at += 145) {
      ledger = current(ledger, at);
      const granted = Math.min(at % 5 === 0 ? 9 : 0, 100 - spent(ledger));
      if (granted > 0) ledger = add(ledger, "a", granted, at);
      grants.push({ at, granted });
      expect(encode(ledger).length).toBeLessThan(1000);
    }
    for (const { at: from } of grants) {
      const within = grants.filter(({ at }) => at >= from && at < from + WINDOW_MS);
      expect(within.reduce((sum, { granted }) => sum + granted, 0)).toBeLessThanOrEqual(100);
    }
    expect(grants.reduce((sum, { granted }) => sum + granted, 0)).toBeGreaterThanOrEqual(490);
  });

  test("says honestly when there is room again", () => {
    const ledger = of([
      [NOW - 49_500, 4],
      [NOW - 10_000, 6],
    ]);
    const after = secondsUntilRoom(ledger, NOW);
    expect(after).toBe(11);
    expect(spent(current(ledger, NOW + after * 1000))).toBe(6);
    expect(spent(current(ledger, NOW + (after - 1) * 1000))).toBe(10);
    expect(secondsUntilRoom(of([[NOW, 1]]), NOW)).toBe(60);
  });

  test("is the same again after the store, and nonsense in it counts for nothing", () => {
    const ledger = add(add(add(new Map(), "a-_1", 3, NOW), "b", 4, NOW), "a-_1", 5, NOW + 2500);
    expect(decode(encode(ledger))).toEqual(ledger);
    for (const text of [undefined, "", "x", "a@b", "1:2,3:4", ";;", "a@!=1:1"]) expect(spent(decode(text))).toBe(0);
  });

  test("of two sights of it has the newer part of each process, whichever comes first", () => {
    const start = add(add(new Map(), "a", 1, NOW), "b", 1, NOW);
    const [one, other] = [add(start, "a", 5, NOW), add(start, "b", 7, NOW + 2000)];
    expect(spent(merge(one, other))).toBe(14);
    expect(merge(one, other)).toEqual(merge(other, one));
    expect(merge(one, one)).toEqual(one);
  });

  test("keeps few of those who make nothing any more", () => {
    let ledger: Ledger = new Map();
    for (let process = 0; process < 500; process += 1) ledger = add(ledger, `p${process}`, 1, NOW + process);
    expect(current(ledger, NOW + 120_000).size).toBe(100);
    expect(current(ledger, NOW + 700_000).size).toBe(0);
  });
});

interface Outcomes {
  granted: number;
  refused: BrokerError[];
}

const outcomes = async (takes: Promise<void>[]): Promise<Outcomes> => {
  const settled = await Promise.allSettled(takes);
  return {
    granted: settled.filter(({ status }) => status === "fulfilled").length,
    refused: settled.flatMap((one) => (one.status === "rejected" ? [one.reason as BrokerError] : [])),
  };
};

describe("the budget", () => {
  const still = { now: () => NOW };

  test("is kept together by those who share a store, whoever asks first", async () => {
    const store = memoryStore({ clock: still });
    const budgets = [1, 2, 3].map(() => createBudget({ store, quota: 50, clock: still, warn: () => undefined }));
    const { granted, refused } = await outcomes(
      Array.from({ length: 90 }, (_, i) => (budgets[i % 3] ?? budgets[0])?.take() ?? Promise.reject(new Error("none"))),
    );
    expect(granted).toBe(50);
    expect(
      refused.every(({ code, retryAfterSeconds }) => code === "upstream_rate_limited" && retryAfterSeconds === 60),
    ).toBe(true);
  });

  test("counts once what was written though the answer was lost", async () => {
    const memory = memoryStore({ clock: still });
    const store: Store = {
      ...memory,
      swap: async (...args) => {
        await memory.swap(...args);
        return memory.swap(...args);
      },
    };
    const budget = createBudget({ store, quota: 5, clock: still, warn: () => undefined });
    for (let turn = 0; turn < 5; turn += 1) await budget.take();
    expect((await outcomes([budget.take()])).granted).toBe(0);
  });

  test("goes on alone, and says so, where there never was a store", async () => {
    const warnings: string[] = [];
    const away = () => Promise.reject(new Error("down"));
    const store: Store = { ...memoryStore(), swap: away, read: away };
    const budget = createBudget({ store, quota: 5, clock: still, warn: (message) => warnings.push(message) });
    const { granted } = await outcomes(Array.from({ length: 9 }, () => budget.take()));
    expect(granted).toBe(5);
    expect((await outcomes([budget.take()])).granted).toBe(0);
    expect(warnings.length).toBeGreaterThan(0);
  });
});

describe("the budget over an outage of Redis", () => {
  test("is never overspent: each keeps to its share meanwhile, and what was made counts when it is back empty", async () => {
    const quota = 20;
    const redis = await startRedis();
    const clock = new TestClock();
    const stores = [redisStore({ url: redis.url }), redisStore({ url: redis.url })];
    onTestFinished(async () => {
      for (const store of stores) await store.close();
      await redis.close();
    });
    const budgets = stores.map((store) => createBudget({ store, quota, clock, warn: () => undefined }));
    const take = (which: number, count: number) =>
      outcomes(Array.from({ length: count }, () => budgets[which]?.take() ?? Promise.reject(new Error("none"))));

    const before = [await take(0, 3), await take(1, 6), await take(0, 1)];
    await redis.close();
    const meanwhile = [await take(0, 20), await take(1, 20)];
    // Half of the quota each, with what they had made before.
    expect(meanwhile.map(({ granted }) => granted)).toEqual([6, 4]);
    const [refused] = meanwhile[0]?.refused ?? [];
    expect(refused?.code).toBe("upstream_rate_limited");
    expect(refused?.retryAfterSeconds).toBeGreaterThan(50);
    expect(refused?.retryAfterSeconds).toBeLessThanOrEqual(60);

    const again = await startRedis(redis.port);
    onTestFinished(() => again.close());
    for (const store of stores) await vi.waitFor(() => store.ping(), { timeout: 10_000, interval: 20 });
    const after = [await take(0, 20), await take(1, 20)];
    const all = [...before, ...meanwhile, ...after].reduce((sum, { granted }) => sum + granted, 0);
    expect(all).toBe(quota);
    // Nothing is stuck: a minute later the whole quota is there again, for whoever asks.
    clock.pass(61);
    expect((await take(1, 30)).granted).toBe(quota);
    expect((await take(0, 1)).granted).toBe(0);
  });
});
