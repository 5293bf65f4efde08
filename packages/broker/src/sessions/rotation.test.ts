import { describe, expect, test } from "vitest";
import { decodeRecord, encodeRecord, GRACE_MS, judge, type SessionRecord } from "./rotation.js";

const at = 1_000_000;
const known: SessionRecord = { ended: false, generation: 5, rotatedAt: at };

describe("a handle of a session whose fifth is the current one", () => {
  test.each([
    [5, 0, "current"],
    [6, 0, "current"],
    [4, 0, "replaced"],
    [4, GRACE_MS, "replaced"],
    [4, GRACE_MS + 1, "reused"],
    [3, 0, "reused"],
    [0, 0, "reused"],
  ])("generation %i, %i ms after the refresh: %s", (generation, after, verdict) => {
    expect(judge(known, generation, at + after)).toBe(verdict);
  });

  test("the one before works no longer once its successor was used", () => {
    const used: SessionRecord = { ended: false, generation: 6, rotatedAt: at + 1000 };
    expect(judge(used, 4, at + 1001)).toBe("reused");
  });
});

test("of a session that is not remembered every handle works", () => {
  expect(judge(undefined, 7, at)).toBe("current");
});

test("of an ended session none works", () => {
  expect(judge({ ended: true }, 7, at)).toBe("ended");
});

test("a record survives being written and read", () => {
  for (const one of [known, { ...known, sealedRenewal: "sealed" }, { ended: true } as const])
    expect(decodeRecord(encodeRecord(one))).toEqual(one);
});

test.each([undefined, "", "{", "{}", '{"g":"x","at":1}'])("%j is no record", (text) => {
  expect(decodeRecord(text)).toBeUndefined();
});
