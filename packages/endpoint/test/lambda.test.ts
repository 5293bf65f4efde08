import { randomUUID } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { type Simulator, startSimulator } from "@guestpass/simulator";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLambdaHandler, type LambdaEvent } from "../src/lambda.js";
import { type Body, CLIENT, Collector, DEPLOYMENT, environment, ORIGIN } from "./running-endpoint.js";

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ clients: [CLIENT] });
});
afterEach(() => simulator.close());

const quiet = () => ({ stdout: new Collector(), stderr: new Collector() });

/** An event as an HTTP API or a function URL sends it (payload 2.0). */
function event(
  method: string,
  path: string,
  more: { headers?: Record<string, string>; body?: unknown; stage?: string; sourceIp?: string } = {},
): LambdaEvent {
  const { headers = {}, body, stage = "$default", sourceIp = "203.0.113.9" } = more;
  const [rawPath = "", rawQueryString = ""] = path.split("?");
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: stage === "$default" ? rawPath : `/${stage}${rawPath}`,
    rawQueryString,
    headers: {
      host: "abc.execute-api.eu-west-1.amazonaws.com",
      origin: ORIGIN,
      "x-forwarded-for": sourceIp,
      ...headers,
    },
    queryStringParameters: Object.fromEntries(new URLSearchParams(rawQueryString)),
    requestContext: {
      stage,
      requestId: `${randomUUID()}=`,
      domainName: "abc.execute-api.eu-west-1.amazonaws.com",
      http: { method, path: rawPath, protocol: "HTTP/1.1", sourceIp, userAgent: "test" },
    },
    ...(body !== undefined && { body: Buffer.from(JSON.stringify(body)).toString("base64"), isBase64Encoded: true }),
  };
}
const startEvent = (more: Parameters<typeof event>[2] = {}) =>
  event("POST", "/v1/sessions", {
    body: { deploymentId: DEPLOYMENT },
    ...more,
    headers: { "content-type": "application/json", ...more.headers },
  });
const parse = (body: string) => JSON.parse(body) as Body;

describe("the Lambda function", () => {
  it("starts, refreshes and ends a session", async () => {
    const surroundings = quiet();
    const handler = createLambdaHandler(environment(simulator.url, { GUEST_API: "guest-tokens" }), surroundings);
    const started = await handler(startEvent(), {});
    expect(started.statusCode).toBe(201);
    expect(started.headers["access-control-allow-origin"]).toBe(ORIGIN);
    const { session } = parse(started.body);
    const bearer = (handle: string) => ({ authorization: `Bearer ${handle}` });
    const refreshed = await handler(event("POST", "/v1/sessions/refresh", { headers: bearer(session.handle) }), {});
    expect(refreshed.statusCode).toBe(200);
    const ended = await handler(
      event("DELETE", "/v1/sessions", { headers: bearer(parse(refreshed.body).session.handle) }),
      {},
    );
    expect([ended.statusCode, ended.body]).toEqual([204, ""]);
    const messenger = await handler(event("GET", `/v1/messenger?deploymentId=${DEPLOYMENT}`), {});
    expect(messenger.statusCode).toBe(200);
    const preflight = await handler(
      event("OPTIONS", "/v1/sessions", { headers: { "access-control-request-method": "POST" } }),
      {},
    );
    expect(preflight.statusCode).toBe(204);
    const wrong = await handler(event("GET", "/nothing"), {});
    expect([wrong.statusCode, parse(wrong.body).code]).toEqual([404, "not_found"]);
    expect(simulator.requests().filter((one) => one.path === "/oauth/token")).toHaveLength(1);
    expect(
      surroundings.stdout.text
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { action: string }).action),
    ).toEqual(["ISSUED", "RENEWED", "ENDED"]);
  });

  it("answers the events of a function URL alike", async () => {
    const handler = createLambdaHandler(environment(simulator.url, { SESSION_BINDING: "preferred" }), quiet());
    const domainName = "abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-west-1.on.aws";
    // As it comes from a function URL: text bodies as they are, and no route but the default one.
    const asked = (more: object): LambdaEvent => {
      const plain = event("POST", "/v1/sessions", {
        headers: { host: domainName, "content-type": "application/json", "x-forwarded-proto": "https" },
      });
      return {
        ...plain,
        requestContext: {
          ...plain.requestContext,
          accountId: "anonymous",
          apiId: "abcdefghijklmnopqrstuvwxyz012345",
          domainName,
          domainPrefix: "abcdefghijklmnopqrstuvwxyz012345",
          routeKey: "$default",
        },
        ...more,
      };
    };
    const body = JSON.stringify({ deploymentId: DEPLOYMENT, attributes: { note: "ünïcödé" } });
    const started = await handler(asked({ body, isBase64Encoded: false }), {});
    expect([started.statusCode, started.headers["access-control-allow-origin"]]).toEqual([201, ORIGIN]);
    expect(started.headers["ratelimit"]).toMatch(/^"start";r=29;/);
    const broken = await handler(asked({ body: "{", isBase64Encoded: false }), {});
    expect([broken.statusCode, parse(broken.body).code]).toEqual([400, "invalid_request"]);
  });

  it("takes the caller's address from the event, and believes no forwarded one", async () => {
    const handler = createLambdaHandler(environment(simulator.url, { RATE_LIMIT_MAX: "1" }), quiet());
    const from = (sourceIp: string, forged = "198.51.100.1") =>
      handler(startEvent({ sourceIp, headers: { "x-forwarded-for": `${forged}, ${sourceIp}` } }), {});
    expect((await from("203.0.113.1")).statusCode).toBe(201);
    expect((await from("203.0.113.2")).statusCode).toBe(201);
    expect((await from("203.0.113.1", "198.51.100.2")).statusCode).toBe(429);
  });

  it("is called by https, and by a stage with a name, too", async () => {
    const handler = createLambdaHandler(environment(simulator.url, { SESSION_BINDING: "required" }), quiet());
    const { privateKey, publicKey } = await generateKeyPair("ES256");
    const jwk = await exportJWK(publicKey);
    const proof = (htu: string) =>
      new SignJWT({ htm: "POST", htu, jti: randomUUID() })
        .setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk })
        .setIssuedAt()
        .sign(privateKey);
    const base = "https://abc.execute-api.eu-west-1.amazonaws.com";
    const plain = await handler(startEvent({ headers: { dpop: await proof(`${base}/v1/sessions`) } }), {});
    expect(plain.statusCode).toBe(201);
    const staged = await handler(
      startEvent({ stage: "prod", headers: { dpop: await proof(`${base}/prod/v1/sessions`) } }),
      {},
    );
    expect(staged.statusCode).toBe(201);
    const forged = await handler(
      startEvent({ headers: { "x-guestpass-stage": "prod", dpop: await proof(`${base}/prod/v1/sessions`) } }),
      {},
    );
    expect(forged.statusCode).not.toBe(201);
  });

  it("serves the script-tag build, compressed as bytes", async () => {
    const directory = mkdtempSync(join(tmpdir(), "guestpass-lambda-"));
    writeFileSync(join(directory, "guestpass.js"), "console.log(1);".repeat(100));
    const handler = createLambdaHandler(environment(simulator.url, { EMBED_DIR: directory }), quiet());
    const answer = await handler(event("GET", "/embed/guestpass.js", { headers: { "accept-encoding": "br" } }), {});
    expect([answer.statusCode, answer.isBase64Encoded, answer.headers["content-encoding"]]).toEqual([200, true, "br"]);
    expect(brotliDecompressSync(Buffer.from(answer.body, "base64")).toString()).toBe("console.log(1);".repeat(100));
  });

  it("fails with all mistakes of its configuration", async () => {
    const handler = createLambdaHandler({ GUEST_API: "chat" }, quiet());
    await expect(handler(startEvent(), {})).rejects.toThrow(/GUEST_API[\s\S]*DEPLOYMENT_IDS/);
  });

  it("answers not_ready while the credentials are refused, and says so in its log", async () => {
    const surroundings = quiet();
    const handler = createLambdaHandler(
      environment(simulator.url, { GUEST_API: "guest-tokens", GENESYS_CLIENT_SECRET: "not-the-right-one" }),
      surroundings,
    );
    const answer = await handler(startEvent(), {});
    expect([answer.statusCode, parse(answer.body).code]).toEqual([503, "not_ready"]);
    expect(surroundings.stderr.text).toContain("the credentials are refused");
    expect(surroundings.stderr.text).not.toContain("not-the-right-one");
  });
});
