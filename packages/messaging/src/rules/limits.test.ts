import { describe, expect, it } from "vitest";
import { FRESH_PACE, type Kind, newConnection, type Pace, pauseMs, spend, tooLarge, waitMs } from "./limits.js";

/** Sends as soon as it may, `count` times; gives the instants. */
function run(kind: Kind, count: number, start: Pace = FRESH_PACE): { instants: number[]; pace: Pace } {
  let pace = start;
  let now = 0;
  const instants: number[] = [];
  for (let sent = 0; sent < count; sent += 1) {
    now += waitMs(pace, kind, now);
    expect(waitMs(pace, kind, now)).toBe(0);
    pace = spend(pace, kind, now);
    instants.push(now);
  }
  return { instants, pace };
}

const most = (instants: number[], windowMs: number) =>
  Math.max(...instants.map((from) => instants.filter((at) => at >= from && at < from + windowMs).length));

describe("the pace", () => {
  it("lets five messages go in a second, and leaves room in the minute's frames", () => {
    const { instants } = run("message", 120);
    expect(instants.slice(0, 6)).toEqual([0, 0, 0, 0, 0, 1100]);
    expect(most(instants, 1000)).toBe(5);
    expect(most(instants, 60_000)).toBe(52);
  });

  it.each<[Kind, number, number]>([
    ["typing", 5_000, 1],
    ["echo", 60_000, 2],
    ["history", 60_000, 10],
    ["control", 60_000, 60],
  ])("lets %s go so often in %i ms: %i", (kind, windowMs, limit) => {
    expect(most(run(kind, 70).instants, windowMs)).toBe(limit);
  });

  it("always has a frame left for configuring, and none is left after that", () => {
    const { pace } = run("message", 52);
    expect(waitMs(pace, "message", 12_000)).toBeGreaterThan(0);
    expect(waitMs(pace, "control", 12_000)).toBe(0);
  });

  it("does not count history among the frames", () => {
    const { pace } = run("history", 10);
    expect(pace.sent.frame).toBeUndefined();
  });

  it("pauses everything but control when the platform asks for it", () => {
    const pace = { ...FRESH_PACE, pausedUntil: 3_000 };
    expect(waitMs(pace, "message", 1_000)).toBe(2_000);
    expect(waitMs(pace, "typing", 1_000)).toBe(2_000);
    expect(waitMs(pace, "control", 1_000)).toBe(0);
  });

  it("starts its frames anew with a connection, not its session's messages", () => {
    const pace = newConnection(run("message", 5).pace);
    expect(pace.sent.frame).toEqual([]);
    expect(waitMs(pace, "message", 0)).toBe(1_100);
  });

  it("stays bounded", () => {
    expect(run("message", 500).pace.sent.message?.length).toBeLessThanOrEqual(60);
  });

  it.each([
    [3, 3_000],
    [0, 0],
    [-5, 0],
    [0.5, 500],
    [86_400, 300_000],
    [Number.POSITIVE_INFINITY, 300_000],
  ])("reads a pause of %d s as %i ms", (seconds, ms) => {
    expect(pauseMs(seconds)).toBe(ms);
  });
});

describe("sizes", () => {
  it.each<[string, string, Record<string, string>, number | undefined, string | undefined]>([
    ["a short text", "hello", {}, undefined, undefined],
    ["4096 bytes", "x".repeat(4096), {}, undefined, undefined],
    ["4097 bytes", "x".repeat(4097), {}, undefined, "message_too_long"],
    ["4096 characters of two bytes", "é".repeat(4096), {}, undefined, "message_too_long"],
    ["2048 bytes of attributes", "x", { k: "v".repeat(2047) }, undefined, undefined],
    ["2049 bytes of attributes", "x", { k: "v".repeat(2048) }, undefined, "attributes_too_large"],
    ["what the session says", "x", { k: "v".repeat(10) }, 8, "attributes_too_large"],
  ])("%s", (_name, text, attributes, most, code) => {
    expect(tooLarge(text, attributes, most)?.code).toBe(code);
  });

  it("does not repeat the text", () => {
    expect(tooLarge("secret".repeat(1000), {})?.message).not.toContain("secret");
  });
});
