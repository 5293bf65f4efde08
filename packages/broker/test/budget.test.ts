import { describe, expect, test } from "vitest";
import type { BrokerError } from "../src/index.js";
import { memoryStore } from "../src/index.js";
import { createBudget, type Ledger, secondsUntilRoom, spend, WINDOW_MS } from "../src/platform/budget.js";
import type { Store } from "../src/stores/store.js";

const NOW = 1_000_000;

describe("the ledger", () => {
  test.each<[string, Ledger, number, number]>([
    ["empty", [], 3, 3],
    ["with room", [[NOW - 50_000, 7]], 5, 3],
    ["full", [[NOW - 50_000, 10]], 1, 0],
    ["full a minute ago", [[NOW - 60_000, 10]], 4, 4],
    ["full a little less than a minute ago", [[NOW - 59_999, 10]], 4, 0],
    ["written by a clock that is a little ahead", [[NOW + 4000, 10]], 4, 0],
    ["written by a clock that is far ahead", [[NOW + 3_600_000, 10]], 4, 4],
  ])("%s", (_, ledger, wanted, granted) => {
    expect(spend(ledger, wanted, 10, NOW).granted).toBe(granted);
  });

  test("grants no more than the quota in any minute, whenever it begins, and stays small", () => {
    let ledger: Ledger = [];
    const grants: { at: number; granted: number }[] = [];
    for (let at = 0; at < 300_000; at += 37) {
      const spent = spend(ledger, at % 5 === 0 ? 9 : 0, 100, at);
      ledger = spent.next;
      grants.push({ at, granted: spent.granted });
      expect(ledger.length).toBeLessThanOrEqual(61);
    }
    for (const { at: from } of grants) {
      const within = grants.filter(({ at }) => at >= from && at < from + WINDOW_MS);
      expect(within.reduce((sum, { granted }) => sum + granted, 0)).toBeLessThanOrEqual(100);
    }
    expect(grants.reduce((sum, { granted }) => sum + granted, 0)).toBeGreaterThanOrEqual(490);
  });

  test("says honestly when there is room again", () => {
    const ledger: Ledger = [
      [NOW - 49_500, 4],
      [NOW - 10_000, 6],
    ];
    const after = secondsUntilRoom(ledger, NOW);
    expect(after).toBe(11);
    expect(spend(ledger, 1, 10, NOW + after * 1000).granted).toBe(1);
    expect(spend(ledger, 1, 10, NOW + (after - 1) * 1000).granted).toBe(0);
    expect(secondsUntilRoom([[NOW, 1]], NOW)).toBe(60);
  });
});

describe("the budget", () => {
  const clock = { now: () => 1_000_000_000 };
  const outcomes = async (takes: Promise<void>[]) => {
    const settled = await Promise.allSettled(takes);
    return {
      granted: settled.filter(({ status }) => status === "fulfilled").length,
      refused: settled.flatMap((one) => (one.status === "rejected" ? [one.reason as BrokerError] : [])),
    };
  };

  test("is kept together by those who share a store, whoever asks first", async () => {
    const store = memoryStore({ clock });
    const budgets = [1, 2, 3].map(() => createBudget({ store, quota: 50, clock, warn: () => undefined }));
    const { granted, refused } = await outcomes(
      Array.from({ length: 90 }, (_, i) => (budgets[i % 3] ?? budgets[0])?.take() ?? Promise.reject(new Error("none"))),
    );
    expect(granted).toBe(50);
    expect(
      refused.every(({ code, retryAfterSeconds }) => code === "upstream_rate_limited" && retryAfterSeconds === 60),
    ).toBe(true);
  });

  test("goes on alone, and says so, when the store fails", async () => {
    const warnings: string[] = [];
    const broken: Store = {
      ...memoryStore(),
      swap: () => Promise.reject(new Error("down")),
      read: () => Promise.reject(new Error("down")),
    };
    const budget = createBudget({ store: broken, quota: 5, clock, warn: (message) => warnings.push(message) });
    const { granted } = await outcomes(Array.from({ length: 9 }, () => budget.take()));
    expect(granted).toBe(5);
    expect((await outcomes([budget.take()])).granted).toBe(0);
    expect(warnings.length).toBeGreaterThan(0);
  });
});
