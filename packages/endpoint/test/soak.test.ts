/** The soak's scenarios for a few seconds each, as `pnpm soak` runs them for minutes. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { childOf, compile } from "./child.js";

const SOAK = fileURLToPath(new URL("../../../tools/soak/soak.mjs", import.meta.url));

beforeAll(compile, 120_000);

async function soak(...args: string[]): Promise<{ code: number | string; stdout: string; stderr: string }> {
  const child = childOf(spawn(process.execPath, [SOAK, ...args]));
  const code = await child.ended;
  return { code, stdout: child.stdout(), stderr: child.stderr() };
}

interface Report {
  held: boolean;
  faults: string[];
  answers?: object;
  during: { answers: Record<string, number> };
  statuses: Record<string, number>;
  operations: number;
  retried: number;
}

async function holds(scenario: string, ...args: string[]): Promise<Report> {
  const { code, stdout } = await soak(scenario, "--json", ...args);
  const report = (JSON.parse(stdout) as Record<string, Report>)[scenario];
  expect(report?.faults).toEqual([]);
  expect([code, report?.held]).toEqual([0, true]);
  if (!report) throw new Error(`there is no report of ${scenario}`);
  return report;
}

describe("pnpm soak", () => {
  it("load: the platform fails at random and Redis goes away twice: no answer is the endpoint's fault, and nothing is left", async () => {
    const { during } = await holds("load", "--seconds", "5", "--connections", "15", "--speed", "20");
    expect(Object.keys(during.answers).some((answer) => answer.startsWith("503 "))).toBe(true);
  }, 60_000);

  it("bad-requests: of any kind are refused, with no 5xx and no growth", async () => {
    const { statuses } = await holds("bad-requests", "--requests", "2000");
    expect(Object.values(statuses).reduce((sum, count) => sum + count)).toBe(2000);
  }, 60_000);

  it("rolling: instances behind a round-robin proxy are replaced under load, and no page loses anything", async () => {
    const { operations } = await holds("rolling", "--seconds", "2", "--connections", "10");
    expect(operations).toBeGreaterThan(50);
  }, 60_000);

  it("says what it can do, and what it does not know", async () => {
    expect((await soak("--help")).stdout).toContain("bad-requests");
    const wrong = await soak("fly");
    expect([wrong.code, wrong.stderr]).toEqual([64, expect.stringContaining('no scenario "fly"')]);
    expect((await soak("load", "--seconds", "x")).code).toBe(64);
  });
});
