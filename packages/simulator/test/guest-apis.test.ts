import { decodeJwt, decodeProtectedHeader } from "jose";
import { expect, test } from "vitest";
import type { Simulator } from "../src/index.js";
import { bearer, call, DEPLOYMENT, QUEUE, start } from "./call.js";

const WEBCHAT = "/api/v2/webchat/instances/guests";
const TOKENS = "/api/v2/guest-tokens";

async function create(simulator: Simulator, path: string, body: unknown) {
  return call(simulator, "POST", path, body, await bearer(simulator));
}

test("webchat-instances answers as its document shows", async () => {
  const simulator = await start({ tokenLife: 1800 });
  const before = simulator.now();
  const { status, body } = await create(simulator, WEBCHAT, {
    routing: { queueId: QUEUE, language: "de", wrapUpCode: "default" },
    attributes: { channelType: "webchat", sourceSystem: "embedded-widget-v2", customerId: "cust_99887766" },
  });
  expect(status).toBe(200);
  expect(body.routing).toEqual({ queueId: QUEUE, language: "de" });
  const claims = decodeJwt(body.guestToken);
  expect(decodeProtectedHeader(body.guestToken)).toMatchObject({ alg: "RS256", typ: "JWT" });
  expect(claims).toMatchObject({ sub: body.guestId, type: "guest" });
  expect(Number(claims.exp) - Number(claims.iat)).toBe(1800);
  expect(Date.parse(body.expiresAt)).toBe(Number(claims.exp) * 1000);
  expect(Math.abs(Date.parse(body.expiresAt) - before - 1_800_000)).toBeLessThan(5000);
  expect(JSON.stringify(claims)).not.toContain("cust_99887766");
});

test("webchat-instances: language is en-us by default, each guest is new", async () => {
  const simulator = await start();
  const one = await create(simulator, WEBCHAT, { routing: { queueId: QUEUE } });
  const two = await create(simulator, WEBCHAT, { routing: { queueId: QUEUE } });
  expect(one.body.routing.language).toBe("en-us");
  expect(one.body.guestId).not.toBe(two.body.guestId);
});

test.each([
  ["no routing", {}, "routing"],
  ["no queueId", { routing: {} }, "routing.queueId"],
  ["a queueId that is no UUID", { routing: { queueId: "support" } }, "routing.queueId"],
  ["a language that is none", { routing: { queueId: QUEUE, language: "??" } }, "routing.language"],
  [
    "an attribute that is no string",
    { routing: { queueId: QUEUE }, attributes: { customerId: 7 } },
    "attributes.customerId",
  ],
])("webchat-instances refuses %s", async (_what, given, fieldName) => {
  const simulator = await start();
  const { status, body } = await create(simulator, WEBCHAT, given);
  expect(status).toBe(400);
  expect(body).toMatchObject({ code: "bad.request", status: 400 });
  expect(body.details[0]).toEqual({ errorCode: "invalid.value", fieldName });
});

test("webchat-instances: an unknown queue is a 500", async () => {
  const simulator = await start({ queues: [DEPLOYMENT] });
  expect((await create(simulator, WEBCHAT, { routing: { queueId: QUEUE } })).status).toBe(500);
  expect((await create(simulator, WEBCHAT, { routing: { queueId: DEPLOYMENT } })).status).toBe(200);
});

test("guest-tokens answers as its document shows, and lives no longer than asked", async () => {
  const simulator = await start({ tokenLife: 3600 });
  const expirationTime = new Date(simulator.now() + 600_000).toISOString();
  const given = {
    externalId: "ext-user-99281",
    webchatId: DEPLOYMENT,
    attributes: { source: "landing-page" },
    expirationTime,
  };
  const { status, body } = await create(simulator, TOKENS, given);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    externalId: "ext-user-99281",
    webchatId: DEPLOYMENT,
    attributes: { source: "landing-page" },
  });
  expect(decodeJwt(body.token)).toMatchObject({ sub: "ext-user-99281", type: "guest" });
  expect(Date.parse(body.expirationTime)).toBe(Number(decodeJwt(body.token).exp) * 1000);
  expect(Date.parse(body.expirationTime)).toBeLessThanOrEqual(Date.parse(expirationTime));
});

test("guest-tokens: no token outlives --token-life", async () => {
  const simulator = await start({ tokenLife: 60 });
  const { body } = await create(simulator, TOKENS, { externalId: "a", webchatId: DEPLOYMENT });
  expect(Date.parse(body.expirationTime) - simulator.now()).toBeLessThanOrEqual(60_000);
  expect(body).not.toHaveProperty("attributes");
});

const pairs = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, "v"]));
test.each([
  ["no externalId", { externalId: undefined }],
  ["an empty externalId", { externalId: "" }],
  ["256 characters of externalId", { externalId: "x".repeat(256) }],
  ["no webchatId", { webchatId: undefined }],
  ["21 attributes", { attributes: pairs(21) }],
  ["a key of 129", { attributes: { ["k".repeat(129)]: "v" } }],
  ["a value of 513", { attributes: { k: "v".repeat(513) } }],
  ["an expirationTime that is none", { expirationTime: "tomorrow" }],
  ["an expirationTime in the past", { expirationTime: "2020-01-01T00:00:00.000Z" }],
  ["an expirationTime far away", { expirationTime: "2999-01-01T00:00:00.000Z" }],
])("guest-tokens refuses %s", async (_what, change) => {
  const simulator = await start();
  const { status, body } = await create(simulator, TOKENS, { externalId: "a", webchatId: DEPLOYMENT, ...change });
  expect(status).toBe(400);
  expect(body.code).toBe("bad.request");
});

test("guest-tokens takes what is just allowed, counted in code points", async () => {
  const simulator = await start();
  const attributes = { ...pairs(19), ["k".repeat(128)]: "😀".repeat(512) };
  const given = { externalId: "😀".repeat(255), webchatId: DEPLOYMENT, attributes };
  expect((await create(simulator, TOKENS, given)).status).toBe(200);
});

test("guest-tokens: a webchat that is not this client's is a 403", async () => {
  const simulator = await start({ deployments: [DEPLOYMENT] });
  expect((await create(simulator, TOKENS, { externalId: "a", webchatId: "other" })).status).toBe(403);
  expect((await create(simulator, TOKENS, { externalId: "a", webchatId: DEPLOYMENT })).status).toBe(200);
});

test("past the quota: 429 with Retry-After and inin-ratelimit headers, for each client by itself, over after a minute", async () => {
  const simulator = await start({ guestQuota: 2 });
  const headers = await bearer(simulator);
  const guest = { routing: { queueId: QUEUE } };
  const first = await call(simulator, "POST", WEBCHAT, guest, headers);
  expect(first.headers.get("inin-ratelimit-count")).toBe("1");
  expect(first.headers.get("inin-ratelimit-allowed")).toBe("2");
  simulator.advance(20);
  await call(simulator, "POST", WEBCHAT, guest, headers);
  const refused = await call(simulator, "POST", WEBCHAT, guest, headers);
  expect(refused.status).toBe(429);
  expect(refused.body.code).toBe("too.many.requests");
  const seconds = Number(refused.headers.get("retry-after"));
  expect(seconds).toBe(40);
  expect(refused.body.message).toBe(`Rate limit exceeded the maximum. Retry the request in [${seconds}] seconds`);
  expect(refused.headers.get("inin-ratelimit-reset")).toBe("40");
  const other = await call(
    simulator,
    "POST",
    "/oauth/token",
    "grant_type=client_credentials&client_id=two&client_secret=x",
    {
      "content-type": "application/x-www-form-urlencoded",
    },
  );
  const second = { authorization: `Bearer ${other.body.access_token}` };
  expect((await call(simulator, "POST", WEBCHAT, guest, second)).status).toBe(200);
  simulator.advance(40);
  expect((await call(simulator, "POST", WEBCHAT, guest, headers)).status).toBe(200);
});

test("bad JSON and a wrong type are the platform's errors", async () => {
  const simulator = await start();
  const headers = await bearer(simulator);
  expect((await call(simulator, "POST", WEBCHAT, "{", headers)).body).toMatchObject({
    status: 400,
    code: "bad.request",
  });
  const text = await call(simulator, "POST", WEBCHAT, "hi", { ...headers, "content-type": "text/plain" });
  expect(text.body).toMatchObject({ status: 415, code: "unsupported.media.type" });
  expect((await call(simulator, "GET", "/api/v2/nothing")).body).toMatchObject({ status: 404, code: "not.found" });
});
