import { describe, expect, test } from "vitest";
import { mayTryAgain, parseRetryAfter, type RetryQuestion, retryDelay } from "./retry.js";

const NOW = Date.parse("2026-11-21T10:00:00Z");
const question = (over: Partial<RetryQuestion>): RetryQuestion => ({
  outcome: { kind: "answer", status: 503 },
  repeat: "once",
  triesDone: 1,
  triesAllowed: 3,
  remainingMs: 15_000,
  random: 0.5,
  ...over,
});

describe("which outcome is worth another try", () => {
  test.each([
    ["unreached", "once", true],
    ["unreached", "repeatable", true],
    ["lost", "once", false],
    ["lost", "repeatable", true],
  ] as const)("%s, %s: %s", (kind, repeat, again) => {
    expect(mayTryAgain({ kind }, repeat)).toBe(again);
  });

  test.each([
    [200, false],
    [302, false],
    [400, false],
    [401, false],
    [403, false],
    [404, false],
    [409, false],
    [429, true],
    [500, true],
    [501, false],
    [502, true],
    [503, true],
    [504, true],
    [505, false],
  ])("status %i: %s, whether it creates or not", (status, again) => {
    expect(mayTryAgain({ kind: "answer", status }, "once")).toBe(again);
    expect(mayTryAgain({ kind: "answer", status }, "repeatable")).toBe(again);
  });
});

describe("how long to wait", () => {
  test.each([
    [1, 0, 0],
    [1, 0.5, 250],
    [1, 0.999_999, 500],
    [2, 0.999_999, 1000],
    [3, 0.999_999, 2000],
    [12, 0.999_999, 30_000],
    [40, 0.999_999, 30_000],
  ])("after %i tries and the draw %f the backoff is %i ms", (triesDone, random, delay) => {
    expect(retryDelay(question({ triesDone, triesAllowed: 99, random, remainingMs: 60_000 }))).toBe(delay);
  });

  test("Retry-After is never undercut, and spread by a quarter of a second", () => {
    const outcome = { kind: "answer", status: 429, retryAfterSeconds: 2 } as const;
    expect(retryDelay(question({ outcome, random: 0 }))).toBe(2000);
    expect(retryDelay(question({ outcome, random: 0.999_999 }))).toBe(2250);
  });

  test("a Retry-After beyond the deadline is passed on at once", () => {
    const outcome = { kind: "answer", status: 429, retryAfterSeconds: 15 } as const;
    expect(retryDelay(question({ outcome, remainingMs: 15_000 }))).toBeNull();
  });

  test("the tries are bounded", () => {
    expect(retryDelay(question({ triesDone: 2 }))).not.toBeNull();
    expect(retryDelay(question({ triesDone: 3 }))).toBeNull();
  });
});

test.each([
  ["3", 3],
  [" 0 ", 0],
  ["Sat, 21 Nov 2026 10:00:30 GMT", 30],
  ["Saturday, 21-Nov-26 10:00:30 GMT", 30],
  ["Sat, 21 Nov 2026 09:00:00 GMT", 0],
  ["3600", 3600],
  ["3601", 3600],
  ["86400", 3600],
  ["Mon, 23 Nov 2026 10:00:30 GMT", 3600],
  ["-1", undefined],
  ["1.5", undefined],
  ["soon", undefined],
  ["", undefined],
  [undefined, undefined],
])("Retry-After %j asks for %j seconds", (header, seconds) => {
  expect(parseRetryAfter(header, NOW)).toBe(seconds);
});
