import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEPLOYMENT, ORIGIN, type RunningEndpoint, startEndpoint } from "./running-endpoint.js";

describe("a session over HTTP", () => {
  let endpoint: RunningEndpoint;
  beforeAll(async () => {
    endpoint = await startEndpoint();
  });
  afterAll(() => endpoint.close());

  const start = () => endpoint.post("/v1/sessions", { deploymentId: DEPLOYMENT });
  const bearer = (handle: string) => ({ authorization: `Bearer ${handle}` });

  it("starts with 201", async () => {
    const answer = await start();
    expect(answer.status).toBe(201);
    expect(answer.headers.get("content-type")).toContain("application/json");
    expect(answer.json).toMatchObject({
      tokenType: "uuid",
      messenger: { deploymentId: DEPLOYMENT, guestApi: "web-messaging" },
    });
    expect(answer.json.session.handle.split(".")).toHaveLength(5);
  });

  it("is refreshed with its handle, and with an empty body of either kind", async () => {
    const { json: session } = await start();
    const bare = await endpoint.post("/v1/sessions/refresh", undefined, bearer(session.session.handle));
    expect(bare.status).toBe(200);
    expect(bare.json.sessionId).toBe(session.sessionId);
    expect(bare.json.messenger).toBeUndefined();
    expect(bare.json.session.handle).not.toBe(session.session.handle);
    const empty = await endpoint.ask("POST", "/v1/sessions/refresh", {
      origin: ORIGIN,
      "content-type": "application/json",
      ...bearer(bare.json.session.handle),
    });
    expect(empty.status).toBe(200);
    const object = await endpoint.post("/v1/sessions/refresh", {}, bearer(empty.json.session.handle));
    expect(object.status).toBe(200);
  });

  it("ends with 204, and then no longer refreshes", async () => {
    const { json: session } = await start();
    const ended = await endpoint.ask("DELETE", "/v1/sessions", { origin: ORIGIN, ...bearer(session.session.handle) });
    expect(ended.status).toBe(204);
    expect(ended.text).toBe("");
    const after = await endpoint.post("/v1/sessions/refresh", undefined, bearer(session.session.handle));
    expect(after.status).toBe(401);
    expect(after.json.code).toBe("session_revoked");
    expect(after.headers.get("www-authenticate")).toBe("Bearer");
  });

  it.each([
    ["none", {}],
    ["another scheme", { authorization: "Basic dXNlcjpwYXNz" }],
    ["no token", { authorization: "Bearer " }],
    ["two tokens", { authorization: "Bearer a.b c.d" }],
    ["nonsense", { authorization: "Bearer nonsense" }],
  ])("is not refreshed with %s for a handle", async (_what, headers) => {
    const answer = await endpoint.post("/v1/sessions/refresh", undefined, headers);
    expect(answer.status).toBe(401);
    expect(answer.json.code).toBe("session_invalid");
  });

  it("is not refreshed from another deployment's origin", async () => {
    const { json: session } = await start();
    const answer = await endpoint.post("/v1/sessions/refresh", undefined, {
      ...bearer(session.session.handle),
      origin: "https://evil.example",
    });
    expect(answer.status).toBe(403);
    expect(answer.json.code).toBe("origin_not_allowed");
  });

  it("says all that is wrong with a request, with paths", async () => {
    const answer = await endpoint.post("/v1/sessions", { deploymentId: 7, colour: "red", language: "?" });
    expect(answer.status).toBe(400);
    expect(answer.headers.get("content-type")).toContain("application/problem+json");
    expect(answer.json.errors.map((error) => error.path).sort()).toEqual(["/colour", "/deploymentId", "/language"]);
  });

  it("refuses a deployment that is not listed", async () => {
    const answer = await endpoint.post("/v1/sessions", { deploymentId: "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee" });
    expect([answer.status, answer.json.code]).toEqual([403, "deployment_not_allowed"]);
  });

  it("passes a failing platform on as such, with Retry-After", async () => {
    const rest = await startEndpoint({ GUEST_API: "guest-tokens", UPSTREAM_DEADLINE: "2" });
    try {
      rest.simulator.fault({ path: "/api/v2/guest-tokens", status: 429, headers: { "retry-after": "30" } });
      const answer = await rest.post("/v1/sessions", { deploymentId: DEPLOYMENT });
      expect([answer.status, answer.json.code]).toEqual([503, "upstream_rate_limited"]);
      expect(answer.headers.get("retry-after")).toBe("30");
      expect(answer.json.retryAfter).toBe(30);
      expect(answer.headers.get("access-control-allow-origin")).toBe(ORIGIN);
    } finally {
      await rest.close();
    }
  });
});

describe("GET /v1/messenger", () => {
  let endpoint: RunningEndpoint;
  beforeAll(async () => {
    endpoint = await startEndpoint();
  });
  afterAll(() => endpoint.close());

  const ask = (headers: Record<string, string> = {}, query = `?deploymentId=${DEPLOYMENT}`) =>
    endpoint.ask("GET", `/v1/messenger${query}`, { origin: ORIGIN, ...headers });

  it("tells what a page may know, for five minutes, with an ETag", async () => {
    const answer = await ask();
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ deploymentId: DEPLOYMENT, guestApi: "web-messaging" });
    expect(answer.headers.get("cache-control")).toContain("max-age=300");
    const etag = answer.headers.get("etag") ?? "";
    const again = await ask({ "if-none-match": `"other", W/${etag}` });
    expect(again.status).toBe(304);
    expect(again.headers.get("etag")).toBe(etag);
    expect(again.headers.get("access-control-allow-origin")).toBe(ORIGIN);
    expect((await ask({ "if-none-match": '"other"' })).status).toBe(200);
  });

  it("answers HEAD alike, without a body", async () => {
    const head = await endpoint.ask("HEAD", `/v1/messenger?deploymentId=${DEPLOYMENT}`, { origin: ORIGIN });
    expect(head.status).toBe(200);
    expect(head.text).toBe("");
  });

  it.each([
    ["", 400, "invalid_request"],
    ["?deploymentId=", 400, "invalid_request"],
    [`?deploymentId=${DEPLOYMENT}&deploymentId=${DEPLOYMENT}`, 400, "invalid_request"],
    ["?deploymentId=%zz", 403, "deployment_not_allowed"],
    ["?deploymentId=aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee", 403, "deployment_not_allowed"],
  ])("answers %s with %i", async (query, status, code) => {
    const answer = await ask({}, query);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  it("lets a page of its own origin ask, which sends no Origin", async () => {
    const own = await endpoint.ask("GET", `/v1/messenger?deploymentId=${DEPLOYMENT}`, {
      "sec-fetch-site": "same-origin",
    });
    expect(own.status).toBe(200);
    const stranger = await endpoint.ask("GET", `/v1/messenger?deploymentId=${DEPLOYMENT}`);
    expect([stranger.status, stranger.json.code]).toEqual([403, "origin_not_allowed"]);
  });
});

describe("POST /api/webchat/guest-token", () => {
  const QUEUE = "a1b2c3d4-e5f6-4890-abcd-ef1234567890";
  let endpoint: RunningEndpoint;
  beforeAll(async () => {
    endpoint = await startEndpoint({ GUEST_API: "webchat-instances", QUEUE_IDS: QUEUE });
  });
  afterAll(() => endpoint.close());

  it("answers 201 with the older contract's fields", async () => {
    const answer = await endpoint.post("/api/webchat/guest-token", { queueId: QUEUE, language: "en-us" });
    expect(answer.status).toBe(201);
    expect(Object.keys(answer.json).sort()).toEqual(["expiresAt", "guestId", "guestToken", "ttlSeconds"]);
  });

  it("answers 400 without a queue", async () => {
    expect((await endpoint.post("/api/webchat/guest-token", {})).status).toBe(400);
  });

  it.each([
    [401, "upstream_unauthorized"],
    [403, "upstream_forbidden"],
  ])("passes the platform's %i on", async (status, code) => {
    endpoint.simulator.fault({ path: "/api/v2/webchat/instances/guests", status, times: 3 });
    const answer = await endpoint.post("/api/webchat/guest-token", { queueId: QUEUE });
    endpoint.simulator.clearFaults();
    expect([answer.status, answer.json.status, answer.json.code]).toEqual([status, status, code]);
  });
});
