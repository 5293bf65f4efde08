import { Writable } from "node:stream";
import { type Simulator, startSimulator } from "@guestpass/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../src/cli/main.js";
import { run } from "./command.js";
import { CLIENT, Collector } from "./running-endpoint.js";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ clients: [CLIENT] });
});
afterAll(() => simulator.close());

const env = () => ({
  GENESYS_BASE_URL: simulator.url,
  GENESYS_CLIENT_ID: CLIENT.id,
  GENESYS_CLIENT_SECRET: CLIENT.secret,
});

describe("guestpass abuse", () => {
  it("flags the customer with too many conversations, with exit code 3", async () => {
    const { code, stdout, stderr } = await run(["abuse"], env());
    expect([code, stderr]).toEqual([
      3,
      "page 1: 100 of 120 conversations read\npage 2: 120 of 120 conversations read\n",
    ]);
    expect(stdout).toMatch(/^customer +conversations\n\S.* +\d+\n\n120 conversations of \d+ customers/);
    expect(stdout).toContain("1 customer has more than 50");
  });

  it("gives the report as JSON", async () => {
    const { code, stdout } = await run(["abuse", "--json"], env());
    const report = JSON.parse(stdout) as {
      conversations: number;
      pages: number;
      flagged: { conversationCount: number }[];
    };
    expect(code).toBe(3);
    expect(report).toMatchObject({ conversations: 120, pages: 2, truncated: false });
    expect(report.flagged).toHaveLength(1);
    expect(report.flagged[0]?.conversationCount).toBeGreaterThan(50);
  });

  it("reads either form of the API, and says nothing of its pages where that is wished", async () => {
    simulator.clearRequests();
    const { code, stdout, stderr } = await run(["abuse", "--form", "document", "--threshold", "10"], env());
    expect([code, stderr]).toEqual([3, "page 1: 100 conversations read\npage 2: 120 conversations read\n"]);
    expect(stdout).toContain("1 customer has more than 10");
    const bodies = simulator.requests().flatMap(({ path, body }) => (path.includes("analytics") ? [body] : []));
    expect(bodies).toMatchObject([{ pageSize: 100 }, { pageSize: 100, nextPageToken: expect.any(String) as string }]);
    const quiet = await run(["abuse", "--quiet", "--form", "platform"], env());
    expect([quiet.code, quiet.stderr]).toEqual([3, ""]);
  });

  it("writes over one line on a terminal", async () => {
    const written: string[] = [];
    const terminal = Object.assign(
      new Writable({ write: (chunk: Buffer, _, done) => done(void written.push(chunk.toString())) }),
      {
        isTTY: true,
      },
    );
    expect(await main(["abuse"], env(), { stdout: new Collector(), stderr: terminal })).toBe(3);
    expect(written).toEqual([
      "\r\u001b[Kpage 1: 100 of 120 conversations read",
      "\r\u001b[Kpage 2: 120 of 120 conversations read",
      "\n",
    ]);
  });

  it("is content where nobody is above the threshold", async () => {
    const { code, stdout } = await run(["abuse", "--threshold", "119"], env());
    expect(code).toBe(0);
    expect(stdout).toContain("0 customers have more than 119");
  });

  it("says what is wrong", async () => {
    const refused = await run(["abuse"], { ...env(), GENESYS_CLIENT_SECRET: "not-the-right-secret" });
    expect([refused.code, refused.stdout]).toEqual([1, ""]);
    expect(refused.stderr).toContain("upstream_unauthorized");
    expect(refused.stderr).not.toContain("not-the-right-secret");
    const bare = await run(["abuse"], {});
    expect(bare.code).toBe(78);
    expect(bare.stderr).toContain("GENESYS_REGION");
    expect(bare.stderr).toContain("GENESYS_CLIENT_ID");
    expect(bare.stderr).not.toContain("ALLOWED_ORIGINS");
    for (const args of [
      ["--hours", "x"],
      ["--hours", "0"],
      ["--threshold", "-1"],
      ["--days", "1"],
      ["--form", "other"],
    ])
      expect((await run(["abuse", ...args], env())).code).toBe(64);
  });
});
