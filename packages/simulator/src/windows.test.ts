import { expect, test } from "vitest";
import type { Clock } from "./clock.js";
import { createWindows } from "./windows.js";

function at() {
  const time = { now: 1_000_000 };
  const windows = createWindows({ now: () => time.now } as Clock);
  return { time, take: (key = "k", limit = 2) => windows.take(key, limit, 60_000) };
}

test("a window slides: calls count until they are a period old", () => {
  const { time, take } = at();
  expect(take()).toEqual({ allowed: true, count: 1, resetSeconds: 60 });
  time.now += 30_000;
  expect(take()).toEqual({ allowed: true, count: 2, resetSeconds: 30 });
  expect(take()).toEqual({ allowed: false, count: 2, resetSeconds: 30 });
  time.now += 29_999;
  expect(take()).toEqual({ allowed: false, count: 2, resetSeconds: 1 });
  time.now += 1;
  expect(take()).toEqual({ allowed: true, count: 2, resetSeconds: 30 });
});

test("keys are apart", () => {
  const { take } = at();
  take("a", 1);
  expect(take("a", 1).allowed).toBe(false);
  expect(take("b", 1).allowed).toBe(true);
});

test("a window of many calls stays right when its spent ones are cut off", () => {
  const { time, take } = at();
  for (let i = 0; i < 5000; i += 1) {
    time.now += 20;
    expect(take("k", 4000)).toMatchObject({ allowed: true, count: Math.min(i + 1, 3000) });
  }
});

test("the number of windows is bounded, and the fresh ones stay", () => {
  const { take } = at();
  for (let i = 0; i < 12_000; i += 1) take(`k${i}`, 1);
  expect(take("k11999", 1).allowed).toBe(false);
  expect(take("k0", 1).allowed).toBe(true);
});
