import { afterEach, describe, expect, it, vi } from "vitest";
import { DEPLOYMENT, ORIGIN, type RunningEndpoint, startEndpoint } from "./running-endpoint.js";

const running: RunningEndpoint[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const endpoint of running.splice(0)) await endpoint.close();
});

async function endpointWith(more: Record<string, string>): Promise<RunningEndpoint> {
  const endpoint = await startEndpoint(more);
  running.push(endpoint);
  return endpoint;
}
const start = (endpoint: RunningEndpoint, headers: Record<string, string> = {}) =>
  endpoint.post("/v1/sessions", { deploymentId: DEPLOYMENT }, headers);
const from = (address: string) => ({ "x-forwarded-for": address });

describe("the limit of one network", () => {
  it("tells what is left, refuses what is beyond, and says truly when it may go on", async () => {
    const endpoint = await endpointWith({ RATE_LIMIT_MAX: "3", RATE_LIMIT_WINDOW: "40" });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    for (const left of [2, 1, 0]) {
      const answer = await start(endpoint);
      expect(answer.status).toBe(201);
      expect(answer.headers.get("ratelimit-policy")).toBe('"start";q=3;w=40');
      expect(answer.headers.get("ratelimit")).toBe(`"start";r=${left};t=40`);
      expect(answer.headers.get("retry-after")).toBeNull();
    }
    vi.advanceTimersByTime(10_000);
    const refused = await start(endpoint);
    expect([refused.status, refused.json.code]).toEqual([429, "rate_limited"]);
    expect(refused.headers.get("retry-after")).toBe("30");
    expect(refused.json.retryAfter).toBe(30);
    expect(refused.headers.get("ratelimit")).toBe('"start";r=0;t=30');
    expect(refused.headers.get("access-control-allow-origin")).toBe(ORIGIN);
    expect(refused.headers.get("access-control-expose-headers")).toContain("Retry-After");
    vi.advanceTimersByTime(30_000);
    expect((await start(endpoint)).status).toBe(201);
  });

  it("counts refreshes apart, and ten times as many", async () => {
    const endpoint = await endpointWith({ RATE_LIMIT_MAX: "2" });
    const { json } = await start(endpoint);
    expect((await start(endpoint)).status).toBe(201);
    expect((await start(endpoint)).status).toBe(429);
    let { handle } = json.session;
    for (let left = 19; left >= 0; left -= 1) {
      const answer = await endpoint.post("/v1/sessions/refresh", undefined, { authorization: `Bearer ${handle}` });
      expect(answer.status).toBe(200);
      expect(answer.headers.get("ratelimit")).toContain(`"refresh";r=${left};`);
      ({ handle } = answer.json.session);
    }
    const refused = await endpoint.post("/v1/sessions/refresh", undefined, { authorization: `Bearer ${handle}` });
    expect(refused.status).toBe(429);
  });

  it("holds for the older route and the newer one together", async () => {
    const endpoint = await endpointWith({ RATE_LIMIT_MAX: "1" });
    expect((await start(endpoint)).status).toBe(201);
    expect((await endpoint.post("/api/webchat/guest-token", { queueId: "q" })).status).toBe(429);
  });
});

describe("the limits beyond a network's", () => {
  const networks = { TRUST_PROXY: "127.0.0.1" };
  let next = 0;
  const fromAnywhere = () => {
    next += 1;
    return from(`203.0.113.${next}`);
  };

  it("of an origin holds for all networks, and leaves other origins alone", async () => {
    const other = "https://other.example";
    const endpoint = await endpointWith({
      ...networks,
      RATE_LIMIT_ORIGIN_MAX: "2",
      ALLOWED_ORIGINS: `${ORIGIN},${other}`,
    });
    const first = await start(endpoint, fromAnywhere());
    expect(first.headers.get("ratelimit-policy")).toBe('"start";q=30;w=60');
    expect((await start(endpoint, fromAnywhere())).status).toBe(201);
    const refused = await start(endpoint, fromAnywhere());
    expect([refused.status, refused.json.code]).toEqual([429, "rate_limited"]);
    expect(refused.json.detail).toContain("from this site");
    expect(refused.headers.get("ratelimit-policy")).toBe('"start";q=30;w=60, "start-origin";q=2;w=60');
    expect(refused.headers.get("ratelimit")).toMatch(/^"start";r=29;t=60, "start-origin";r=0;t=\d+$/);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await start(endpoint, { ...fromAnywhere(), origin: other })).status).toBe(201);
    // Refreshes are counted apart, ten times as many.
    const bearer = { authorization: `Bearer ${first.json.session.handle}` };
    expect((await endpoint.post("/v1/sessions/refresh", undefined, bearer)).status).toBe(200);
  });

  it("of all together holds for every origin", async () => {
    const other = "https://other.example";
    const endpoint = await endpointWith({
      ...networks,
      RATE_LIMIT_GLOBAL_MAX: "2",
      ALLOWED_ORIGINS: `${ORIGIN},${other}`,
    });
    expect((await start(endpoint, fromAnywhere())).status).toBe(201);
    expect((await start(endpoint, { ...fromAnywhere(), origin: other })).status).toBe(201);
    const refused = await start(endpoint, fromAnywhere());
    expect([refused.status, refused.headers.get("ratelimit-policy")]).toEqual([
      429,
      '"start";q=30;w=60, "start-all";q=2;w=60',
    ]);
  });

  it("are not used up by a network that is refused", async () => {
    const endpoint = await endpointWith({ ...networks, RATE_LIMIT_MAX: "1", RATE_LIMIT_GLOBAL_MAX: "2" });
    const greedy = fromAnywhere();
    expect((await start(endpoint, greedy)).status).toBe(201);
    for (let again = 0; again < 5; again += 1) expect((await start(endpoint, greedy)).status).toBe(429);
    expect((await start(endpoint, fromAnywhere())).status).toBe(201);
  });

  it("of a session holds wherever it refreshes from, and for it alone", async () => {
    const endpoint = await endpointWith({ ...networks, RATE_LIMIT_SESSION_MAX: "2" });
    const [{ json: greedy }, { json: modest }] = [await start(endpoint), await start(endpoint)];
    const refresh = (handle: string) =>
      endpoint.post("/v1/sessions/refresh", undefined, { ...fromAnywhere(), authorization: `Bearer ${handle}` });
    const once = await refresh(greedy.session.handle);
    expect([once.status, once.headers.get("ratelimit-policy")]).toEqual([200, '"refresh";q=300;w=60']);
    const twice = await refresh(once.json.session.handle);
    expect(twice.status).toBe(200);
    const refused = await refresh(twice.json.session.handle);
    expect([refused.status, refused.json.code]).toEqual([429, "rate_limited"]);
    expect(refused.headers.get("ratelimit")).toMatch(/^"session";r=0;t=\d+$/);
    expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
    expect((await refresh(modest.session.handle)).status).toBe(200);
    // A forged handle is no session, and counts for none.
    expect((await refresh(`${greedy.session.handle.slice(0, -4)}AAAA`)).status).toBe(401);
  });
});

describe("behind proxies", () => {
  it("that are named, each client has its own limit, and a forged address mints none", async () => {
    const endpoint = await endpointWith({ RATE_LIMIT_MAX: "1", TRUST_PROXY: "127.0.0.0/8,10.0.0.0/8" });
    expect((await start(endpoint, from("203.0.113.1"))).status).toBe(201);
    expect((await start(endpoint, from("203.0.113.2"))).status).toBe(201);
    expect((await start(endpoint, from("203.0.113.1"))).status).toBe(429);
    // The proxy appends the real address; whatever a client wrote before it is not believed.
    expect((await start(endpoint, from("198.51.100.7, 203.0.113.1"))).status).toBe(429);
    expect((await start(endpoint, from("198.51.100.8, 203.0.113.1, 10.1.1.1"))).status).toBe(429);
  });

  it("a /64 of IPv6 is one network", async () => {
    const endpoint = await endpointWith({ RATE_LIMIT_MAX: "1", TRUST_PROXY: "127.0.0.1" });
    expect((await start(endpoint, from("2001:db8:1:2::1"))).status).toBe(201);
    expect((await start(endpoint, from("2001:db8:1:2:ffff::1"))).status).toBe(429);
    expect((await start(endpoint, from("2001:db8:1:3::1"))).status).toBe(201);
    expect((await start(endpoint, from("::ffff:192.0.2.1"))).status).toBe(201);
    expect((await start(endpoint, from("192.0.2.1"))).status).toBe(429);
  });

  it("that are not named, no forwarded address is believed, and the log says so once", async () => {
    const endpoint = await endpointWith({ RATE_LIMIT_MAX: "1" });
    expect((await start(endpoint, from("203.0.113.1"))).status).toBe(201);
    expect((await start(endpoint, from("203.0.113.2"))).status).toBe(429);
    expect(endpoint.stderr.text.match(/TRUST_PROXY does not name it/g)).toHaveLength(1);
  });
});

describe("too much at once", () => {
  it("is refused as overloaded, and health still answers", async () => {
    const { fastify } = await import("fastify");
    const { guestpass } = await import("../src/index.js");
    const endpoint = await endpointWith({ GUEST_API: "guest-tokens" });
    const app = fastify();
    await app.register(guestpass, { broker: endpoint.server.broker, allowedOrigins: [ORIGIN], maxConcurrent: 2 });
    endpoint.simulator.fault({ path: "/api/v2/guest-tokens", delayMs: 400, times: 2 });
    const ask = () =>
      app.inject({
        method: "POST",
        url: "/v1/sessions",
        headers: { origin: ORIGIN, "content-type": "application/json" },
        payload: { deploymentId: DEPLOYMENT },
      });
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(answers.map((answer) => answer.statusCode)).toEqual([201, 201, 503]);
    expect(answers[2]?.json()).toMatchObject({ code: "overloaded" });
    expect(answers[2]?.headers["retry-after"]).toBe("2");
    expect((await app.inject("/health/live")).statusCode).toBe(200);
    expect((await ask()).statusCode).toBe(201);
    await app.close();
  });
});
