import { expect, it } from "vitest";
import { localWindow } from "./local-window.js";

it("counts each key in windows of its own, and begins anew when one is over", () => {
  let now = 1_000_000;
  const count = localWindow(10, 100, () => now);
  expect(count("a")).toEqual({ count: 1, secondsLeft: 10 });
  now += 7500;
  expect(count("a")).toEqual({ count: 2, secondsLeft: 3 });
  expect(count("b")).toEqual({ count: 1, secondsLeft: 10 });
  now += 2499;
  expect(count("a")).toEqual({ count: 3, secondsLeft: 1 });
  now += 1;
  expect(count("a")).toEqual({ count: 1, secondsLeft: 10 });
  expect(count("b").count).toBe(2);
});

it("keeps so many keys and no more: the one whose window is oldest goes", () => {
  const count = localWindow(10, 2, () => 0);
  for (const key of ["a", "b", "a", "c"]) count(key);
  expect([count("b").count, count("c").count]).toEqual([2, 2]);
  expect(count("a").count).toBe(1);
});
