import { describe, expect, test } from "vitest";
import type { BrokerError } from "../src/index.js";
import { memoryStore } from "../src/index.js";
import { createBudget, type Ledger, secondsUntilRoom, spend, WINDOW_SECONDS } from "../src/platform/budget.js";
import type { Store } from "../src/stores/store.js";

describe("the ledger", () => {
  test.each<[string, Ledger, number, number, number]>([
    ["empty", [], 3, 1000, 3],
    ["with room", [[950, 7]], 5, 1000, 3],
    ["full", [[950, 10]], 1, 1000, 0],
    ["full a minute ago", [[940, 10]], 4, 1000, 4],
    ["full 59 s ago", [[941, 10]], 4, 1000, 0],
    ["written by a clock that is ahead", [[2000, 10]], 4, 1000, 4],
  ])("%s", (_, ledger, wanted, now, granted) => {
    expect(spend(ledger, wanted, 10, now).granted).toBe(granted);
  });

  test("grants no more than the quota in any 60 s, whenever they begin", () => {
    let ledger: Ledger = [];
    const granted: number[] = [];
    for (let second = 0; second < 300; second += 1) {
      const wanted = [0, 3, 17][second % 3] ?? 0;
      const spent = spend(ledger, wanted, 100, second);
      ledger = spent.next;
      granted.push(spent.granted);
    }
    for (let from = 0; from + WINDOW_SECONDS <= granted.length; from += 1) {
      const sum = granted.slice(from, from + WINDOW_SECONDS).reduce((a, b) => a + b, 0);
      expect(sum).toBeLessThanOrEqual(100);
    }
    expect(granted.reduce((a, b) => a + b, 0)).toBeGreaterThanOrEqual(400);
  });

  test("says honestly when there is room again", () => {
    const ledger: Ledger = [
      [950, 4],
      [990, 6],
    ];
    const after = secondsUntilRoom(ledger, 1000);
    expect(after).toBe(10);
    expect(spend(ledger, 1, 10, 1000 + after).granted).toBe(1);
    expect(spend(ledger, 1, 10, 1000 + after - 1).granted).toBe(0);
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
