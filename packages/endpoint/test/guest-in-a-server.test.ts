import cors from "@fastify/cors";
import rateLimit from "@fastify/rate-limit";
import { type FastifyInstance, fastify } from "fastify";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BrokerGivenOptions, guestpass } from "../src/index.js";
import { DEPLOYMENT, ORIGIN, type RunningEndpoint, startEndpoint } from "./running-endpoint.js";

let endpoint: RunningEndpoint;
let app: FastifyInstance;
beforeEach(async () => {
  endpoint = await startEndpoint();
});
afterEach(async () => {
  await app?.close();
  await endpoint.close();
});

const options = (more: Partial<BrokerGivenOptions> = {}): BrokerGivenOptions => ({
  broker: endpoint.server.broker,
  allowedOrigins: [ORIGIN],
  ...more,
});
const start = (url = "/v1/sessions", headers: Record<string, string> = {}) =>
  app.inject({
    method: "POST",
    url,
    headers: { origin: ORIGIN, "content-type": "application/json", ...headers },
    payload: { deploymentId: DEPLOYMENT },
  });

describe("in somebody else's server, the plugin", () => {
  it("keeps to its prefix, and the server's own routes stay as they are", async () => {
    app = fastify();
    app.get("/hello", async () => ({ hello: "world" }));
    app.post("/text", async (request) => ({ text: request.body }));
    app.get("/fails", async () => {
      throw new Error("theirs");
    });
    app.setNotFoundHandler(async (_request, reply) => reply.code(404).send("theirs"));
    await app.register(guestpass, options({ prefix: "/chat" }));
    expect((await start("/chat/v1/sessions")).statusCode).toBe(201);
    expect((await start()).body).toBe("theirs");
    expect((await app.inject("/chat/nothing")).json()).toMatchObject({ code: "not_found" });
    expect((await app.inject({ method: "PUT", url: "/chat/v1/sessions" })).headers.allow).toBe("POST, DELETE, OPTIONS");
    const hello = await app.inject("/hello");
    expect(hello.json()).toEqual({ hello: "world" });
    for (const name of ["content-security-policy", "x-request-id", "cache-control", "vary"])
      expect(hello.headers[name]).toBeUndefined();
    expect((await app.inject("/fails")).json()).toMatchObject({ message: "theirs" });
    const text = await app.inject({
      method: "POST",
      url: "/text",
      headers: { "content-type": "text/plain" },
      payload: "as before",
    });
    expect(text.json()).toEqual({ text: "as before" });
    const document = (await app.inject("/chat/openapi.json")).json<{ paths: object }>();
    expect(Object.keys(document.paths)).toContain("/chat/v1/sessions");
  });

  it("without a prefix leaves 404 and OPTIONS to the server", async () => {
    app = fastify();
    await app.register(cors, { origin: "https://theirs.example" });
    await app.register(rateLimit, { max: 1000, timeWindow: 1000 });
    app.get("/hello", async () => ({ hello: "world" }));
    await app.register(guestpass, options());
    expect((await start()).statusCode).toBe(201);
    const preflight = { "access-control-request-method": "POST" };
    const ours = await app.inject({
      method: "OPTIONS",
      url: "/v1/sessions",
      headers: { ...preflight, origin: ORIGIN },
    });
    expect([ours.statusCode, ours.headers["access-control-allow-origin"]]).toEqual([204, ORIGIN]);
    const theirs = await app.inject({
      method: "OPTIONS",
      url: "/hello",
      headers: { ...preflight, origin: "https://theirs.example" },
    });
    expect(theirs.headers["access-control-allow-origin"]).toBe("https://theirs.example");
    const refused = await start("/v1/sessions", { origin: "https://theirs.example" });
    expect([refused.statusCode, refused.headers["access-control-allow-origin"]]).toEqual([403, undefined]);
    expect((await app.inject("/nothing")).json()).toMatchObject({ message: "Route GET:/nothing not found" });
  });

  it.each([
    ["before it", ""],
    ["after it", ""],
    ["before it", "/chat"],
    ["after it", "/chat"],
  ])("shares a server with @fastify/cors registered %s, under the prefix %j", async (when, prefix) => {
    app = fastify();
    const theirs = async () => {
      await app.register(cors, { origin: "*", credentials: true, maxAge: 5 });
    };
    if (when === "before it") await theirs();
    await app.register(guestpass, options({ prefix }));
    if (when === "after it") await theirs();
    app.get("/hello", async () => ({ hello: "world" }));
    const preflight = (url: string, origin: string) =>
      app.inject({ method: "OPTIONS", url, headers: { origin, "access-control-request-method": "POST" } });
    const ours = await preflight(`${prefix}/v1/sessions`, ORIGIN);
    expect(ours.statusCode).toBe(204);
    expect(ours.headers).toMatchObject({
      "access-control-allow-origin": ORIGIN,
      "access-control-allow-methods": "POST, DELETE, OPTIONS",
      "access-control-allow-headers": "Content-Type, Authorization, DPoP, X-Request-Id",
      "access-control-max-age": "7200",
      vary: "Origin",
    });
    const strangers = [
      await preflight(`${prefix}/v1/sessions`, "https://evil.example"),
      await start(`${prefix}/v1/sessions`, { origin: "https://evil.example" }),
    ];
    const answers = [ours, await start(`${prefix}/v1/sessions`), ...strangers];
    if (prefix !== "") {
      const nothing = { method: "GET", url: `${prefix}/nothing`, headers: { origin: "https://evil.example" } } as const;
      const unknown = await app.inject(nothing);
      expect(unknown.json()).toMatchObject({ code: "not_found" });
      answers.push(unknown);
      strangers.push(unknown);
    }
    for (const answer of strangers) expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
    for (const answer of answers) expect(answer.headers["access-control-allow-credentials"]).toBeUndefined();
    const hello = await preflight("/hello", "https://anybody.example");
    expect(hello.headers).toMatchObject({ "access-control-allow-origin": "*", "access-control-max-age": "5" });
  });

  it("may be there twice, with different brokers and origins", async () => {
    app = fastify();
    await app.register(guestpass, options({ prefix: "/one" }));
    await app.register(guestpass, options({ prefix: "/two", allowedOrigins: ["https://two.example"] }));
    expect((await start("/one/v1/sessions")).statusCode).toBe(201);
    expect((await start("/two/v1/sessions")).statusCode).toBe(403);
    expect((await start("/two/v1/sessions", { origin: "https://two.example" })).statusCode).toBe(201);
  });

  it("logs with the server's logger, under its own request ids", async () => {
    const lines: string[] = [];
    app = fastify({ logger: { level: "debug", stream: { write: (line: string) => lines.push(line) } } });
    await app.register(guestpass, options());
    const answer = await start("/v1/sessions", { "x-request-id": "from-the-page" });
    expect(answer.headers["x-request-id"]).toBe("from-the-page");
    expect(lines.some((line) => line.includes('"reqId":"from-the-page"'))).toBe(true);
  });

  it("makes and closes its own broker where it is given a configuration", async () => {
    app = fastify();
    await app.register(guestpass, { config: { ...endpoint.config, auditLog: "off" }, prefix: "/chat" });
    await app.ready();
    await expect.poll(async () => (await app.inject("/chat/health/ready")).statusCode).toBe(200);
    expect((await start("/chat/v1/sessions")).statusCode).toBe(201);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ["no broker", { broker: undefined }, /broker must be/],
    ["no origin", { allowedOrigins: [] }, /allowedOrigins must list/],
    [
      "an origin that is none",
      { allowedOrigins: ["shop.example"] },
      /allowedOrigins: "shop\.example" is not an origin/,
    ],
    ["an unknown option", { alowedOrigins: [] }, /no option "alowedOrigins"/],
    ["a limit that is none", { rateLimit: { max: 0 } }, /rateLimit\.max/],
    ["a URL that is none", { publicUrl: "tokens" }, /publicUrl/],
  ])("refuses %s with a TypeError that names the option", async (_what, wrong, message) => {
    app = fastify();
    await expect(app.register(guestpass, { ...options(), ...wrong })).rejects.toThrow(message);
  });
});
