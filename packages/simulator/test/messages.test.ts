import { expect, test } from "vitest";
import { call, DEPLOYMENT, start } from "./call.js";
import { type Guest, join, presence, typing } from "./guest.js";

const quiet = { quietAgent: true };
type Frame = Awaited<ReturnType<Guest["next"]>>;
const isText = (frame: Frame) => frame.class === "StructuredMessage" && frame.body.type !== "Event";
const isTyping = (frame: Frame) => frame.body?.events?.[0]?.eventType === "Typing";

async function history(guest: Guest, url: string, query = "") {
  const tracingId = guest.send({ action: "getJwt" });
  const { body } = await guest.until((frame) => frame.tracingId === tracingId);
  const answer = await fetch(`${url}/api/v2/webmessaging/messages${query}`, {
    headers: { authorization: `bearer ${body.jwt}` },
  });
  return {
    status: answer.status,
    headers: answer.headers,
    body: await answer.json(),
    jwt: body.jwt,
    exp: body.exp,
  };
}

test("an own message comes back with its tracingId, on all sockets", async () => {
  const simulator = await start(quiet);
  const guest = await join(simulator);
  const other = await join(simulator, { token: guest.token });
  const tracingId = guest.say("hello", { metadata: { customMessageId: "m-1" } });
  const frame = await guest.next();
  expect(frame).toEqual({
    type: "message",
    class: "StructuredMessage",
    code: 200,
    tracingId,
    body: {
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      type: "Text",
      text: "hello",
      direction: "Inbound",
      originatingEntity: "Human",
      channel: {
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        type: "Private",
        to: { id: DEPLOYMENT },
      },
      metadata: { customMessageId: "m-1" },
    },
  });
  expect(await other.next()).toEqual(frame);
});

test("answers to rich content come back with their content", async () => {
  const simulator = await start(quiet);
  const guest = await join(simulator);
  const content = [
    { contentType: "ButtonResponse", buttonResponse: { type: "QuickReply", text: "card", payload: "card" } },
  ];
  guest.send({ action: "onMessage", message: { type: "Structured", text: "card", content } });
  expect((await guest.next()).body).toMatchObject({ type: "Structured", direction: "Inbound", content });
});

const bytes = (count: number) => "é".repeat(count / 2);
test.each([
  ["4097 bytes of text", { text: `${bytes(4096)}x` }, 4011, "Message length 4097 is larger than 4096"],
  [
    "2049 bytes of attributes",
    { text: "a", channel: { metadata: { customAttributes: { k: `${bytes(2048)}` } } } },
    4013,
    "Custom Attributes in channel metadata is larger than 2048 bytes",
  ],
  [
    "an attribute that is no string",
    { text: "a", channel: { metadata: { customAttributes: { k: {} } } } },
    400,
    "Custom attributes must be strings",
  ],
  ["nothing", { text: "" }, 4020, "Required parameter message.text is missing"],
  ["another type", { type: "Receipt", text: "x" }, 400, "Message type Receipt is not supported"],
  [
    "two attachments",
    { text: "a", content: [1, 2].map((id) => ({ contentType: "Attachment", attachment: { id: String(id) } })) },
    400,
    "A message may have one attachment",
  ],
])("%s is refused", async (_what, message, code, body) => {
  const simulator = await start(quiet);
  const guest = await join(simulator);
  const tracingId = guest.say("", message);
  expect(await guest.next()).toEqual({ type: "response", class: "string", code, body, tracingId });
});

test("what is just allowed comes back", async () => {
  const simulator = await start(quiet);
  const guest = await join(simulator);
  guest.say(bytes(4096), { channel: { metadata: { customAttributes: { kk: bytes(2046) } } } });
  expect((await guest.next()).body.text).toBe(bytes(4096));
});

test("five messages a second and session, then 429 with a time to wait", async () => {
  const simulator = await start(quiet);
  const guest = await join(simulator);
  for (let i = 0; i < 5; i += 1) guest.say(String(i));
  for (let i = 0; i < 5; i += 1) expect((await guest.next()).body.text).toBe(String(i));
  const tracingId = guest.say("too much");
  expect(await guest.next()).toEqual({
    type: "response",
    class: "TooManyRequestsErrorMessage",
    code: 429,
    tracingId,
    body: { retryAfter: 1, errorCode: 4029, errorMessage: "Message rate too high for this session" },
  });
  simulator.advance(1);
  guest.say("again");
  expect((await guest.next()).body.text).toBe("again");
});

test("sixty frames a minute and connection, then 429", async () => {
  const simulator = await start(quiet);
  const guest = await join(simulator);
  for (let i = 0; i < 59; i += 1) guest.send(typing);
  guest.send(typing);
  expect(await guest.next()).toMatchObject({
    class: "TooManyRequestsErrorMessage",
    body: { errorMessage: "Request rate too high for this connection" },
  });
  simulator.advance(60);
  expect(await guest.drain()).toEqual([]);
});

test("sixty configures a minute and session, over connections", async () => {
  const simulator = await start(quiet);
  const guest = await join(simulator);
  for (let i = 0; i < 30; i += 1) await guest.configure();
  const other = await join(simulator, { token: guest.token });
  for (let i = 0; i < 28; i += 1) expect((await other.configure()).code).toBe(200);
  expect(await other.configure()).toMatchObject({
    code: 429,
    body: { errorMessage: "Configure rate too high for this session" },
  });
});

test("echo answers with the session's time, twice a minute", async () => {
  const simulator = await start({ ...quiet, sessionDuration: 900 });
  const guest = await join(simulator);
  const echo = { action: "echo", tracingId: "SGVhbHRoQ2hlY2tNZXNzYWdlSWQ=", message: { type: "Text", text: "ping" } };
  guest.send(echo);
  const frame = await guest.next();
  expect(frame).toMatchObject({
    type: "response",
    class: "StructuredMessage",
    code: 200,
    tracingId: "SGVhbHRoQ2hlY2tNZXNzYWdlSWQ=",
    body: { type: "Text", text: "ping", direction: "Inbound", metadata: { durationSeconds: "900" } },
  });
  expect(Number(frame.body.metadata.expirationDate)).toBeGreaterThan(simulator.now() / 1000 + 890);
  guest.send(echo);
  await guest.next();
  guest.send(echo);
  expect(await guest.next()).toMatchObject({ class: "TooManyRequestsErrorMessage", code: 429 });
  expect(simulator.sessions()[0]?.messages).toBe(0);
});

test("Join and typing: Join comes back, typing does not", async () => {
  const simulator = await start(quiet);
  const guest = await join(simulator);
  const tracingId = guest.send(presence("Join"));
  expect(await guest.next()).toMatchObject({
    type: "message",
    tracingId,
    body: { type: "Event", direction: "Inbound", events: [{ eventType: "Presence", presence: { type: "Join" } }] },
  });
  guest.send(typing);
  expect(await guest.drain()).toEqual([]);
  guest.send(presence("Disconnect"));
  expect(await guest.next()).toMatchObject({ class: "string", code: 403 });
});

test("history: newest first, in pages, events too, by the one-minute JWT", async () => {
  const simulator = await start(quiet);
  const guest = await join(simulator);
  guest.send(presence("Join"));
  await guest.next();
  for (let i = 1; i <= 26; i += 1) {
    simulator.say({ text: `m${i}` });
    await guest.next();
  }
  const { status, headers, body, jwt, exp } = await history(guest, simulator.url);
  expect(status).toBe(200);
  expect(headers.get("access-control-allow-origin")).toBe("*");
  expect(exp - simulator.now() / 1000).toBeLessThanOrEqual(60);
  expect(body).toMatchObject({ pageSize: 25, pageNumber: 1, total: 27, pageCount: 2 });
  expect(body.entities.map((one: Frame) => one.text).slice(0, 3)).toEqual(["m26", "m25", "m24"]);
  const second = await history(guest, simulator.url, "?pageNumber=2&pageSize=25");
  expect(second.body.entities).toHaveLength(2);
  expect(second.body.entities[1]).toMatchObject({ type: "Event", events: [{ eventType: "Presence" }] });
  expect((await history(guest, simulator.url, "?pageSize=0")).status).toBe(400);
  simulator.advance(61);
  const late = await call(simulator, "GET", "/api/v2/webmessaging/messages", undefined, {
    authorization: `Bearer ${jwt}`,
  });
  expect(late.status).toBe(401);
});

test("history: ten reads a minute, then 429 with CORS", async () => {
  const simulator = await start(quiet);
  const guest = await join(simulator);
  for (let i = 0; i < 10; i += 1) expect((await history(guest, simulator.url)).status).toBe(200);
  const refused = await history(guest, simulator.url);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(refused.headers.get("access-control-allow-origin")).toBe("*");
});

test("a guest token does not read the history", async () => {
  const simulator = await start();
  const guest = await join(simulator);
  const refused = await call(simulator, "GET", "/api/v2/webmessaging/messages", undefined, {
    authorization: `Bearer ${guest.token}`,
  });
  expect(refused.status).toBe(401);
});

test("what was said while nobody was connected is only in the history", async () => {
  const simulator = await start(quiet);
  const guest = await join(simulator);
  guest.close();
  await guest.closed;
  await expect.poll(() => simulator.sessions()[0]?.sockets).toBe(0);
  simulator.say({ text: "are you there?" });
  const again = await join(simulator, { token: guest.token });
  expect(await again.drain()).toEqual([]);
  expect((await history(again, simulator.url)).body.entities[0]).toMatchObject({
    text: "are you there?",
    direction: "Outbound",
  });
});

test("the agent greets on Join, shows typing, and answers in order", async () => {
  const simulator = await start();
  const guest = await join(simulator);
  guest.send(presence("Join"));
  expect((await guest.until(isTyping)).body).toMatchObject({
    direction: "Outbound",
    events: [{ typing: { type: "On", duration: 5000 } }],
  });
  const hello = await guest.until(isText);
  expect(hello.body).toMatchObject({
    type: "Text",
    direction: "Outbound",
    originatingEntity: "Human",
    channel: { from: { nickname: "Robin" } },
  });
  guest.say("where is my order");
  const texts = [await guest.until(isText), await guest.until(isText)].map((frame) => frame.body.text);
  expect(texts).toEqual(["where is my order", "You wrote: where is my order"]);
});

test("the agent greets on the first message when nobody joined", async () => {
  const simulator = await start();
  const guest = await join(simulator);
  guest.say("hi");
  simulator.advance(0);
  await guest.until((frame) => frame.body.text === "hi");
  simulator.advance(5);
  const texts = (await guest.drain()).filter(isText).map((frame) => frame.body.text);
  expect(texts).toEqual(["Hello, this is Robin. How can I help?", "You wrote: hi"]);
});

test.each([
  ["menu", "QuickReply", "quickReply"],
  ["card", "Card", "card"],
  ["carousel", "Carousel", "carousel"],
  ["image", "Attachment", "attachment"],
  ["file", "Attachment", "attachment"],
  ["date", "DatePicker", "datePicker"],
  ["list", "ListPicker", "listPicker"],
])("%s gets rich content", async (word, contentType, field) => {
  const simulator = await start();
  const guest = await join(simulator);
  guest.say(`the ${word}, please`);
  await guest.next();
  simulator.advance(5);
  const shown = (await guest.drain()).find((frame) => frame.body.content);
  expect(shown.body).toMatchObject({ direction: "Outbound", originatingEntity: "Bot" });
  expect(shown.body.content[0]).toMatchObject({ contentType, [field]: expect.any(Object) });
});

test("a quick reply is heard as its words, another choice is noted", async () => {
  const simulator = await start();
  const guest = await join(simulator);
  const choose = (type: string, payload: string) =>
    guest.send({
      action: "onMessage",
      message: {
        type: "Text",
        text: "",
        content: [{ contentType: "ButtonResponse", buttonResponse: { type, text: "Tea", payload } }],
      },
    });
  choose("QuickReply", "card");
  await guest.until((frame) => frame.body.content?.[0]?.contentType === "Card");
  choose("Button", "order-assam");
  await guest.until((frame) => frame.body.text === "Thank you, I have noted: Tea");
});

test("pictures and files that the agent shows are served", async () => {
  const simulator = await start();
  for (const name of ["assam.svg", "sencha.svg", "rooibos.svg", "teapot.svg", "prices.txt"]) {
    const { status, headers } = await call(simulator, "GET", `/media/${name}`);
    expect([status, headers.get("access-control-allow-origin")]).toEqual([200, "*"]);
  }
});

test.each([
  ["long", (text: string) => text.length === 4000],
  ["markdown", (text: string) => text.includes("**Opening hours**")],
])("%s gets its text", async (word, fits) => {
  const simulator = await start();
  const guest = await join(simulator);
  guest.say(word);
  await guest.until((frame) => isText(frame) && frame.body.direction === "Outbound" && fits(frame.body.text));
});

test("bye: the agent leaves; the next message starts a conversation again", async () => {
  const simulator = await start();
  const guest = await join(simulator);
  const before = simulator.sessions()[0]?.conversationId;
  guest.say("bye");
  const left = await guest.until((frame) => frame.body.events?.[0]?.presence?.type === "Disconnect");
  expect(left.body).toMatchObject({ direction: "Outbound", metadata: { readOnly: "false" } });
  guest.say("one more thing");
  await guest.until((frame) => isText(frame) && frame.body.text === "Hello, this is Robin. How can I help?");
  expect(simulator.sessions()[0]?.conversationId).not.toBe(before);
});

test("bye on a read-only deployment: no more messages until a new conversation", async () => {
  const simulator = await start({ readOnly: true });
  const guest = await join(simulator);
  guest.say("bye");
  const left = await guest.until((frame) => frame.body.events?.[0]?.presence?.type === "Disconnect");
  expect(left.body.metadata.readOnly).toBe("true");
  guest.say("one more thing");
  expect(await guest.next()).toMatchObject({ class: "string", code: 409 });
  expect((await guest.configure()).body).toMatchObject({ newSession: false, readOnly: true });
  guest.send({ action: "closeSession", closeAllConnections: true });
  expect((await guest.next()).body).toMatchObject({ connected: false, readOnly: true });
  expect((await guest.configure({ startNew: true })).body).toMatchObject({ newSession: true, readOnly: false });
  guest.say("hello again");
  expect((await guest.next()).body.text).toBe("hello again");
});

test("say: text, content, events; to the last configured session or to a named one", async () => {
  const simulator = await start(quiet);
  expect((await call(simulator, "POST", "/_sim/say", { text: "hello?" })).status).toBe(400);
  const first = await join(simulator);
  const second = await join(simulator);
  await call(simulator, "POST", "/_sim/say", { text: "to the second" });
  expect((await second.next()).body).toMatchObject({
    type: "Text",
    text: "to the second",
    direction: "Outbound",
    metadata: { correlationId: expect.any(String) },
  });
  const content = [{ contentType: "QuickReply", quickReply: { text: "Yes", payload: "yes", action: "Message" } }];
  await call(simulator, "POST", "/_sim/say", { text: "Well?", content, session: first.token });
  expect((await first.next()).body).toMatchObject({ type: "Structured", text: "Well?", content });
  simulator.say({
    events: [{ eventType: "Presence", presence: { type: "Disconnect" } }],
    session: String(simulator.sessions()[0]?.id),
  });
  expect((await first.next()).body).toMatchObject({ type: "Event", events: [{ presence: { type: "Disconnect" } }] });
  expect(() => simulator.say({ text: "x", session: "nobody" })).toThrow("no session nobody");
  expect(() => simulator.say({})).toThrow("say needs text, content or events");
});

test("say: as somebody else, as a bot, with metadata; anything that is not of that form is refused", async () => {
  const simulator = await start(quiet);
  const guest = await join(simulator);
  const from = { nickname: "Ann", image: "https://example.com/ann.png" };
  simulator.say({ text: "hi", from, entity: "Bot", metadata: { parentMessageId: "p" } });
  expect((await guest.next()).body).toMatchObject({
    originatingEntity: "Bot",
    channel: { from },
    metadata: { parentMessageId: "p", correlationId: expect.any(String) },
  });
  expect(() => simulator.say({ text: "x", from: "Ann" } as never)).toThrow("from must be an object of strings");
  expect(() => simulator.say({ text: "x", metadata: { a: 1 } } as never)).toThrow("metadata must be an object");
  expect(() => simulator.say({ text: "x", entity: "Cat" } as never)).toThrow("entity must be Human or Bot");
});

test("send: a frame as it is, to every connection of a session", async () => {
  const simulator = await start(quiet);
  expect(() => simulator.send({})).toThrow("no session has been configured yet");
  const guest = await join(simulator);
  const tab = await join(simulator, { token: guest.token });
  const frame = { type: "message", class: "OfALaterVersion", code: 299, body: [1] };
  await call(simulator, "POST", "/_sim/send", { frame, session: guest.token });
  for (const one of [guest, tab]) expect(await one.next()).toEqual(frame);
});

test("a fault's body with a class is the whole answer of a frame", async () => {
  const simulator = await start(quiet);
  const guest = await join(simulator);
  const frame = { type: "response", class: "JwtResponse", code: 200, body: { jwt: "j", exp: 1 } };
  simulator.fault({ path: "/v1/getJwt", times: 1, body: frame });
  const tracingId = guest.send({ action: "getJwt" });
  expect(await guest.next()).toEqual({ ...frame, tracingId });
});

test("frames are written down", async () => {
  const simulator = await start(quiet);
  const guest = await join(simulator);
  guest.say("hello");
  await guest.next();
  expect(simulator.frames()).toMatchObject([
    { connection: 1, frame: { action: "configureSession", token: guest.token } },
    { connection: 1, frame: { action: "onMessage", message: { text: "hello" } } },
  ]);
  expect((await call(simulator, "GET", "/_sim/frames")).body).toEqual(simulator.frames());
});
