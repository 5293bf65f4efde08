import { readFile } from "node:fs/promises";
import { createConversation, type MessagingError } from "@guestpass/messaging";
import { describe, expect, it } from "vitest";
import { VERSION } from "../src/version.js";
import { CONFIG, DEPLOYMENT, platform, texts, visitor } from "./rig.js";
import { agentSays, echoOf, scripted, session } from "./scripted.js";

describe("a conversation", () => {
  it("configures a new session, sends a text and resolves with the platform's echo", async () => {
    const simulator = await platform();
    const { conversation, ears } = visitor(simulator.url);
    expect(conversation.state).toBe("none");
    await conversation.connect();
    expect(conversation.state).toBe("open");
    expect(ears.of("started").map((event) => event.newSession)).toEqual([true]);
    const { id } = await conversation.send("Good morning");
    expect(conversation.transcript).toMatchObject([
      { id, direction: "sent", status: "delivered", text: "Good morning" },
    ]);
    expect(ears.of("message").map((event) => event.message.text)).toEqual(["Good morning"]);
    expect(ears.of("state").map((event) => event.state)).toEqual(["connecting", "open"]);
  });

  it("names itself in the socket's URL and keeps the token out of it", async () => {
    const simulator = await platform();
    const { conversation, token } = visitor(simulator.url);
    await conversation.connect();
    const upgrade = simulator.requests().find((request) => request.path === "/v1");
    expect(upgrade?.query).toEqual({ deploymentId: DEPLOYMENT, application: `Guestpass-${VERSION}` });
    expect(JSON.stringify(upgrade)).not.toContain(token);
    const manifest = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
    expect(VERSION).toBe(manifest.version);
  });

  it("hears the agent", async () => {
    const simulator = await platform();
    const { conversation, ears } = visitor(simulator.url);
    await conversation.connect();
    simulator.say({ text: "What can I do for you?" });
    const { message } = await ears.next("message", 0);
    expect(message).toMatchObject({
      direction: "received",
      text: "What can I do for you?",
      from: { name: "Robin", bot: false },
    });
    expect(texts(conversation)).toEqual(["What can I do for you?"]);
  });

  it("resumes a session with its history, oldest first, and announces none of it", async () => {
    const simulator = await platform();
    const first = visitor(simulator.url);
    await first.conversation.send("one");
    simulator.say({ text: "two" });
    await first.ears.until(() => texts(first.conversation).length === 2);
    first.conversation.disconnect();

    const again = visitor(simulator.url, { getToken: async () => ({ token: first.token, tokenType: "uuid" }) });
    await again.conversation.connect();
    expect(texts(again.conversation)).toEqual(["one", "two"]);
    expect(again.ears.of("message")).toEqual([]);
    expect(again.ears.of("started").map((event) => event.newSession)).toEqual([false]);
  });

  it("loads older pages one after the other until there are none", async () => {
    const simulator = await platform();
    const first = visitor(simulator.url);
    await first.conversation.connect();
    for (let number = 1; number <= 60; number += 1) simulator.say({ text: `message ${number}` });
    await first.ears.until(() => first.conversation.transcript.length === 60);
    first.conversation.dispose();

    const { conversation } = visitor(simulator.url, {
      getToken: async () => ({ token: first.token, tokenType: "uuid" }),
    });
    await conversation.connect();
    expect(conversation.transcript).toHaveLength(25);
    expect(conversation.hasOlder).toBe(true);
    const asked = simulator.requests().length;
    await Promise.all([conversation.loadOlder(), conversation.loadOlder()]);
    expect(simulator.requests()).toHaveLength(asked + 1);
    expect(conversation.transcript).toHaveLength(50);
    await conversation.loadOlder();
    expect(texts(conversation)).toEqual(Array.from({ length: 60 }, (_, index) => `message ${index + 1}`));
    expect(conversation.hasOlder).toBe(false);
  });

  it("talks on when the history is refused", async () => {
    const simulator = await platform();
    const first = visitor(simulator.url);
    await first.conversation.send("before");
    first.conversation.dispose();
    simulator.fault({ path: "/api/v2/webmessaging/messages", status: 403 });
    const { conversation, ears } = visitor(simulator.url, {
      getToken: async () => ({ token: first.token, tokenType: "uuid" }),
    });
    await conversation.connect();
    await conversation.send("after");
    expect(texts(conversation)).toEqual(["after"]);
    expect(ears.of("error")).toEqual([]);
  });

  it("opens itself when somebody speaks first", async () => {
    const simulator = await platform();
    const { conversation } = visitor(simulator.url);
    const { id } = await conversation.send("Anybody there?");
    expect(conversation.transcript[0]).toMatchObject({ id, status: "delivered" });
  });

  it("refuses a text of more than 4096 bytes before anything is sent", async () => {
    const simulator = await platform();
    const { conversation } = visitor(simulator.url);
    await conversation.connect();
    const sent = simulator.frames().length;
    await expect(conversation.send("é".repeat(2049))).rejects.toMatchObject({
      code: "message_too_long",
      retryable: false,
    });
    await expect(conversation.send("x", { attributes: { key: "v".repeat(2048) } })).rejects.toMatchObject({
      code: "attributes_too_large",
    });
    await expect(conversation.send("  ")).rejects.toThrow(TypeError);
    expect(conversation.transcript).toEqual([]);
    expect(simulator.frames()).toHaveLength(sent);
    await conversation.send("é".repeat(2048));
    expect(conversation.transcript).toHaveLength(1);
  });

  it("sends custom attributes with the first message, and a message's own besides", async () => {
    const simulator = await platform();
    const { conversation, ears } = visitor(simulator.url, { customAttributes: { page: "/cart", plan: "gold" } });
    await conversation.connect();
    await conversation.send("one", { attributes: { page: "/pay" } });
    await conversation.send("two");
    simulator.dropSockets();
    await ears.until(() => conversation.state === "reconnecting");
    await conversation.send("three");
    const attributes = simulator
      .frames()
      .map(
        ({ frame }) => frame as { action: string; message: { channel?: { metadata: { customAttributes: unknown } } } },
      )
      .filter((frame) => frame.action === "onMessage")
      .map((frame) => frame.message.channel?.metadata.customAttributes);
    expect(attributes).toEqual([{ page: "/pay", plan: "gold" }, undefined, undefined]);
  });

  it("joins a new session by itself where the deployment says so, and only a new one", async () => {
    const simulator = await platform({ autoStart: true });
    const config = { ...CONFIG, autoStart: true };
    const { conversation, ears } = visitor(simulator.url, { config });
    await conversation.connect();
    await ears.until(() => ears.of("presence").length === 1);
    simulator.dropSockets();
    await ears.next("state", 2);
    await conversation.connect();
    await conversation.send("hello");
    const joins = simulator.frames().filter(({ frame }) => JSON.stringify(frame).includes('"Join"'));
    expect(joins).toHaveLength(1);
  });

  it("does not join what the platform has started by itself", async () => {
    const peer = await scripted((frame, guest) => {
      if (frame.action === "configureSession") guest.say(session(frame, { autoStarted: true }));
      else guest.say(echoOf(frame));
    });
    const { conversation } = visitor(peer.url, { config: { ...CONFIG, autoStart: true } });
    await conversation.send("hello");
    expect(peer.frames.map((frame) => frame.message?.type)).toEqual([undefined, "Text"]);
  });

  it("starts once, however often the platform says so", async () => {
    const peer = await scripted((frame, guest) => {
      if (frame.action !== "configureSession") return guest.say(echoOf(frame));
      guest.say(session(frame));
      guest.say(session(frame));
    });
    const { conversation, ears } = visitor(peer.url, { config: { ...CONFIG, autoStart: true } });
    await conversation.send("hello");
    expect(ears.of("started")).toHaveLength(1);
    expect(peer.frames.filter((frame) => frame.message?.type === "Event")).toHaveLength(1);
  });

  it("reads rich content with what is loaded for it, and what came after it waits for its turn", async () => {
    const card = { contentType: "Card", card: { title: "Assam", actions: [] } };
    const rich = { ...agentSays("", "rich").body, type: "Structured", content: [card] };
    const peer = await scripted((frame, guest) => {
      if (frame.action !== "configureSession") return;
      guest.say(session(frame));
      guest.say(agentSays("before"));
      guest.say({ ...agentSays(""), body: rich });
      guest.say(agentSays("after"));
      guest.say({ ...agentSays(""), body: { ...rich, id: "rich-2" } });
    });
    const { conversation, ears } = visitor(peer.url);
    await conversation.connect();
    await ears.until(() => ears.of("message").length === 4);
    const said = ears.of("message").map(({ message }) => message.text || message.content);
    expect(said).toEqual(["before", [card], "after", [card]]);
  });

  it("shows the agent typing for as long as the platform says, until words come", async () => {
    const simulator = await platform();
    const { conversation, ears, clock } = visitor(simulator.url);
    await conversation.connect();
    const typing = { events: [{ eventType: "Typing", typing: { type: "On", duration: 3000 } }] };
    simulator.say(typing);
    await ears.next("typing", 0);
    expect(conversation.agentTyping).toBe(true);
    clock.advance(2999);
    expect(conversation.agentTyping).toBe(true);
    clock.advance(1);
    expect(conversation.agentTyping).toBe(false);
    simulator.say(typing);
    await ears.next("typing", 2);
    simulator.say({ text: "Here I am" });
    await ears.next("typing", 3);
    expect(ears.of("typing").map((event) => event.active)).toEqual([true, false, true, false]);
  });

  it("keeps the agent's typing to itself where the deployment wants that", async () => {
    const simulator = await platform();
    const { conversation, ears } = visitor(simulator.url, { config: { ...CONFIG, showAgentTyping: false } });
    await conversation.connect();
    simulator.say({ events: [{ eventType: "Typing", typing: { type: "On", duration: 3000 } }] });
    simulator.say({ text: "words" });
    await ears.next("message", 0);
    expect(ears.of("typing")).toEqual([]);
  });

  it("tells of the guest's typing at most once in 5 s", async () => {
    const simulator = await platform();
    const { conversation, clock } = visitor(simulator.url);
    conversation.typing();
    await conversation.connect();
    for (let key = 0; key < 10; key += 1) conversation.typing();
    clock.advance(4999);
    conversation.typing();
    clock.advance(1);
    conversation.typing();
    await conversation.send("done");
    expect(simulator.frames().filter(({ frame }) => JSON.stringify(frame).includes('"Typing"'))).toHaveLength(2);
  });

  it("keeps the token out of every event, error and the transcript", async () => {
    const simulator = await platform();
    const { conversation, ears, token } = visitor(simulator.url);
    await conversation.connect();
    await conversation.send("hello");
    simulator.fault({ path: "/v1", status: 403 });
    simulator.dropSockets();
    await ears.until(() => conversation.state === "reconnecting");
    conversation.dispose();
    const error: MessagingError = await conversation.send("x").catch((reason) => reason);
    expect(error.code).toBe("aborted");
    expect(JSON.stringify([ears.heard, conversation.transcript, String(error.stack)])).not.toContain(token);
  });
});

describe("answers to rich content", () => {
  it("go as ButtonResponse and Form in the stock Messenger's form", async () => {
    const simulator = await platform();
    const { conversation } = visitor(simulator.url);
    await conversation.connect();
    await conversation.respond({ kind: "quick-reply", text: "Yes", payload: "yes" });
    await conversation.respond({ kind: "postback", text: "Order", payload: "order-1" });
    await conversation.respond({ kind: "date", messageId: "m1", dateTime: "2026-12-01T09:00:00.000Z" });
    await conversation.respond({
      kind: "list",
      messageId: "m2",
      items: [
        { text: "Black", payload: "black" },
        { text: "Green", payload: "green" },
      ],
    });
    await conversation.respond({
      kind: "form",
      messageId: "m3",
      response: [{ id: "name", value: "Ann" }],
      text: "Sent",
    });
    const messages = simulator
      .frames()
      .map(({ frame }) => frame as { action: string; message: Record<string, unknown> })
      .filter((frame) => frame.action === "onMessage")
      .map((frame) => frame.message);
    const metadata = expect.objectContaining({ customMessageId: expect.any(String) });
    expect(messages).toEqual([
      {
        type: "Structured",
        text: "Yes",
        metadata,
        content: [
          { contentType: "ButtonResponse", buttonResponse: { type: "QuickReply", text: "Yes", payload: "yes" } },
        ],
      },
      {
        type: "Structured",
        text: "Order",
        metadata,
        content: [
          { contentType: "ButtonResponse", buttonResponse: { type: "Button", text: "Order", payload: "order-1" } },
        ],
      },
      {
        type: "Structured",
        text: "2026-12-01T09:00:00.000Z",
        metadata: expect.objectContaining({ parentMessageId: "m1" }),
        content: [
          {
            contentType: "ButtonResponse",
            buttonResponse: {
              type: "DatePicker",
              text: "2026-12-01T09:00:00.000Z",
              payload: "2026-12-01T09:00:00.000Z",
              originatingMessageId: "m1",
            },
          },
        ],
      },
      {
        type: "Structured",
        text: "Black, Green",
        metadata: expect.objectContaining({ parentMessageId: "m2" }),
        content: ["Black", "Green"].map((text) => ({
          contentType: "ButtonResponse",
          buttonResponse: { type: "ListPicker", text, payload: text.toLowerCase(), originatingMessageId: "m2" },
        })),
      },
      {
        type: "Structured",
        text: "Sent",
        metadata: expect.objectContaining({ parentMessageId: "m3" }),
        content: [
          { contentType: "Form", form: { originatingMessageId: "m3", response: [{ id: "name", value: "Ann" }] } },
        ],
      },
    ]);
    expect(texts(conversation)).toEqual(["Yes", "Order", "2026-12-01T09:00:00.000Z", "Black, Green", "Sent"]);
  });
});

describe("options", () => {
  const good = {
    deploymentId: DEPLOYMENT,
    urls: { socket: "wss://example.com/v1", api: "https://example.com" },
    guestApi: "web-messaging",
    getToken: async () => ({ token: "t", tokenType: "uuid" as const }),
  };

  it.each([
    ["deploymentId", { deploymentId: "" }],
    ["guestApi", { guestApi: 7 }],
    ["getToken", { getToken: "token" }],
    ["urls.socket", { urls: { socket: "https://example.com", api: "https://example.com" } }],
    ["urls.api", { urls: { socket: "wss://example.com/v1", api: "example.com" } }],
    ["urls.socket", { urls: undefined }],
  ])("%s is checked", (name, change) => {
    expect(() => createConversation({ ...good, ...change } as never)).toThrow(new RegExp(name.replace(".", "\\.")));
  });

  it("refuses custom attributes that the platform would refuse", () => {
    const customAttributes = { key: "ü".repeat(1023) };
    expect(() => createConversation({ ...good, customAttributes })).toThrow(
      expect.objectContaining({ code: "attributes_too_large" }),
    );
  });

  it("touches nothing when it is made", () => {
    const conversation = createConversation({
      ...good,
      getToken: () => {
        throw new Error("asked too early");
      },
    });
    expect(conversation.state).toBe("none");
    conversation.dispose();
  });

  it("says what to do where there is no WebSocket", async () => {
    const { WebSocket } = globalThis as { WebSocket?: unknown };
    Reflect.deleteProperty(globalThis, "WebSocket");
    try {
      const conversation = createConversation(good);
      await expect(conversation.connect()).rejects.toMatchObject({
        code: "unsupported",
        message: expect.stringContaining("ports.createSocket"),
      });
      expect(conversation.state).toBe("closed");
      conversation.dispose();
    } finally {
      if (WebSocket) Object.assign(globalThis, { WebSocket });
    }
  });
});
