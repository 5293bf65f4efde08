import { describe, expect, test } from "vitest";
import { counted, nextTry, REQUESTS_A_MINUTE, retryAfterSeconds, roomAt } from "./backoff.js";

describe("nextTry", () => {
  test.each([
    // failures, u, Retry-After, token expires at, expected
    [1, 0.999, 0, 0, 999],
    [2, 0.5, 0, 0, 1000],
    [3, 1, 0, 0, 4000],
    [7, 1, 0, 0, 60_000],
    [50, 1, 0, 0, 60_000],
    [5000, 0.5, 0, 0, 30_000],
    [1, 0, 0, 0, 100],
    [1, 0, 20, 0, 20_000],
    [9, 1, 20, 0, 22_000],
    [1, 0, 86_400, 0, 3_600_000],
    [1, 1, 86_400, 0, 3_960_000],
    // before the token expires, when time allows
    [7, 1, 0, 40_000, 20_000],
    [7, 1, 0, 3000, 1500],
    [7, 1, 0, 2000, 60_000],
    [7, 1, 0, -5000, 60_000],
    [7, 0.1, 0, 40_000, 6000],
    // what the endpoint asked for is kept all the same
    [7, 0, 60, 40_000, 60_000],
  ])("%d failures, u %d, Retry-After %d s, %d ms left: %d ms", (failures, u, retryAfter, left, expected) => {
    const at = 1_000_000;
    expect(nextTry(at, failures, u, retryAfter, at + left) - at).toBeCloseTo(expected, 6);
  });

  test("full jitter: every wait between nothing and the cap, on average half of it", () => {
    const waits = Array.from({ length: 1000 }, (_, i) => nextTry(0, 20, i / 1000));
    expect(Math.max(...waits)).toBeLessThanOrEqual(60_000);
    expect(waits.reduce((sum, wait) => sum + wait, 0) / 1000).toBeCloseTo(30_000, -3);
  });
});

describe("the minute's share", () => {
  test("six fit, the seventh waits for the first to be a minute old", () => {
    let sent: readonly number[] = [];
    for (let at = 0; at < REQUESTS_A_MINUTE; at += 1) {
      expect(roomAt(sent, at)).toBe(at);
      sent = counted(sent, at);
    }
    expect(roomAt(sent, 6)).toBe(60_000);
    expect(roomAt(sent, 60_000)).toBe(60_000);
    expect(counted(sent, 60_000)).toEqual([1, 2, 3, 4, 5, 60_000]);
    expect(counted(sent, 1e9)).toEqual([1e9]);
  });

  test.each([
    [1, 6],
    [3, 20],
    [13, 20],
    [14, 6],
    [3600, 6],
  ])("a life of %d s may take %d requests in a minute", (life, most) => {
    const sent = Array.from({ length: most }, (_, at) => at);
    expect(roomAt(sent.slice(1), most, life * 1000)).toBe(most);
    expect(roomAt(sent, most, life * 1000)).toBe(60_000);
  });
});

describe("Retry-After", () => {
  const now = Date.UTC(2026, 0, 1);
  test.each([
    [null, 0],
    [undefined, 0],
    ["", 0],
    ["0", 0],
    ["30", 30],
    ["1.2", 2],
    ["-5", 0],
    ["Infinity", 0],
    ["soon", 0],
    [new Date(now + 30_000).toUTCString(), 30],
    [new Date(now - 30_000).toUTCString(), 0],
    ["86400", 86_400],
  ])("%s: %d", (header, expected) => {
    expect(retryAfterSeconds(header, now)).toBe(expected);
  });
});
