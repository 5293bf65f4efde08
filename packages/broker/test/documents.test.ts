/** Every rule that the five documents set, by the words of the table that lists them, before a real platform. */
import { createHash, createHmac } from "node:crypto";
import { mkdtemp, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { decodeJwt, jwtVerify } from "jose";
import { afterEach, expect, test, vi } from "vitest";
import { abuseReport, dynamodbStore } from "../src/index.js";
import { startDynamodb } from "./support/peers.js";
import { context, DEPLOYMENT, QUEUE, refusal, type World, world } from "./support/world.js";

const TOKENS = "/api/v2/guest-tokens";
let here: World;
afterEach(() => here.close());

const start = (body: object = {}) => here.broker.startSession({ deploymentId: DEPLOYMENT, ...body }, context());
const fits = (body: object) =>
  start(body).then(
    () => "good",
    (error: { code: string }) => error.code,
  );

test("guest token refreshed before it expires: 300 s before exp", async () => {
  here = await world();
  const session = await start();
  const { exp = 0 } = decodeJwt(session.token);
  const refreshAt = Date.parse(session.serverTime) + session.refreshIn * 1000;
  expect(exp * 1000 - refreshAt).toBeGreaterThanOrEqual(300_000);
  expect(exp * 1000 - refreshAt).toBeLessThan(302_000);
});

test("OAuth token refreshed before it expires: 60 s before", async () => {
  here = await world({}, { oauthLife: 600 });
  await start();
  here.pass(530);
  await start();
  expect(here.calls("/oauth/token")).toHaveLength(1);
  here.pass(15);
  await start();
  expect(here.calls("/oauth/token")).toHaveLength(2);
});

test("429: honour Retry-After (seconds or date), else exponential backoff with jitter, a bounded number of tries: 3 tries", async () => {
  here = await world();
  here.simulator.fault({ path: TOKENS, status: 429, headers: { "retry-after": "3" }, times: 1 });
  await start();
  expect(here.clock.slept.splice(0)).toEqual([3125]);
  const date = new Date(Math.ceil(here.clock.now() / 1000) * 1000 + 5000).toUTCString();
  here.simulator.fault({ path: TOKENS, status: 429, headers: { "retry-after": date }, times: 1 });
  await start();
  expect(here.clock.slept.splice(0)[0]).toBeGreaterThanOrEqual(5000);
  here.simulator.fault({ path: TOKENS, status: 429 });
  expect((await refusal(start())).code).toBe("upstream_rate_limited");
  expect(here.clock.slept).toEqual([250, 500]);
  expect(here.calls(TOKENS)).toHaveLength(2 + 2 + 3);
});

test("5xx: exponential backoff, capped: 30 s cap, bounded tries", async () => {
  here = await world({ platform: { tries: 12, deadlineSeconds: 600 } });
  here.simulator.fault({ path: TOKENS, status: 500 });
  expect((await refusal(start())).code).toBe("upstream_unavailable");
  const full = [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000, 30_000];
  expect(here.clock.slept).toEqual(full.map((ms) => ms / 2));
  expect(here.calls(TOKENS)).toHaveLength(12);
});

test("Guest API quota to live within: about 100 requests a minute a client", async () => {
  here = await world();
  const outcomes = await Promise.allSettled(Array.from({ length: 110 }, () => start()));
  const refused = outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason as { code: string }] : []));
  expect(refused).toHaveLength(10);
  for (const error of refused) {
    expect(error).toMatchObject({
      code: "upstream_rate_limited",
      status: 503,
      retryAfterSeconds: expect.any(Number) as number,
    });
    expect(error).not.toHaveProperty("upstreamStatus");
  }
  expect(here.calls(TOKENS)).toHaveLength(100);
  expect(here.calls(TOKENS).every(({ status }) => status === 200)).toBe(true);
  const { retryAfterSeconds = 0 } = await refusal(start());
  expect(retryAfterSeconds).toBeLessThanOrEqual(60);
  // A second more: the platform counts from when it was asked, a little later than we do.
  here.pass(retryAfterSeconds + 1);
  await start();
});

test("scope claim of the guest JWT is checked before it is released: conversations:messaging:send", async () => {
  here = await world({ guestApi: "guest" });
  await start();
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const access_token = `${encode({ alg: "RS256" })}.${encode({ scope: "conversations:messaging:receive" })}.c2ln`;
  here.simulator.fault({ path: "/api/v2/guest", body: { access_token, expires_in: 3600 } });
  expect((await refusal(start())).code).toBe("token_scope_missing");
});

test("externalId length; attributes: count, key, value: <= 255; <= 20, <= 128, <= 512 characters", async () => {
  here = await world({ identity: { mode: "unverified" } });
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, "v"]));
  expect(await fits({ customerId: "😀".repeat(255) })).toBe("good");
  expect(await fits({ customerId: "c".repeat(256) })).toBe("invalid_request");
  expect(await fits({ attributes: many(20) })).toBe("good");
  expect(await fits({ attributes: many(21) })).toBe("invalid_request");
  expect(await fits({ attributes: { ["é".repeat(128)]: "v" } })).toBe("good");
  expect(await fits({ attributes: { ["k".repeat(129)]: "v" } })).toBe("invalid_request");
  expect(await fits({ attributes: { k: "é".repeat(512) } })).toBe("good");
  expect(await fits({ attributes: { k: "v".repeat(513) } })).toBe("invalid_request");
});

test("expirationTime: future, ISO 8601; default: + 24 h", async () => {
  here = await world({ session: { maxAgeSeconds: 7 * 86_400 } });
  const before = here.clock.now();
  await start();
  const { expirationTime } = (here.calls(TOKENS)[0]?.body ?? {}) as { expirationTime: string };
  expect(expirationTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(Date.parse(expirationTime) - before).toBeGreaterThanOrEqual(86_400_000);
  expect(Date.parse(expirationTime) - before).toBeLessThan(86_401_000);
});

test("captcha score: >= 0.5, from the provider's own verification, never from the page", async () => {
  let score = 0.5;
  const provider = createServer((_, response) => response.end(JSON.stringify({ success: true, score })));
  await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
  const verifyUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  here = await world({ challenge: { provider: "recaptcha", secret: "s", verifyUrl } });
  expect(await fits({ challenge: { provider: "recaptcha", response: "a" } })).toBe("good");
  score = 0.49;
  expect(await fits({ challenge: { provider: "recaptcha", response: "b" } })).toBe("challenge_failed");
  expect(await fits({ challenge: { provider: "recaptcha", response: "c", score: 1 } })).toBe("invalid_request");
  provider.closeAllConnections();
  await new Promise((resolve) => provider.close(resolve));
});

test("consent: boolean accepted, ISO 8601 timestamp: required where configured", async () => {
  here = await world({ consentRequired: true });
  const timestamp = "2024-01-15T10:30:00Z";
  expect(await fits({ consent: { accepted: true, timestamp } })).toBe("good");
  expect(await fits({ consent: { accepted: "true", timestamp } })).toBe("invalid_request");
  expect(await fits({ consent: { accepted: true, timestamp: "15/01/2024" } })).toBe("invalid_request");
  expect(await fits({ consent: { accepted: true } })).toBe("invalid_request");
  expect(await fits({ consent: { accepted: false, timestamp } })).toBe("consent_required");
  expect(await fits({})).toBe("consent_required");
});

test("customer id bound by SHA-256, so that the raw id never reaches logs or storage (keyed, HMAC-SHA-256 with a pepper, where one is configured): hex", async () => {
  for (const pepper of [undefined, "pepper"]) {
    const dynamodb = await startDynamodb("GenesysGuestSessions");
    const hash = (pepper === undefined ? createHash("sha256") : createHmac("sha256", pepper))
      .update("CRM-987654")
      .digest("hex");
    here = await world({
      guestApi: "external-users",
      identity: { mode: "unverified", ...(pepper && { pepper }) },
      store: dynamodbStore({ endpoint: dynamodb.url }),
    });
    await start({ customerId: "CRM-987654" });
    await here.broker.close();
    expect(here.audit[0]?.externalId).toBe(hash);
    expect(JSON.stringify([here.audit, here.warnings])).not.toContain("CRM-987654");
    expect(JSON.stringify(here.calls("/externalusers/guests")[0]?.body)).toContain(hash);
    expect((await item(dynamodb.url, hash))?.["crm_id_hash"]).toEqual({ S: hash });
    await here.simulator.close();
    await dynamodb.close();
  }
});

test("session mapping: crm_id_hash -> guest id, token, expires_at, updated_at: DynamoDB table GenesysGuestSessions, partition key crm_id_hash", async () => {
  const dynamodb = await startDynamodb("GenesysGuestSessions");
  here = await world({
    guestApi: "external-users",
    identity: { mode: "unverified" },
    store: dynamodbStore({ endpoint: dynamodb.url }),
  });
  const session = await start({ customerId: "CRM-1" });
  const hash = createHash("sha256").update("CRM-1").digest("hex");
  await vi.waitFor(async () => expect((await item(dynamodb.url, hash))?.["token"]?.S).toBeTruthy());
  const mapping = await item(dynamodb.url, hash);
  expect(mapping).toEqual({
    crm_id_hash: { S: hash },
    genesys_guest_id: { S: session.guestId },
    token: { S: expect.stringMatching(/^ey/) as string },
    expires_at: { S: expect.stringMatching(/Z$/) as string },
    updated_at: { S: expect.stringMatching(/Z$/) as string },
    // What nobody has asked for in 400 days is swept, where the table's TTL is on.
    ttl: { N: expect.stringMatching(/^\d{10}$/) as string },
  });
  expect(Number(mapping?.["ttl"]?.N) - here.clock.now() / 1000).toBeGreaterThan(399 * 86_400);
  // The token lies sealed.
  expect(mapping?.["token"]?.S).not.toBe(session.token);
  here.pass(3400);
  expect((await start({ customerId: "CRM-1" })).guestId).toBe(session.guestId);
  expect(here.calls("/externalusers/guests")).toHaveLength(1);
  await here.broker.close();
  await dynamodb.close();
});

test("identical requests within a short window share one answer: 5 s", async () => {
  here = await world({ identity: { mode: "unverified" } });
  const first = await start({ customerId: "CUST-1" });
  here.pass(4.5);
  expect((await start({ customerId: "CUST-1" })).token).toBe(first.token);
  here.pass(1);
  expect((await start({ customerId: "CUST-1" })).token).not.toBe(first.token);
});

test("hooks on cache invalidation: key, token", async () => {
  const heard: [string, string][] = [];
  here = await world({
    identity: { mode: "unverified" },
    hooks: { onCacheInvalidated: (key, token) => heard.push([key, token]) },
  });
  const { token } = await start({ customerId: "CUST-1" });
  here.pass(6);
  await start({ customerId: "CUST-1" });
  await vi.waitFor(() => expect(heard).toEqual([[expect.any(String), token]]));
});

test("queueId required; language default: en-us; optional check that the queue exists (GET /api/v2/routing/queues/{id})", async () => {
  const other = "b0b0c3d4-e5f6-4890-abcd-ef1234567890";
  here = await world(
    { guestApi: "webchat-instances", queueIds: [QUEUE, other], platform: { verifyQueues: true } },
    { queues: [QUEUE] },
  );
  expect((await refusal(start())).errors).toEqual([{ path: "/queueId", message: "is required" }]);
  await start({ queueId: QUEUE });
  await start({ queueId: QUEUE });
  expect(here.calls("/webchat/instances/guests")[0]?.body).toMatchObject({ routing: { language: "en-us" } });
  expect(here.calls(`/api/v2/routing/queues/${QUEUE}`)).toHaveLength(1);
  expect((await refusal(start({ queueId: other }))).code).toBe("queue_not_allowed");
  expect(here.calls("/webchat/instances/guests")).toHaveLength(2);
  here.pass(301);
  here.simulator.fault({ path: "/api/v2/routing/*", status: 403 });
  await start({ queueId: QUEUE });
  expect(here.warnings).toEqual([expect.stringContaining("routing:queue:view")]);
});

test("credentials proved before the first request is served: refused: exit with a clear message; unreachable: 503 until ready", async () => {
  here = await world({}, { clients: [{ id: "other", secret: "other" }] });
  expect(await here.broker.prove()).toEqual({
    ok: false,
    refused: true,
    reason: "Genesys Cloud refused the client credentials.",
    mend: expect.stringContaining("client secret") as string,
  });
  await here.close();
  here = await world();
  here.simulator.fault({ path: "/oauth/token", drop: true });
  expect(await here.broker.prove()).toMatchObject({ ok: false, refused: false });
  expect((await here.broker.health()).ready).toBe(false);
  here.simulator.clearFaults();
  here.pass(6);
  expect(await here.broker.prove()).toEqual({ ok: true });
  expect((await here.broker.health()).ready).toBe(true);
});

test("answer of the Express endpoint POST /api/webchat/guest-token: 201 {guestId, guestToken, expiresAt, ttlSeconds}; 400 without queueId; 401 and 403 of the platform passed on", async () => {
  here = await world({ guestApi: "webchat-instances" });
  const ask = (body: object) => here.broker.compatGuestToken(body, context());
  const answer = await ask({ queueId: QUEUE });
  expect(Object.keys(answer).sort()).toEqual(["expiresAt", "guestId", "guestToken", "ttlSeconds"]);
  expect(Math.abs(Date.parse(answer.expiresAt) - here.clock.now() - answer.ttlSeconds * 1000)).toBeLessThan(2000);
  expect((await refusal(ask({}))).status).toBe(400);
  for (const status of [401, 403]) {
    here.simulator.fault({ path: "/api/v2/webchat/instances/guests", status });
    expect((await refusal(ask({ queueId: QUEUE }))).upstreamStatus).toBe(status);
    here.simulator.clearFaults();
  }
});

test("messenger init payload: {initConfig: {deploymentId, region, guestToken, loginMode}, features}; document 4's form: {environment, webchatId, guestToken, externalId}", async () => {
  here = await world({ platform: { region: "eu-west-1" } });
  const { token, guestId, messenger } = await start();
  const region = "mypurecloud.ie";
  expect(messenger.region).toBe(region);
  expect(messenger.initConfig).toEqual({ deploymentId: DEPLOYMENT, region, guestToken: token, loginMode: "guest" });
  expect(messenger.features).toEqual({ isTranscriptEnabled: true, isFileUploadEnabled: true, isRatingEnabled: true });
  expect(messenger.onboarding).toEqual({
    environment: region,
    webchatId: DEPLOYMENT,
    guestToken: token,
    externalId: guestId,
  });
});

test("custom signing secret from a file, reloaded when its content changes: content hash, not only mtime", async () => {
  const folder = await mkdtemp(join(tmpdir(), "guestpass-secret-"));
  const path = join(folder, "secret");
  await writeFile(path, "first");
  const { atime, mtime } = await stat(path);
  here = await world({
    guestApi: "custom-signed",
    customSigning: { secret: async () => (await readFile(path, "utf8")).trim() },
  });
  const signedWith = async (secret: string) => {
    const { token } = await start();
    const currentDate = new Date(here.clock.now());
    await jwtVerify(token, new TextEncoder().encode(secret), { currentDate });
  };
  await signedWith("first");
  await writeFile(path, "other");
  await utimes(path, atime, mtime);
  here.clock.pass(10);
  await signedWith("other");
  await rm(folder, { recursive: true });
});

test("audit record per issuance: event type, guest id, deployment or channel, consent timestamp, captcha provider, latency, success rate, outcome, SHA-256 prefix of the token, never the token", async () => {
  here = await world({ guestApi: "webmessaging-guests" });
  const consent = { accepted: true, timestamp: "2024-01-15T10:30:00Z" };
  const session = await start({ consent, attributes: { a: "1" } });
  here.simulator.fault({ path: "/api/v2/conversations/*", status: 400, times: 1 });
  await refusal(start({ consent }));
  await here.broker.refreshSession(session.session.handle, {}, context());
  await vi.waitFor(() => expect(here.audit).toHaveLength(3));
  expect(here.audit.map(({ action }) => action)).toEqual(["ISSUED", "FAILED", "RENEWED"]);
  const [issued] = here.audit;
  expect(issued).toMatchObject({
    eventType: "WEBMESSAGING_GUEST_AUTHENTICATED",
    guestId: session.guestId,
    channelId: DEPLOYMENT,
    consentTimestamp: consent.timestamp,
    captchaProvider: null,
    latencyMs: expect.any(Number) as number,
    successRate: expect.any(Number) as number,
    attributesCount: 1,
    timestamp: expect.any(String) as string,
  });
  const hash = createHash("sha256").update(session.token).digest("hex");
  expect(issued?.tokenHash).toHaveLength(16);
  expect(hash.startsWith(issued?.tokenHash ?? "-")).toBe(true);
  expect(JSON.stringify(here.audit)).not.toContain(session.token);
});

test("webhook (identity provider, event bridge) per issuance: GUEST_TOKEN_PROVISIONED; never delays or fails the issuance", async () => {
  const bodies: string[] = [];
  const bridge = createServer((request) => {
    request.on("data", (chunk: Buffer) => bodies.push(chunk.toString()));
    // It takes the event and never answers.
  });
  await new Promise<void>((resolve) => bridge.listen(0, "127.0.0.1", resolve));
  here = await world({ webhook: { url: `http://127.0.0.1:${(bridge.address() as AddressInfo).port}` } });
  await start();
  await vi.waitFor(() => expect(bodies.join("")).toContain("GUEST_TOKEN_PROVISIONED"));
  bridge.closeAllConnections();
  await new Promise((resolve) => bridge.close(resolve));
  await start();
});

test("metrics: latency of generation, renewals that worked and failed, total issued, success rate", async () => {
  here = await world();
  const session = await start();
  await here.broker.refreshSession(session.session.handle, {}, context());
  here.simulator.fault({ path: TOKENS, status: 400, times: 1 });
  await refusal(here.broker.refreshSession(session.session.handle, {}, context()));
  const stats = here.broker.stats();
  expect(stats).toMatchObject({ issued: 1, renewed: 1, renewalsFailed: 1, successRate: 66.67 });
  expect(stats.latency.start).toMatchObject({ count: 1, sumSeconds: expect.any(Number) as number });
});

test("abuse detection from analytics: pages of 100, nextPageToken (document) and paging + totalHits (platform); customers above a threshold (50 by default, last 24 h) are flagged", async () => {
  here = await world();
  const platform = { baseUrl: here.simulator.url, credentials: [{ clientId: "a", clientSecret: "b" }] };
  for (const form of ["platform", "document"] as const) {
    const report = await abuseReport({ platform, form });
    expect(report).toMatchObject({ threshold: 50, conversations: 120, pages: 2 });
    expect(report.flagged).toEqual([{ externalCustomerId: "CUST-8842", conversationCount: 55, status: "flagged" }]);
  }
});

async function item(endpoint: string, hash: string) {
  const client = new DynamoDBClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  const { Item } = await client.send(
    new GetItemCommand({ TableName: "GenesysGuestSessions", Key: { crm_id_hash: { S: hash } }, ConsistentRead: true }),
  );
  client.destroy();
  return Item;
}
