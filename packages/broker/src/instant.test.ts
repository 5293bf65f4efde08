import { expect, test } from "vitest";
import { isoInstant } from "./instant.js";

test("is what a Date says, whatever the order in which it is asked", () => {
  const instants = [
    0, 999, 1000, 1700000000007, 1700000000070, 1700000000700, 1699999999999, -1, -1000, 253402300800000, 1.9,
  ];
  for (const ms of [...instants, ...instants.reverse()]) expect(isoInstant(ms)).toBe(new Date(ms).toISOString());
  for (let second = 0; second < 100; second += 1)
    expect(isoInstant(second * 1000 + 5)).toBe(new Date(second * 1000 + 5).toISOString());
  for (const ms of [Number.NaN, Number.POSITIVE_INFINITY, 8.64e15 + 1000])
    expect(() => isoInstant(ms)).toThrow(RangeError);
});
