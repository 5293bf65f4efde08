import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, DEPLOYMENT, ORIGIN, type RunningEndpoint, startEndpoint } from "./running-endpoint.js";

let endpoint: RunningEndpoint;
beforeAll(async () => {
  endpoint = await startEndpoint({ ALLOWED_ORIGINS: `${ORIGIN},https://*.brand.example`, RATE_LIMIT_MAX: "10000" });
});
afterAll(() => endpoint.close());

const json = { origin: ORIGIN, "content-type": "application/json" };
const start = `{"deploymentId":"${DEPLOYMENT}"}`;

/** What the contract promises of every problem. */
function expectProblem(answer: Answer, status: number, code: string): void {
  expect([answer.status, answer.json.code]).toEqual([status, code]);
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
  expect(answer.json).toMatchObject({ status, requestId: answer.headers.get("x-request-id") });
  expect(answer.json.type.endsWith(code)).toBe(true);
  expect(answer.json.title).not.toBe("");
  expect(answer.json.detail).not.toBe("");
  expectCommon(answer);
}

function expectCommon(answer: Answer): void {
  expect(answer.headers.get("vary")).toContain("Origin");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  expect(answer.headers.get("x-request-id")).toMatch(/^[\w-]{21}$/);
}

describe("what cannot be read", () => {
  it.each<[string, string, string, Record<string, string>, string | Uint8Array | undefined, number, string]>([
    ["broken JSON", "POST", "/v1/sessions", json, "{", 400, "invalid_request"],
    ["no object", "POST", "/v1/sessions", json, '"x"', 400, "invalid_request"],
    ["no body", "POST", "/v1/sessions", { origin: ORIGIN }, undefined, 400, "invalid_request"],
    ["a poisoned prototype", "POST", "/v1/sessions", json, '{"__proto__":{"x":1}}', 400, "invalid_request"],
    [
      "bytes that are no UTF-8",
      "POST",
      "/v1/sessions",
      json,
      new Uint8Array([0x22, 0xff, 0x22]),
      400,
      "invalid_request",
    ],
    [
      "a compressed body",
      "POST",
      "/v1/sessions",
      { ...json, "content-encoding": "gzip" },
      start,
      415,
      "unsupported_media_type",
    ],
    [
      "another charset",
      "POST",
      "/v1/sessions",
      { ...json, "content-type": "application/json; charset=utf-16" },
      start,
      415,
      "unsupported_media_type",
    ],
    [
      "a form",
      "POST",
      "/v1/sessions",
      { ...json, "content-type": "application/x-www-form-urlencoded" },
      "a=b",
      415,
      "unsupported_media_type",
    ],
    [
      "plain text",
      "POST",
      "/v1/sessions",
      { ...json, "content-type": "text/plain" },
      start,
      415,
      "unsupported_media_type",
    ],
    [
      "a media type that is none",
      "POST",
      "/v1/sessions",
      { ...json, "content-type": "json" },
      start,
      415,
      "unsupported_media_type",
    ],
    ["a body too large", "POST", "/v1/sessions", json, `"${"x".repeat(70_000)}"`, 413, "payload_too_large"],
    ["a path that is not there", "GET", "/v2/sessions", { origin: ORIGIN }, undefined, 404, "not_found"],
    ["a path that is not there, with a broken body", "POST", "/nothing", json, "{", 404, "not_found"],
    ["a method that a path does not have", "PUT", "/v1/sessions", json, "{", 405, "method_not_allowed"],
    ["a path that is not encoded", "GET", "/%zz", { origin: ORIGIN }, undefined, 400, "invalid_request"],
  ])("%s", async (_what, method, path, headers, body, status, code) => {
    const answer = await endpoint.ask(method, path, headers, body);
    expectProblem(answer, status, code);
    expect(answer.headers.get("access-control-allow-origin")).toBe(ORIGIN);
    expect(answer.headers.get("access-control-expose-headers")).toBe(
      "Retry-After, RateLimit, RateLimit-Policy, X-Request-Id",
    );
  });

  it("names the methods of a path with 405", async () => {
    for (const [path, allow] of [
      ["/v1/sessions", "POST, DELETE, OPTIONS"],
      ["/v1/sessions/refresh", "POST, OPTIONS"],
      ["/v1/messenger", "GET, HEAD, OPTIONS"],
      ["/api/webchat/guest-token", "POST, OPTIONS"],
      ["/health/live", "GET, HEAD, OPTIONS"],
    ] as const)
      for (const method of ["PATCH", "PROPFIND"]) {
        const answer = await endpoint.ask(method, path, { origin: ORIGIN });
        expectProblem(answer, 405, "method_not_allowed");
        expect([path, answer.headers.get("allow")]).toEqual([path, allow]);
      }
  });

  it("takes UTF-8 by its name, in any case, and surrogate pairs whole", async () => {
    const body = JSON.stringify({ deploymentId: DEPLOYMENT, attributes: { note: "ünïcödé 🧳" } });
    for (const type of ["application/json; charset=UTF-8", 'application/json;charset="utf-8"', "Application/JSON"]) {
      const answer = await endpoint.ask("POST", "/v1/sessions", { ...json, "content-type": type }, body);
      expect([type, answer.status]).toEqual([type, 201]);
    }
  });
});

describe("origins", () => {
  it.each([
    "https://evil.example",
    "null",
    "https://shop.example.evil.example",
    "https://a.b.brand.example",
    "http://shop.example",
  ])("%s may not ask, and gets no CORS header", async (origin) => {
    const answer = await endpoint.ask("POST", "/v1/sessions", { ...json, origin }, start);
    expectProblem(answer, 403, "origin_not_allowed");
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    const preflight = await endpoint.ask("OPTIONS", "/v1/sessions", {
      origin,
      "access-control-request-method": "POST",
    });
    expectProblem(preflight, 403, "origin_not_allowed");
    expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("a request without Origin is refused on every route that asks the broker", async () => {
    for (const [method, path] of [
      ["POST", "/v1/sessions"],
      ["POST", "/v1/sessions/refresh"],
      ["DELETE", "/v1/sessions"],
      ["GET", `/v1/messenger?deploymentId=${DEPLOYMENT}`],
      ["POST", "/api/webchat/guest-token"],
    ] as const)
      expectProblem(await endpoint.ask(method, path), 403, "origin_not_allowed");
  });

  it("of a wildcard may ask, each by its own name", async () => {
    const answer = await endpoint.ask("POST", "/v1/sessions", { ...json, origin: "https://www.brand.example" }, start);
    expect(answer.status).toBe(201);
    expect(answer.headers.get("access-control-allow-origin")).toBe("https://www.brand.example");
    expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
  });

  it("get their preflights answered", async () => {
    const answer = await endpoint.ask("OPTIONS", "/v1/sessions/refresh", {
      origin: ORIGIN,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type,dpop,x-request-id",
    });
    expect(answer.status).toBe(204);
    expect(answer.text).toBe("");
    expectCommon(answer);
    expect(answer.headers.get("access-control-allow-origin")).toBe(ORIGIN);
    expect(answer.headers.get("access-control-allow-methods")).toContain("POST");
    expect(answer.headers.get("access-control-allow-headers")).toBe("Content-Type, Authorization, DPoP, X-Request-Id");
    expect(Number(answer.headers.get("access-control-max-age"))).toBeGreaterThan(0);
    expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
  });

  it("can read that a path is not there: its preflight passes", async () => {
    const answer = await endpoint.ask("OPTIONS", "/nothing", {
      origin: ORIGIN,
      "access-control-request-method": "POST",
    });
    expect(answer.status).toBe(204);
  });

  it("need not be said where REQUIRE_ORIGIN is false, but a wrong one is still refused", async () => {
    const open = await startEndpoint({ REQUIRE_ORIGIN: "false" });
    try {
      const type = { "content-type": "application/json" };
      expect((await open.ask("POST", "/v1/sessions", type, start)).status).toBe(201);
      const evil = await open.ask("POST", "/v1/sessions", { ...type, origin: "https://evil.example" }, start);
      expectProblem(evil, 403, "origin_not_allowed");
    } finally {
      await open.close();
    }
  });
});

describe("request ids", () => {
  it("are the caller's where they are sane", async () => {
    for (const id of ["abc-123", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "a".repeat(128)]) {
      const answer = await endpoint.ask("GET", "/nothing", { "x-request-id": id });
      expect(answer.headers.get("x-request-id")).toBe(id);
      expect(answer.json.requestId).toBe(id);
    }
  });

  it("are new ones where they are not", async () => {
    for (const id of ["", "a b", '"><script>', "a".repeat(129), "ünï"]) {
      const answer = await endpoint.ask("GET", "/nothing", { "x-request-id": encodeLatin1(id) });
      expect(answer.headers.get("x-request-id")).toMatch(/^[\w-]{21}$/);
    }
  });
});

/** fetch takes header values of Latin-1 alone. */
function encodeLatin1(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

describe("health", () => {
  it("says that the process runs", async () => {
    const answer = await endpoint.ask("GET", "/health/live");
    expect([answer.status, answer.json.status]).toEqual([200, "live"]);
  });

  it("says what works", async () => {
    const answer = await endpoint.ask("GET", "/health/ready");
    expect([answer.status, answer.json.status]).toEqual([200, "ready"]);
    expect(answer.json.checks.map((check) => check.name).sort()).toEqual(["credentials", "keys", "platform", "store"]);
  });

  it("says what does not, as a problem", async () => {
    const ill = await startEndpoint({ GUEST_API: "guest-tokens", UPSTREAM_TIMEOUT: "1", UPSTREAM_DEADLINE: "1" });
    try {
      await ill.simulator.close();
      ill.server.app.log.debug("the platform is gone");
      const failed = await ill.post("/v1/sessions", { deploymentId: DEPLOYMENT });
      expectProblem(failed, 503, "upstream_unavailable");
      const answer = await ill.ask("GET", "/health/ready");
      expectProblem(answer, 503, "not_ready");
      expect(answer.json.checks.find((check) => check.name === "platform")?.ok).toBe(false);
      expect((await ill.ask("GET", "/health/live")).status).toBe(200);
    } finally {
      await ill.server.close();
    }
  });
});
