import { randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Simulator } from "../src/index.js";
import { bearer, call, DEPLOYMENT, QUEUE, start } from "./call.js";
import { connect, join, presence } from "./guest.js";

const quiet = { quietAgent: true };

async function guestToken(simulator: Simulator, path: string, body: unknown): Promise<string> {
  const answer = await call(simulator, "POST", path, body, await bearer(simulator));
  return answer.body.token ?? answer.body.guestToken;
}

test("the first configure makes a session, the next one finds it", async () => {
  const simulator = await start({ sessionDuration: 900 });
  const guest = await connect(simulator);
  const first = await guest.configure();
  expect(first).toMatchObject({
    type: "response",
    class: "SessionResponse",
    code: 200,
    body: {
      connected: true,
      newSession: true,
      readOnly: false,
      clearedExistingSession: false,
      maxCustomDataBytes: 2048,
      durationSeconds: 900,
      allowedMedia: { inbound: { fileTypes: expect.arrayContaining([{ type: "image/png" }]), maxFileSizeKB: 10240 } },
      blockedExtensions: expect.arrayContaining([".exe"]),
    },
  });
  expect(first.body.expirationDate).toBeCloseTo(simulator.now() / 1000 + 900, -1);
  expect((await guest.configure()).body.newSession).toBe(false);
  guest.close();
  await guest.closed;
  const again = await connect(simulator, { token: guest.token });
  expect((await again.configure()).body.newSession).toBe(false);
  expect((await again.configure({ startNew: true })).body.newSession).toBe(true);
});

test.each([
  ["an unknown deployment", { deployments: [DEPLOYMENT] }, `/v1?deploymentId=${QUEUE}`, {}, 403],
  ["no deployment", {}, "/v1", {}, 400],
  ["another path", {}, "/v2?deploymentId=x", {}, 404],
  [
    "an origin that is not allowed",
    { allowedDomains: ["shop.example"] },
    `/v1?deploymentId=${DEPLOYMENT}`,
    { origin: "https://evil.example" },
    403,
  ],
  ["no origin where one is needed", { allowedDomains: ["shop.example"] }, `/v1?deploymentId=${DEPLOYMENT}`, {}, 403],
])("the upgrade is refused for %s", async (_what, options, path, client, status) => {
  const simulator = await start(options);
  const socket = new WebSocket(simulator.url.replace("http", "ws") + path, client);
  const message = await new Promise((resolve) => socket.on("error", (error) => resolve(error.message)));
  expect(message).toBe(`Unexpected server response: ${status}`);
  expect(simulator.requests().at(-1)).toMatchObject({ method: "GET", path: path.split("?")[0], status });
});

test("allowed domains: exact hosts and suffixes, whatever the port", async () => {
  const simulator = await start({ allowedDomains: ["shop.example", ".brand.example"] });
  for (const origin of ["https://shop.example:8443", "http://a.brand.example", simulator.url])
    await join(simulator, { origin });
  const { body } = await call(simulator, "GET", `/webdeployments/v1/deployments/${DEPLOYMENT}/domains.json`);
  expect(body).toEqual({ allowAllDomains: false, allowedDomains: ["shop.example", ".brand.example"] });
});

test("a frame of another deployment than the connection's is refused", async () => {
  const simulator = await start();
  const guest = await connect(simulator);
  expect(await guest.configure({ deploymentId: QUEUE })).toMatchObject({ class: "string", code: 403 });
});

test("before configuring there is no session", async () => {
  const simulator = await start();
  const guest = await connect(simulator);
  const tracingId = guest.say("hello");
  expect(await guest.next()).toMatchObject({ type: "response", class: "string", code: 4007, tracingId });
});

test.each([
  ["no JSON", "{", 400],
  ["no object", "[]", 400],
  ["no action", JSON.stringify({ token: randomUUID() }), 4020],
  ["no token", JSON.stringify({ action: "getJwt" }), 4020],
  ["an unknown action", JSON.stringify({ action: "joinConversation", token: randomUUID() }), 4000],
  ["a token that is none", JSON.stringify({ action: "getJwt", token: "guest" }), 401],
])("%s is refused with code %i", async (_what, wire, code) => {
  const simulator = await start();
  const guest = await connect(simulator);
  guest.raw(wire);
  expect(await guest.next()).toMatchObject({ type: "response", class: "string", code, body: expect.any(String) });
});

test("a guest JWT of this platform is a token; one of another, or none, is not", async () => {
  const simulator = await start();
  const other = await start();
  const body = { routing: { queueId: QUEUE } };
  await join(simulator, { token: await guestToken(simulator, "/api/v2/webchat/instances/guests", body) });
  const stranger = await connect(simulator, {
    token: await guestToken(other, "/api/v2/webchat/instances/guests", body),
  });
  expect(await stranger.configure()).toMatchObject({ class: "string", code: 401 });
  const nonsense = await connect(simulator, { token: "a.b.c" });
  expect(await nonsense.configure()).toMatchObject({ class: "string", code: 401 });
});

test("a guest JWT dies by the clock: at configure, and on the open socket", async () => {
  const simulator = await start({ tokenLife: 60 });
  const token = await guestToken(simulator, "/api/v2/guest-tokens", { externalId: "a", webchatId: DEPLOYMENT });
  const guest = await join(simulator, { token });
  simulator.advance(61);
  const tracingId = guest.say("still there?");
  expect(await guest.next()).toEqual({
    type: "response",
    class: "string",
    code: 401,
    body: "The token has expired",
    tracingId,
  });
  const late = await connect(simulator, { token });
  expect(await late.configure()).toMatchObject({ code: 401, body: "The token has expired" });
});

test("a custom-signed JWT is taken by its exp and sub", async () => {
  const simulator = await start();
  const sign = (exp: number) =>
    new SignJWT({ sub: "customer-7" })
      .setProtectedHeader({ alg: "HS256" })
      .setExpirationTime(exp)
      .sign(new TextEncoder().encode("a-secret-of-the-deployment-itself"));
  const now = Math.floor(simulator.now() / 1000);
  const guest = await join(simulator, { token: await sign(now + 60) });
  guest.token = await sign(now + 120);
  expect((await guest.configure()).body.newSession).toBe(false);
  guest.token = await sign(now - 1);
  expect(await guest.configure()).toMatchObject({ code: 401 });
});

test.each([
  ["guest-tokens", "/api/v2/guest-tokens", { externalId: "ext-1", webchatId: DEPLOYMENT }],
  [
    "webchat-instances of a known customer",
    "/api/v2/webchat/instances/guests",
    { routing: { queueId: QUEUE }, attributes: { customerId: "c-1" } },
  ],
])("%s: a renewed token resumes the session, on a new socket too", async (_what, path, body) => {
  const simulator = await start({ ...quiet, tokenLife: 60 });
  const guest = await join(simulator, { token: await guestToken(simulator, path, body) });
  guest.say("one");
  await guest.next();
  simulator.advance(50);
  const renewed = await guestToken(simulator, path, body);
  guest.token = renewed;
  expect((await guest.configure()).body.newSession).toBe(false);
  simulator.advance(20);
  guest.say("two");
  expect((await guest.next()).body.text).toBe("two");
  const elsewhere = await connect(simulator, { token: renewed });
  expect((await elsewhere.configure()).body.newSession).toBe(false);
  expect(simulator.sessions()).toMatchObject([{ sockets: 2, messages: 2 }]);
});

test("an anonymous webchat guest carries the session over on the open socket, and then finds it again", async () => {
  const simulator = await start(quiet);
  const body = { routing: { queueId: QUEUE }, attributes: { customerId: "anonymous" } };
  const fresh = () => guestToken(simulator, "/api/v2/webchat/instances/guests", body);
  const guest = await join(simulator, { token: await fresh() });
  guest.say("one");
  await guest.next();
  guest.token = await fresh();
  expect((await guest.configure()).body.newSession).toBe(false);
  const reload = await connect(simulator, { token: guest.token });
  expect((await reload.configure()).body.newSession).toBe(false);
  const somebody = await connect(simulator, { token: await fresh() });
  expect((await somebody.configure()).body.newSession).toBe(true);
});

test("two customers on one socket are two sessions", async () => {
  const simulator = await start(quiet);
  const token = (externalId: string) =>
    guestToken(simulator, "/api/v2/guest-tokens", { externalId, webchatId: DEPLOYMENT });
  const guest = await join(simulator, { token: await token("a") });
  const first = guest.token;
  guest.token = await token("b");
  expect((await guest.configure()).body.newSession).toBe(true);
  guest.token = first;
  guest.say("as a");
  expect(await guest.next()).toMatchObject({ code: 4007 });
});

test("the fourth socket closes the oldest, and says so", async () => {
  const simulator = await start(quiet);
  const first = await join(simulator);
  const rest = [];
  for (let i = 0; i < 3; i += 1) rest.push(await join(simulator, { token: first.token }));
  expect(await first.next()).toEqual({ type: "message", class: "ConnectionClosedEvent", code: 200, body: {} });
  expect((await first.closed).code).toBe(1000);
  rest[0]?.say("to all");
  for (const guest of rest) expect((await guest.next()).body.text).toBe("to all");
});

test("the session expires after its last message, by the clock", async () => {
  const simulator = await start({ ...quiet, sessionDuration: 100 });
  const guest = await join(simulator);
  simulator.advance(90);
  guest.say("still here");
  await guest.next();
  simulator.advance(90);
  expect(await guest.drain()).toEqual([]);
  simulator.advance(10);
  expect(await guest.next()).toEqual({ type: "response", class: "SessionExpiredEvent", code: 200, body: {} });
  guest.say("hello?");
  expect(await guest.next()).toMatchObject({ class: "string", code: 4006 });
  expect(await guest.configure()).toMatchObject({ class: "string", code: 4006 });
});

test("a guest whose session expired starts anew with a token made since", async () => {
  const simulator = await start({ ...quiet, sessionDuration: 100 });
  const token = () => guestToken(simulator, "/api/v2/guest-tokens", { externalId: "a", webchatId: DEPLOYMENT });
  const guest = await join(simulator, { token: await token() });
  simulator.advance(100);
  expect((await guest.next()).class).toBe("SessionExpiredEvent");
  expect(await guest.configure()).toMatchObject({ code: 4006 });
  simulator.advance(2);
  guest.token = await token();
  expect((await guest.configure()).body.newSession).toBe(true);
});

test("closeSession closes the other connections and leaves this one to start anew", async () => {
  const simulator = await start(quiet);
  const guest = await join(simulator);
  const other = await join(simulator, { token: guest.token });
  guest.send({ action: "closeSession", closeAllConnections: true });
  expect(await guest.next()).toMatchObject({ class: "SessionResponse", body: { connected: false, readOnly: false } });
  expect(await other.next()).toMatchObject({ class: "ConnectionClosedEvent" });
  expect((await other.closed).code).toBe(1000);
  expect((await guest.configure({ startNew: true })).body).toMatchObject({ connected: true, newSession: true });
});

test("Clear wipes the session for everybody and closes the connections", async () => {
  const simulator = await start(quiet);
  const guest = await join(simulator);
  const other = await join(simulator, { token: guest.token });
  guest.say("forget this");
  await guest.next();
  await other.next();
  guest.send(presence("Clear"));
  for (const one of [guest, other]) {
    expect(await one.next()).toMatchObject({ type: "message", class: "SessionClearedEvent", code: 200, body: {} });
    expect(await one.next()).toMatchObject({ type: "message", class: "ConnectionClosedEvent", code: 200, body: {} });
    expect((await one.closed).code).toBe(1000);
  }
  const again = await connect(simulator, { token: guest.token });
  expect((await again.configure()).body.newSession).toBe(true);
  expect(simulator.sessions()).toMatchObject([{ messages: 0 }]);
});

test("Clear is refused where the deployment does not allow it", async () => {
  const simulator = await start({ clear: false });
  const guest = await join(simulator);
  guest.send(presence("Clear"));
  expect(await guest.next()).toMatchObject({
    class: "string",
    code: 403,
    body: "Presence events Conversation Clear are not supported",
  });
});

test("a fault on /v1 refuses, drops or delays the upgrade", async () => {
  const simulator = await start();
  const refused = () =>
    connect(simulator).then(
      () => "open",
      (error: Error) => error.message,
    );
  simulator.fault({ path: "/v1", status: 503, times: 1 });
  expect(await refused()).toBe("Unexpected server response: 503");
  simulator.fault({ path: "/v1", drop: true, times: 1 });
  expect(await refused()).toBe("socket hang up");
  simulator.fault({ path: "/v1", delayMs: 50, times: 1 });
  await join(simulator);
});

test("a fault on a frame's action is an error frame, silence, a cut, or a delay", async () => {
  const simulator = await start(quiet);
  const guest = await join(simulator);
  simulator.fault({ path: "/v1/onMessage", times: 1, status: 5000, body: "Request failed." });
  simulator.fault({ path: "/v1/onMessage", times: 1, hang: true });
  simulator.fault({ path: "/v1/onMessage", times: 1, delayMs: 30 });
  simulator.fault({ path: "/v1/onMessage", times: 1, drop: true });
  const tracingId = guest.say("fails");
  expect(await guest.next()).toEqual({
    type: "response",
    class: "string",
    code: 5000,
    body: "Request failed.",
    tracingId,
  });
  guest.say("is lost");
  guest.say("comes late");
  expect((await guest.next()).body.text).toBe("comes late");
  guest.say("cuts");
  expect((await guest.closed).code).toBe(1006);
});

test("a session is found by the guest's token, the guest's id, and its own id", async () => {
  const simulator = await start(quiet);
  const token = await guestToken(simulator, "/api/v2/guest-tokens", { externalId: "ext-1", webchatId: DEPLOYMENT });
  const guest = await join(simulator, { token });
  await join(simulator);
  for (const session of [token, "ext-1", String(simulator.sessions()[0]?.id)]) {
    simulator.say({ text: "for you", session });
    expect((await guest.next()).body.text).toBe("for you");
  }
});

test("whatever comes on a socket is answered, and the platform lives on", async () => {
  const simulator = await start(quiet);
  const token = randomUUID();
  const odd = [null, 0, "", [], {}, true, { type: {} }, "x".repeat(5000), "\u0000", -1, 0.5];
  const actions = ["configureSession", "configureAuthenticatedSession", "onMessage", "echo", "getJwt", "closeSession"];
  actions.push("getConfiguration", "onAttachment", "getAttachment", "deleteAttachment", "constructor", "__proto__");
  for (const action of actions) {
    const guest = await join(simulator, { token });
    for (const value of odd) {
      const frame = { action, deploymentId: value, message: value, data: value, attachmentId: value, startNew: value };
      guest.raw(JSON.stringify({ token, tracingId: "t", ...frame }));
      expect(await guest.next()).toMatchObject({ code: expect.any(Number), class: expect.any(String) });
    }
    guest.close();
    await guest.closed;
    simulator.advance(60);
  }
});

test("dropSockets cuts without a close frame, and the session lives on", async () => {
  const simulator = await start(quiet);
  const guest = await join(simulator);
  await call(simulator, "POST", "/_sim/drop-sockets");
  expect((await guest.closed).code).toBe(1006);
  const again = await connect(simulator, { token: guest.token });
  expect((await again.configure()).body.newSession).toBe(false);
});

test("ending the simulator says goodbye to its guests", async () => {
  const simulator = await start();
  const guest = await join(simulator);
  await simulator.close();
  expect((await guest.closed).code).toBe(1001);
});

test("a frame too large for the platform closes the connection", async () => {
  const simulator = await start();
  const guest = await join(simulator);
  guest.raw("x".repeat(129 * 1024));
  expect((await guest.closed).code).toBe(1009);
});
