import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { distributionSamples, expose } from "../src/exposition.js";
import { DEPLOYMENT, ORIGIN, type RunningEndpoint, request, startEndpoint } from "./running-endpoint.js";

let endpoint: RunningEndpoint;
let admin: string;
beforeAll(async () => {
  endpoint = await startEndpoint({ ADMIN_PORT: "0", GUEST_API: "guest-tokens" });
  admin = adminOf(endpoint);
});
afterAll(() => endpoint.close());

function adminOf({ server }: RunningEndpoint): string {
  const place = server.admin?.addresses()[0];
  if (typeof place !== "object") throw new Error("there is no admin listener");
  const { address, port } = place;
  expect(address).toBe("127.0.0.1");
  return `http://${address}:${port}`;
}

/** Reads the text format strictly: every line is a comment, or a sample of a metric that was introduced. */
function read(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  expect(text.endsWith("\n")).toBe(true);
  for (const line of text.trimEnd().split("\n")) {
    const comment = /^# (HELP|TYPE) ([a-z_:][a-z0-9_:]*) (.+)$/.exec(line);
    if (comment) {
      if (comment[1] === "TYPE") {
        expect(types.has(comment[2] ?? "")).toBe(false);
        types.set(comment[2] ?? "", comment[3] ?? "");
      }
      continue;
    }
    const sample =
      /^([a-z_:][a-z0-9_:]*)(\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*\})? (NaN|[+-]?Inf|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.exec(
        line,
      );
    expect(sample, line).not.toBeNull();
    const name = sample?.[1] ?? "";
    expect(types.has(name) || types.get(name.replace(/_(?:bucket|sum|count)$/, "")) === "histogram", line).toBe(true);
    expect(samples.has(name + (sample?.[2] ?? ""))).toBe(false);
    samples.set(name + (sample?.[2] ?? ""), Number(sample?.[3]));
  }
  return samples;
}

const scrape = async () => read((await request(`${admin}/metrics`)).text);

describe("GET /metrics", () => {
  it("counts tokens, refusals, requests and what the platform did", async () => {
    const { json } = await endpoint.post("/v1/sessions", { deploymentId: DEPLOYMENT });
    await endpoint.post("/v1/sessions/refresh", undefined, { authorization: `Bearer ${json.session.handle}` });
    await endpoint.post("/v1/sessions/refresh", undefined, { authorization: "Bearer nonsense" });
    await endpoint.ask("GET", "/somewhere/else", { origin: ORIGIN });
    endpoint.simulator.fault({ path: "/api/v2/guest-tokens", status: 500, times: 1 });
    await endpoint.post("/v1/sessions", { deploymentId: DEPLOYMENT });
    const samples = await scrape();
    const value = (name: string) => samples.get(name);
    expect(value("guestpass_tokens_issued_total")).toBe(2);
    expect(value("guestpass_tokens_renewed_total")).toBe(1);
    expect(value('guestpass_failures_total{operation="refresh",code="session_invalid"}')).toBe(1);
    expect(value("guestpass_upstream_retries_total")).toBe(1);
    expect(value("guestpass_oauth_tokens_total")).toBe(1);
    expect(value("guestpass_ready")).toBe(1);
    const route = (path: string, status: number, method = "POST") =>
      `guestpass_http_request_duration_seconds_count{method="${method}",route="${path}",status="${status}"}`;
    expect(value(route("/v1/sessions", 201))).toBe(2);
    expect(value(route("/v1/sessions/refresh", 401))).toBe(1);
    expect(value(route("unknown", 404, "GET"))).toBe(1);
    expect(value('guestpass_token_duration_seconds_bucket{operation="start",le="+Inf"}')).toBe(2);
    expect(value("process_resident_memory_bytes")).toBeGreaterThan(1e6);
  });

  it("and the audit notice unusual minting, with labels that stay few", async () => {
    const minting = await startEndpoint({ ADMIN_PORT: "0", MINTING_MAX_NETWORK: "2", MINTING_MAX_ORIGIN: "4" });
    try {
      for (let turn = 0; turn < 5; turn += 1) await minting.post("/v1/sessions", { deploymentId: DEPLOYMENT });
      const noticed = () =>
        minting.stdout.text
          .split("\n")
          .filter((line) => line.includes('"UNUSUAL_MINTING"'))
          .map((line) => (JSON.parse(line) as { minting: object }).minting);
      await expect.poll(noticed).toHaveLength(2);
      expect(noticed()).toEqual([
        { by: "network", subject: "127.0.0.1", count: 3, threshold: 2, windowSeconds: 600 },
        { by: "origin", subject: ORIGIN, count: 5, threshold: 4, windowSeconds: 600 },
      ]);
      const samples = read((await request(`${adminOf(minting)}/metrics`)).text);
      for (const name of ["guestpass_unusual_minting_total", "guestpass_unusual_minting_subjects"])
        expect(["customer", "origin", "network"].map((by) => samples.get(`${name}{by="${by}"}`))).toEqual([0, 1, 1]);
    } finally {
      await minting.close();
    }
  });

  it("has cumulative buckets that end in the count", async () => {
    const samples = [...(await scrape())];
    const series = (name: string) => samples.filter(([key]) => key.startsWith(name)).map(([, value]) => value);
    const buckets = series(
      'guestpass_http_request_duration_seconds_bucket{method="POST",route="/v1/sessions",status="201"',
    );
    expect(buckets.length).toBeGreaterThan(5);
    expect(buckets).toEqual([...buckets].sort((a, b) => a - b));
    expect(buckets.at(-1)).toBe(2);
  });

  it("is on the admin listener alone, and nothing else is there", async () => {
    expect((await endpoint.ask("GET", "/metrics", { origin: ORIGIN })).status).toBe(404);
    expect((await request(`${admin}/v1/sessions`)).json.code).toBe("not_found");
    expect((await request(`${admin}/health/live`)).status).toBe(200);
    expect((await request(`${admin}/metrics`)).headers.get("content-type")).toContain("text/plain; version=0.0.4");
  });
});

it("the text format escapes what has to be escaped", () => {
  const text = expose([
    {
      name: "a_total",
      help: "back\\slash\nline",
      type: "counter",
      samples: [{ labels: { x: 'q"b\\c\nd' }, value: 1 }],
    },
    {
      name: "h_seconds",
      help: "h",
      type: "histogram",
      samples: distributionSamples({ count: 2, sumSeconds: 0.3, buckets: [{ leSeconds: 0.1, count: 1 }] }),
    },
  ]);
  expect(text).toBe(
    '# HELP a_total back\\\\slash\\nline\n# TYPE a_total counter\na_total{x="q\\"b\\\\c\\nd"} 1\n' +
      '# HELP h_seconds h\n# TYPE h_seconds histogram\nh_seconds_bucket{le="0.1"} 1\nh_seconds_bucket{le="+Inf"} 2\nh_seconds_sum 0.3\nh_seconds_count 2\n',
  );
});
