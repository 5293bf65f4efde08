import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Simulator, startSimulator } from "@guestpass/simulator";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type AbuseProgress, type AbuseReportOptions, abuseReport } from "../src/index.js";
import { refusal, TestClock } from "./support/world.js";

const PATH = "/api/v2/analytics/conversations/details/query";
let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator();
});
afterEach(() => simulator.close());

const clock = new TestClock();
const report = (over: Partial<AbuseReportOptions> = {}) =>
  abuseReport({
    platform: { baseUrl: simulator.url, credentials: [{ clientId: "a", clientSecret: "b" }] },
    ports: { clock, sleep: clock.sleep, random: () => 0.5 },
    ...over,
  });
const queries = () =>
  simulator
    .requests()
    .filter(({ path }) => path === PATH)
    .map(({ body }) => body as Record<string, unknown>);

describe("the abuse report", () => {
  test.each(["platform", "document"] as const)(
    "flags whoever is above the threshold, page by page, in the %s's form",
    async (form) => {
      const progress: AbuseProgress[] = [];
      const found = await report({ form, onProgress: (one) => progress.push(one) });
      expect(found).toMatchObject({
        threshold: 50,
        conversations: 120,
        customers: 21,
        unattributed: 0,
        pages: 2,
        truncated: false,
      });
      expect(found.flagged).toEqual([{ externalCustomerId: "CUST-8842", conversationCount: 55, status: "flagged" }]);
      expect(Date.parse(found.to) - Date.parse(found.from)).toBe(86_400_000);
      expect(progress.map(({ pages, conversations }) => [pages, conversations])).toEqual([
        [1, 100],
        [2, 120],
      ]);
      const [first, second] = queries();
      if (form === "platform") {
        expect(first?.["paging"]).toEqual({ pageSize: 100, pageNumber: 1 });
        expect(second?.["paging"]).toEqual({ pageSize: 100, pageNumber: 2 });
        expect(progress[0]?.total).toBe(120);
      } else {
        expect(first).toMatchObject({ pageSize: 100, dimensionFilters: [{ values: ["webmessaging"] }] });
        expect(second?.["nextPageToken"]).toBeTruthy();
      }
    },
  );

  test("takes the document's form where the platform's is refused", async () => {
    simulator.fault({ path: PATH, status: 400, times: 1 });
    expect((await report()).flagged).toHaveLength(1);
    expect(queries()[1]).toHaveProperty("intervalFilters");
  });

  test("counts for another interval and threshold, most conversations first", async () => {
    const found = await report({ threshold: 2 });
    expect(found.flagged.length).toBeGreaterThan(1);
    const counts = found.flagged.map(({ conversationCount }) => conversationCount);
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
    const short = await report({ from: clock.now() - 3_600_000, to: clock.now() });
    expect(short.conversations).toBeLessThan(20);
    expect(short.flagged).toEqual([]);
    expect(
      (await report({ from: clock.now() - 10 * 86_400_000, to: clock.now() - 9 * 86_400_000 })).conversations,
    ).toBe(0);
  });

  test("says when there were more pages than it was to read", async () => {
    expect(await report({ maxPages: 1 })).toMatchObject({ conversations: 100, pages: 1, truncated: true });
  });

  test("waits out a rate limit and renews a refused token", async () => {
    simulator.fault({ path: PATH, status: 429, headers: { "retry-after": "30" }, times: 1 });
    simulator.fault({ path: PATH, status: 401, times: 1 });
    expect((await report()).conversations).toBe(120);
    expect(clock.slept.at(-1)).toBe(30_125);
  });

  test("says what is wrong: with the options, the credentials, the permission", async () => {
    await expect(report({ platform: { baseUrl: simulator.url } })).rejects.toThrow(TypeError);
    await expect(report({ from: 2, to: 1 })).rejects.toThrow(/from/);
    await expect(report({ threshold: Number.NaN })).rejects.toThrow(/threshold/);
    simulator.fault({ path: PATH, status: 403, times: 1 });
    expect((await refusal(report())).code).toBe("upstream_forbidden");
    simulator.fault({ path: "/oauth/token", status: 401 });
    expect((await refusal(report())).code).toBe("upstream_unauthorized");
  });

  test("does not read for ever what never ends", async () => {
    const endless = createServer((request, response) => {
      request.resume();
      request.on("end", () => {
        response.setHeader("content-type", "application/json");
        response.end(
          request.url === "/oauth/token"
            ? '{"access_token":"t","expires_in":600}'
            : '{"results":[{"customAttributes":{}},{"customAttributes":{"externalCustomerId":7}},7],"nextPageToken":"again"}',
        );
      });
    });
    await new Promise<void>((resolve) => endless.listen(0, "127.0.0.1", resolve));
    const baseUrl = `http://127.0.0.1:${(endless.address() as AddressInfo).port}`;
    const found = await report({
      platform: { baseUrl, credentials: [{ clientId: "a", clientSecret: "b" }] },
      maxPages: 20,
    });
    expect(found).toMatchObject({ pages: 20, truncated: true, unattributed: 60, flagged: [] });
    endless.closeAllConnections();
    await new Promise((resolve) => endless.close(resolve));
  });
});
