import { decodeJwt } from "jose";
import { expect, test } from "vitest";
import type { Simulator } from "../src/index.js";
import { bearer, call, DEPLOYMENT, QUEUE, start } from "./call.js";
import { connect, join } from "./guest.js";

const GUEST = "/api/v2/guest";
const USERS = "/api/v2/externalusers/guests";
const CHANNEL = "/api/v2/conversations/webmessaging/guests";
const QUERY = "/api/v2/analytics/conversations/details/query";

async function post(simulator: Simulator, path: string, body: unknown) {
  return call(simulator, "POST", path, body, await bearer(simulator));
}

test("guest answers as its document shows; the same username is the same guest", async () => {
  const simulator = await start({ tokenLife: 1200 });
  const given = {
    username: "webchat-guest-CUST-8842",
    customAttributes: { externalCustomerId: "CUST-8842", sourceChannel: "web_messaging" },
  };
  const { status, body } = await post(simulator, GUEST, given);
  expect(status).toBe(200);
  const scope = "conversations:messaging:send conversations:messaging:receive";
  expect(body).toMatchObject({ token_type: "Bearer", expires_in: 1200, scope });
  expect(decodeJwt(body.access_token)).toMatchObject({ sub: body.sub, scope });
  const again = await post(simulator, GUEST, given);
  expect(again.body.sub).toBe(body.sub);
  expect(again.body.access_token).not.toBe(body.access_token);
  const guest = await join(simulator, { token: body.access_token });
  guest.token = again.body.access_token;
  expect((await guest.configure()).body.newSession).toBe(false);
});

test.each([[{}], [{ username: "" }], [{ username: "a", customAttributes: { n: 1 } }], [{ username: "a", extra: 1 }]])(
  "guest refuses %j",
  async (body) => {
    const simulator = await start();
    expect((await post(simulator, GUEST, body)).status).toBe(400);
  },
);

test("external-users: first the user, then its token, again and again", async () => {
  const simulator = await start({ tokenLife: 900 });
  const given = {
    name: "crm_guest_0123456789ab",
    email: "guest_01234567@internal.corp",
    customAttributes: { source_system: "crm_integration", crm_id_hash: "0".repeat(64) },
  };
  const user = await post(simulator, USERS, given);
  expect(user.body).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    ...given,
    created_at: expect.stringMatching(/Z$/),
    updated_at: expect.stringMatching(/Z$/),
  });
  const one = await post(simulator, `${USERS}/token`, { externalUserId: user.body.id });
  expect(Date.parse(one.body.expires_at)).toBe(Number(decodeJwt(one.body.token).exp) * 1000);
  expect(decodeJwt(one.body.token).sub).toBe(user.body.id);
  const two = await post(simulator, `${USERS}/token`, { externalUserId: user.body.id });
  const guest = await join(simulator, { token: one.body.token });
  guest.token = two.body.token;
  expect((await guest.configure()).body.newSession).toBe(false);
});

test.each([
  [USERS, { name: "a" }, 400],
  [USERS, { name: "a", email: "not an address" }, 400],
  [`${USERS}/token`, {}, 400],
  [`${USERS}/token`, { externalUserId: "x" }, 400],
  [`${USERS}/token`, { externalUserId: QUEUE }, 404],
])("external-users: %s refuses %j with %i", async (path, body, status) => {
  const simulator = await start();
  expect((await post(simulator, path, body)).status).toBe(status);
});

const consent = { accepted: true, timestamp: "2024-01-15T10:30:00Z" };

test("webmessaging-guests answers 201, and each guest is new", async () => {
  const simulator = await start();
  const given = {
    channelId: DEPLOYMENT,
    consent,
    captcha: { provider: "recaptcha", response: "03AGdBq25", score: 0.9 },
    attributes: { origin: "automated_test" },
  };
  const { status, body } = await post(simulator, CHANNEL, given);
  expect(status).toBe(201);
  expect(body).toMatchObject({ channelId: DEPLOYMENT, consent });
  expect(decodeJwt(body.token)).toMatchObject({ sub: body.guestId, type: "guest" });
  expect(Date.parse(body.expiresAt)).toBe(Number(decodeJwt(body.token).exp) * 1000);
  const again = await post(simulator, CHANNEL, given);
  expect(again.body.guestId).not.toBe(body.guestId);
  const guest = await join(simulator, { token: body.token });
  guest.token = again.body.token;
  expect((await guest.configure()).body.newSession).toBe(false);
});

test.each([
  [{ channelId: undefined }],
  [{ consent: undefined }],
  [{ consent: { accepted: "true", timestamp: consent.timestamp } }],
  [{ consent: { accepted: true, timestamp: "yesterday" } }],
  [{ captcha: { provider: "recaptcha" } }],
  [{ captcha: { provider: "recaptcha", response: "x", score: 0.49 } }],
  [{ captcha: { provider: "recaptcha", response: "x", score: 1.1 } }],
])("webmessaging-guests refuses %j", async (change) => {
  const simulator = await start();
  expect((await post(simulator, CHANNEL, { channelId: DEPLOYMENT, consent, attributes: {}, ...change })).status).toBe(
    400,
  );
});

test("webmessaging-guests: another org's channel is a 403", async () => {
  const simulator = await start({ deployments: [DEPLOYMENT] });
  expect((await post(simulator, CHANNEL, { channelId: QUEUE, consent })).status).toBe(403);
});

test.each([
  [GUEST, { username: "a" }],
  [USERS, { name: "a", email: "a@b.example" }],
  [CHANNEL, { channelId: DEPLOYMENT, consent }],
])("%s needs a token, its scope, and lives within the quota", async (path, body) => {
  const simulator = await start({ guestQuota: 1 });
  expect((await call(simulator, "POST", path, body)).status).toBe(401);
  const headers = await bearer(simulator);
  expect((await call(simulator, "POST", path, body, headers)).status).toBeLessThan(300);
  const refused = await call(simulator, "POST", path, body, headers);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  simulator.advance(60);
  const narrow = await bearer(simulator, "grant_type=client_credentials&scope=something:else");
  expect((await call(simulator, "POST", path, body, narrow)).status).toBe(403);
});

test("queues: known ones, unknown ones, and no queue at all", async () => {
  const simulator = await start({ queues: [QUEUE] });
  const headers = await bearer(simulator);
  const get = (id: string) => call(simulator, "GET", `/api/v2/routing/queues/${id}`, undefined, headers);
  expect((await get(QUEUE)).body).toMatchObject({
    id: QUEUE,
    name: expect.any(String),
    selfUri: `/api/v2/routing/queues/${QUEUE}`,
  });
  expect((await get(DEPLOYMENT)).body).toMatchObject({ status: 404, code: "not.found" });
  expect((await get("support")).status).toBe(400);
  expect((await call(simulator, "GET", `/api/v2/routing/queues/${QUEUE}`)).status).toBe(401);
});

function lastDay(simulator: Simulator) {
  const now = simulator.now();
  return { from: new Date(now - 24 * 3_600_000).toISOString(), to: new Date(now).toISOString() };
}

test("analytics in the platform's form: paging and totalHits, one customer above fifty", async () => {
  const simulator = await start();
  const { from, to } = lastDay(simulator);
  const ask = (pageNumber: number) =>
    post(simulator, QUERY, { interval: `${from}/${to}`, order: "desc", paging: { pageSize: 100, pageNumber } });
  const pages = [await ask(1), await ask(2), await ask(3)];
  expect(pages.map(({ body }) => body.totalHits)).toEqual([120, 120, 120]);
  expect(pages.map(({ body }) => body.conversations?.length)).toEqual([100, 20, undefined]);
  const all = pages.flatMap(({ body }) => body.conversations ?? []);
  expect(new Set(all.map((one) => one.conversationId)).size).toBe(120);
  expect(all[0]).toMatchObject({
    participants: [{ purpose: "customer", sessions: [{ messageType: "webmessaging" }] }],
  });
  const counts = new Map<string, number>();
  for (const one of all) {
    const id = one.participants[0].attributes.externalCustomerId;
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  expect([...counts].filter(([, count]) => count > 50)).toEqual([["CUST-8842", 55]]);
});

test("analytics in the document's form: nextPageToken until there is no more", async () => {
  const simulator = await start();
  const query = {
    dimensionFilters: [{ dimension: "conversation.channelType", type: "string", values: ["webmessaging"] }],
    intervalFilters: [{ dimension: "conversation.initiatedTime", type: "interval", ...lastDay(simulator) }],
    pageSize: 100,
  };
  const first = await post(simulator, QUERY, query);
  expect(first.body.results).toHaveLength(100);
  const second = await post(simulator, QUERY, { ...query, nextPageToken: first.body.nextPageToken });
  expect(second.body.results).toHaveLength(20);
  expect(second.body).not.toHaveProperty("nextPageToken");
  expect(second.body.results[0].customAttributes.externalCustomerId).toMatch(/^CUST-\d+$/);
});

test("analytics: only what the interval holds, by the simulator's clock", async () => {
  const simulator = await start();
  simulator.advance(30 * 86_400);
  const { from, to } = lastDay(simulator);
  const half = new Date(Date.parse(to) - 12 * 3_600_000).toISOString();
  const count = async (interval: string) => (await post(simulator, QUERY, { interval })).body.totalHits;
  expect(await count(`${from}/${to}`)).toBe(120);
  expect(await count(`${from}/${half}`)).toBeLessThan(70);
  expect(await count("2020-01-01T00:00:00Z/2020-01-02T00:00:00Z")).toBe(0);
});

test.each([
  [{}],
  [{ interval: "yesterday" }],
  [{ interval: "2024-01-02T00:00:00Z/2024-01-01T00:00:00Z" }],
  [{ interval: "2024-01-01T00:00:00Z/2024-01-02T00:00:00Z", paging: { pageSize: 101 } }],
  [{ intervalFilters: [{ from: "2024-01-01T00:00:00Z", to: "2024-01-02T00:00:00Z" }], nextPageToken: "abc" }],
])("analytics refuses %j", async (query) => {
  const simulator = await start();
  expect((await post(simulator, QUERY, query)).status).toBe(400);
});

test("a guest of another kind than the API's is nobody on the socket", async () => {
  const simulator = await start();
  const { authorization } = await bearer(simulator);
  const guest = await connect(simulator, { token: String(authorization).slice(7) });
  expect(await guest.configure()).toMatchObject({ code: 401 });
});
