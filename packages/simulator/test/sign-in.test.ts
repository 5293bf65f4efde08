import { randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import { expect, test } from "vitest";
import type { Simulator } from "../src/index.js";
import { call, DEPLOYMENT, QUEUE, start } from "./call.js";
import { connect, type Guest, join } from "./guest.js";

const BASE = "/api/v2/webdeployments/token";
const quiet = { quietAgent: true };

const exchange = (simulator: Simulator, oauth: unknown, deploymentId = DEPLOYMENT) =>
  call(simulator, "POST", `${BASE}/oauthcodegrantjwtexchange`, { deploymentId, oauth });

async function signIn(simulator: Simulator, code: string) {
  const { body } = await exchange(simulator, { code, redirectUri: "https://shop.example/", codeVerifier: "v" });
  return body as { jwt: string; refreshToken: string };
}

async function configureAs(guest: Guest, jwt: string, more: Record<string, unknown> = {}) {
  const tracingId = guest.send({
    action: "configureAuthenticatedSession",
    deploymentId: DEPLOYMENT,
    startNew: false,
    data: { code: jwt },
    ...more,
  });
  return guest.until((frame) => frame.tracingId === tracingId);
}

test("a code becomes a JWT and a refresh token, without an access token, with CORS", async () => {
  const simulator = await start();
  const { status, body, headers } = await exchange(simulator, { code: "ann" });
  expect(status).toBe(200);
  expect(body).toEqual({ jwt: expect.stringMatching(/^ey/), refreshToken: expect.any(String) });
  expect(headers.get("access-control-allow-origin")).toBe("*");
});

test("an id token becomes a JWT without a refresh token", async () => {
  const simulator = await start();
  const idToken = await new SignJWT({ sub: "ann" })
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode("k".repeat(32)));
  const { body } = await exchange(simulator, { idToken, nonce: "n" });
  expect(body).toEqual({ jwt: expect.stringMatching(/^ey/) });
});

test.each([
  ["a refused code", { code: "invalid" }, DEPLOYMENT, 401],
  ["an id token that is none", { idToken: "x" }, DEPLOYMENT, 401],
  ["neither", { redirectUri: "https://shop.example/" }, DEPLOYMENT, 400],
  ["an unknown deployment", { code: "ann" }, QUEUE, 404],
])("the exchange refuses %s", async (_what, oauth, deploymentId, status) => {
  const simulator = await start({ deployments: [DEPLOYMENT] });
  const answer = await exchange(simulator, oauth, deploymentId);
  expect(answer.status).toBe(status);
  expect(answer.body).toMatchObject({ status, contextId: expect.any(String) });
});

test("a refresh gives a new JWT for 24 hours, for its own deployment", async () => {
  const simulator = await start();
  const { jwt, refreshToken } = await signIn(simulator, "ann");
  const refresh = (body: unknown) => call(simulator, "POST", `${BASE}/refresh`, body);
  const first = await refresh({ refreshToken, deploymentId: DEPLOYMENT });
  expect(first.body).toEqual({ jwt: expect.stringMatching(/^ey/), refreshToken });
  expect(first.body.jwt).not.toBe(jwt);
  expect((await refresh({ refreshToken, deploymentId: QUEUE })).status).toBe(401);
  expect((await refresh({ refreshToken: "nonsense" })).status).toBe(401);
  expect((await refresh({})).status).toBe(400);
  simulator.advance(86_399);
  expect((await refresh({ refreshToken })).status).toBe(200);
  simulator.advance(2);
  expect((await refresh({ refreshToken })).status).toBe(401);
});

test("a signed-in guest has the session of the person", async () => {
  const simulator = await start(quiet);
  const guest = await connect(simulator);
  const { jwt } = await signIn(simulator, "ann.lee");
  expect(await configureAs(guest, jwt)).toMatchObject({
    class: "SessionResponse",
    body: { newSession: true, clearedExistingSession: false },
  });
  guest.say("hello");
  expect((await guest.next()).body).toMatchObject({
    direction: "Inbound",
    metadata: { authenticated: "true" },
    channel: { from: { firstName: "Ann", lastName: "Lee" } },
  });
  expect(simulator.sessions()).toMatchObject([{ guest: "user:ann.lee", messages: 1 }]);
});

test.each(["nonsense", "a.b.c"])("a JWT that is none (%s) is a 401", async (jwt) => {
  const simulator = await start();
  const guest = await connect(simulator);
  expect(await configureAs(guest, jwt)).toMatchObject({
    type: "response",
    class: "string",
    code: 401,
    body: "User is unauthorized",
  });
});

test("an expired JWT is a 401; a renewed one is not", async () => {
  const simulator = await start({ ...quiet, tokenLife: 60 });
  const { jwt, refreshToken } = await signIn(simulator, "ann");
  const guest = await connect(simulator);
  expect(await configureAs(guest, jwt)).toMatchObject({ code: 200 });
  simulator.advance(61);
  const again = await connect(simulator, { token: guest.token });
  expect(await configureAs(again, jwt)).toMatchObject({ code: 401 });
  const renewed = await call(simulator, "POST", `${BASE}/refresh`, { refreshToken });
  expect(await configureAs(again, renewed.body.jwt)).toMatchObject({ code: 200, body: { newSession: false } });
});

test("the token of somebody signed in is no anonymous token", async () => {
  const simulator = await start(quiet);
  const guest = await connect(simulator);
  await configureAs(guest, (await signIn(simulator, "ann")).jwt);
  expect(await guest.configure()).toMatchObject({ class: "string", code: 4017 });
});

test("signing in elsewhere closes the first device, which keeps its tabs only where it signs in itself", async () => {
  const simulator = await start(quiet);
  const phone = await connect(simulator);
  await configureAs(phone, (await signIn(simulator, "ann:phone")).jwt);
  phone.say("from the phone");
  await phone.next();
  const laptop = await connect(simulator);
  expect((await configureAs(laptop, (await signIn(simulator, "ann:laptop")).jwt)).body.newSession).toBe(false);
  expect(await phone.next()).toEqual({
    type: "message",
    class: "ConnectionClosedEvent",
    code: 200,
    body: { reason: "signedIn" },
  });
  expect((await phone.closed).code).toBe(1000);
  const tab = await connect(simulator, { token: laptop.token });
  await configureAs(tab, (await signIn(simulator, "ann:laptop")).jwt);
  laptop.say("from the laptop");
  expect((await tab.next()).body.text).toBe("from the laptop");
  expect(simulator.sessions()).toMatchObject([{ sockets: 2, messages: 2 }]);
});

test("step-up: an anonymous conversation goes on as the person's, and clears the one before", async () => {
  const simulator = await start(quiet);
  const before = await connect(simulator);
  await configureAs(before, (await signIn(simulator, "ann:phone")).jwt);
  const guest = await join(simulator);
  const tab = await join(simulator, { token: guest.token });
  guest.say("anonymous still");
  await guest.next();
  await tab.next();
  const answer = await configureAs(guest, (await signIn(simulator, "ann:laptop")).jwt);
  expect(answer.body).toMatchObject({ newSession: false, clearedExistingSession: true });
  expect(await before.next()).toMatchObject({ class: "ConnectionClosedEvent", body: { reason: "signedIn" } });
  const signedIn = {
    type: "Event",
    direction: "Inbound",
    events: [{ eventType: "Presence", presence: { type: "SignIn" } }],
  };
  for (const one of [guest, tab]) {
    expect((await one.next()).body).toMatchObject({ ...signedIn, channel: { from: { firstName: "Ann" } } });
  }
  tab.say("signed in");
  expect((await guest.next()).body).toMatchObject({ text: "signed in", metadata: { authenticated: "true" } });
  expect(simulator.sessions()).toMatchObject([{ guest: "user:ann", messages: 3, sockets: 2 }]);
});

test("a session that was taken along still expires", async () => {
  const simulator = await start({ ...quiet, sessionDuration: 100 });
  const guest = await join(simulator);
  await configureAs(guest, (await signIn(simulator, "ann")).jwt);
  await guest.next();
  simulator.advance(101);
  expect(await guest.next()).toMatchObject({ class: "SessionExpiredEvent" });
  expect(simulator.sessions()).toEqual([]);
});

test("revoking logs out every connection, and kills JWT and refresh token", async () => {
  const simulator = await start(quiet);
  const { jwt, refreshToken } = await signIn(simulator, "ann");
  const guest = await connect(simulator);
  await configureAs(guest, jwt);
  const tab = await connect(simulator, { token: guest.token });
  await configureAs(tab, jwt);
  const revoke = () => call(simulator, "DELETE", `${BASE}/revoke`, undefined, { authorization: `bearer ${jwt}` });
  expect((await revoke()).status).toBe(204);
  for (const one of [guest, tab])
    expect(await one.next()).toEqual({ type: "message", class: "LogoutEvent", code: 200, body: {} });
  guest.say("still me?");
  expect(await guest.next()).toMatchObject({ code: 4007 });
  expect((await revoke()).status).toBe(401);
  expect((await call(simulator, "POST", `${BASE}/refresh`, { refreshToken })).status).toBe(401);
  expect(await configureAs(await connect(simulator, { token: randomUUID() }), jwt)).toMatchObject({ code: 401 });
});

test("startNew begins a new conversation of the person", async () => {
  const simulator = await start(quiet);
  const guest = await connect(simulator);
  const { jwt } = await signIn(simulator, "ann");
  await configureAs(guest, jwt);
  const first = simulator.sessions()[0]?.conversationId;
  expect((await configureAs(guest, jwt, { startNew: true })).body.newSession).toBe(true);
  expect(simulator.sessions()[0]?.conversationId).not.toBe(first);
});
