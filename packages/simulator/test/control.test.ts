import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { startSimulator } from "../src/index.js";
import { askToken, bearer, call, DEPLOYMENT, QUEUE, start } from "./call.js";

const CONFIG = `/webdeployments/v1/deployments/${DEPLOYMENT}/config.json`;

test("config.json and domains.json are public, with CORS", async () => {
  const simulator = await start({ autoStart: true, readOnly: true, clear: false, sessionDuration: 900 });
  const { status, body, headers } = await call(simulator, "GET", CONFIG);
  expect(status).toBe(200);
  expect(headers.get("access-control-allow-origin")).toBe("*");
  expect(body).toMatchObject({ id: DEPLOYMENT, status: "Active", apiEndpoint: simulator.url });
  expect(body.messenger.apps.conversations).toMatchObject({
    messagingEndpoint: simulator.url.replace("http", "ws"),
    autoStart: { enabled: true },
    conversationDisconnect: { enabled: true, type: "ReadOnly" },
    conversationClear: { enabled: false },
    sessionDurationSeconds: 900,
  });
  const domains = await call(simulator, "GET", CONFIG.replace("config", "domains"));
  expect(domains.body).toEqual({ allowAllDomains: true, allowedDomains: [] });
});

test("an unknown deployment is a 403 of the file store, with CORS", async () => {
  const simulator = await start({ deployments: [DEPLOYMENT] });
  const { status, body, headers } = await call(simulator, "GET", CONFIG.replace(DEPLOYMENT, QUEUE));
  expect(status).toBe(403);
  expect(body).toContain("AccessDenied");
  expect(headers.get("access-control-allow-origin")).toBe("*");
  expect((await call(simulator, "GET", CONFIG)).status).toBe(200);
});

test("a preflight of a public call is answered; one of a server's call has no CORS headers", async () => {
  const simulator = await start();
  const ask = {
    origin: "https://shop.example",
    "access-control-request-method": "POST",
    "access-control-request-headers": "content-type",
  };
  const open = await call(simulator, "OPTIONS", "/_sim/faults", undefined, ask);
  expect(open.status).toBe(204);
  expect(open.headers.get("access-control-allow-headers")).toBe("content-type");
  const closed = await call(simulator, "OPTIONS", "/oauth/token", undefined, ask);
  expect(closed.headers.get("access-control-allow-origin")).toBeNull();
});

test("requests are written down with parsed bodies, control calls are not", async () => {
  const simulator = await start();
  const headers = await bearer(simulator);
  await call(simulator, "POST", "/api/v2/webchat/instances/guests?x=1", { routing: { queueId: QUEUE } }, headers);
  await call(simulator, "POST", "/api/v2/guest-tokens", "{", headers);
  const { body } = await call(simulator, "GET", "/_sim/requests");
  expect(body).toMatchObject([
    {
      method: "POST",
      path: "/oauth/token",
      body: { grant_type: "client_credentials" },
      status: 200,
      at: expect.any(Number),
    },
    { path: "/api/v2/webchat/instances/guests", query: { x: "1" }, body: { routing: { queueId: QUEUE } }, status: 200 },
    { path: "/api/v2/guest-tokens", body: null, status: 400 },
  ]);
  expect(body[1].headers.authorization).toBe(headers["authorization"]);
  expect(simulator.requests()).toEqual(body);
  await call(simulator, "DELETE", "/_sim/requests");
  expect(simulator.requests()).toEqual([]);
});

test("no more than 1000 requests are kept, and no body that is large", async () => {
  const simulator = await start();
  await call(simulator, "POST", "/api/v2/guest-tokens", { x: "y".repeat(100_000) });
  expect(simulator.requests()[0]?.body).toEqual({ bytes: 100_008 });
  for (let i = 0; i < 1001; i += 1) await call(simulator, "GET", `/nothing/${i}`);
  expect(simulator.requests()).toHaveLength(1000);
  expect(simulator.requests()[999]?.path).toBe("/nothing/1000");
});

test("a fault answers its status, headers and body, as often as it says, for its method alone", async () => {
  const simulator = await start();
  const fault = {
    path: "/oauth/token",
    method: "post",
    times: 2,
    status: 503,
    headers: { "Retry-After": "7" },
    body: { error: "busy" },
  };
  expect((await call(simulator, "POST", "/_sim/faults", fault)).status).toBe(201);
  expect((await call(simulator, "GET", "/oauth/token")).status).toBe(404);
  for (let i = 0; i < 2; i += 1) {
    const { status, body, headers } = await askToken(simulator);
    expect([status, body, headers.get("retry-after")]).toEqual([503, { error: "busy" }, "7"]);
  }
  expect((await askToken(simulator)).status).toBe(200);
});

test("a path with a star is a prefix, text is sent as text, without a body it is the platform's", async () => {
  const simulator = await start();
  simulator.fault({
    path: "/api/v2/*",
    status: 200,
    body: "<html>",
    headers: { "content-type": "text/html" },
    times: 1,
  });
  simulator.fault({ path: "/api/v2/*", status: 500 });
  const html = await call(simulator, "POST", "/api/v2/guest-tokens", {});
  expect([html.status, html.body, html.headers.get("content-type")]).toEqual([200, "<html>", "text/html"]);
  expect((await call(simulator, "GET", "/api/v2/x")).body).toMatchObject({
    status: 500,
    code: "internal.server.error",
  });
  expect((await askToken(simulator)).status).toBe(200);
  await call(simulator, "DELETE", "/_sim/faults");
  expect((await call(simulator, "GET", "/api/v2/x")).status).toBe(404);
});

test("a delay comes before the platform's own answer", async () => {
  const simulator = await start();
  simulator.fault({ path: "/oauth/token", delayMs: 80 });
  const from = performance.now();
  expect((await askToken(simulator)).status).toBe(200);
  expect(performance.now() - from).toBeGreaterThan(70);
});

test("drop cuts the connection; hang says nothing, and does not keep the simulator from ending", async () => {
  const simulator = await start();
  simulator.fault({ path: "/oauth/token", drop: true, times: 1 });
  simulator.fault({ path: "/oauth/token", hang: true });
  await expect(askToken(simulator)).rejects.toThrow("fetch failed");
  const hung = askToken(simulator);
  const cut = expect(hung).rejects.toThrow("fetch failed");
  await expect.poll(() => simulator.requests().length).toBe(2);
  expect(simulator.requests().map(({ status }) => status)).toEqual([null, null]);
  await simulator.close();
  await cut;
});

test("requests under way are answered before the simulator ends", async () => {
  const simulator = await start();
  simulator.fault({ path: "/oauth/token", delayMs: 10_000 });
  const asked = askToken(simulator);
  await expect.poll(() => simulator.requests().length).toBe(1);
  const from = performance.now();
  const [answer] = await Promise.all([asked, simulator.close()]);
  expect(answer.status).toBe(200);
  expect(performance.now() - from).toBeLessThan(5000);
});

test.each([
  [{}, "path must begin with a slash"],
  [{ path: "/x", typo: 1 }, 'unknown field "typo" in a fault'],
  [{ path: "/x", times: 0 }, "times must be at least 1"],
  [{ path: "/x", status: 99 }, "status must be from 200 to 599, on a frame from 400 to 5999"],
  [{ path: "/x", hang: "yes" }, "hang must be true or false"],
  [{ path: "/x", headers: { "a b": "c" } }, 'header "a b" can\'t be sent'],
])("a fault %j is refused", async (fault, message) => {
  const simulator = await start();
  const { status, body } = await call(simulator, "POST", "/_sim/faults", fault);
  expect([status, body.message]).toEqual([400, message]);
  expect(() => simulator.fault(fault as never)).toThrow(message);
});

test("the clock moves by HTTP and by program", async () => {
  const simulator = await start();
  const from = simulator.now();
  const { body } = await call(simulator, "POST", "/_sim/advance", { seconds: 3600 });
  expect(body.now).toBeGreaterThanOrEqual(from + 3_600_000);
  expect((await call(simulator, "POST", "/_sim/advance", { seconds: -1 })).status).toBe(400);
  expect((await call(simulator, "POST", "/_sim/advance", {})).status).toBe(400);
});

test("it listens on loopback alone and frees its port", async () => {
  const simulator = await startSimulator();
  const { port } = simulator;
  expect(simulator.url).toBe(`http://127.0.0.1:${port}`);
  await expect(startSimulator({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  await simulator.close();
  await simulator.close();
  const socket = connect(port, "127.0.0.1");
  const [error] = await once(socket, "error");
  expect(error).toMatchObject({ code: "ECONNREFUSED" });
});

test.each([
  [{ port: -1 }, "port must be a whole number from 0 to 65535"],
  [{ tokenLife: 0 }, "tokenLife must be a whole number of at least 1"],
  [{ queues: ["support"] }, 'queues must list UUIDs, and "support" is none'],
])("options %j are refused", async (options, message) => {
  await expect(startSimulator(options)).rejects.toThrow(new TypeError(message));
});
