import { MessagingError } from "@guestpass/messaging";
import { describe, expect, it } from "vitest";
import { nodeSocket, platform, texts, visitor } from "./rig.js";
import { agentSays, echoOf, type Guest, scripted, session } from "./scripted.js";

describe("after a lost connection", () => {
  it("comes back to the same session, and what was said meanwhile is news", async () => {
    const simulator = await platform();
    const { conversation, ears, clock, token } = visitor(simulator.url, { ports: { random: () => 0.5 } });
    await conversation.send("before");
    simulator.dropSockets();
    await ears.until(() => conversation.state === "reconnecting");
    simulator.say({ text: "while you were away" });
    clock.advance(249);
    expect(conversation.state).toBe("reconnecting");
    clock.advance(1);
    await ears.until(() => texts(conversation).length === 2);
    expect(conversation.state).toBe("open");
    expect(texts(conversation)).toEqual(["before", "while you were away"]);
    expect(ears.of("message").map((event) => event.message.text)).toEqual(["before", "while you were away"]);
    const configures = simulator
      .frames()
      .map(({ frame }) => frame as { action: string; token: string; startNew: boolean })
      .filter((frame) => frame.action === "configureSession");
    expect(configures.map((frame) => [frame.token, frame.startNew])).toEqual([
      [token, false],
      [token, false],
    ]);
  });

  it("fetches as many pages as were missed", async () => {
    const simulator = await platform();
    const { conversation, ears, clock } = visitor(simulator.url, { ports: { random: () => 0.9 } });
    await conversation.send("hello");
    simulator.dropSockets();
    await ears.until(() => conversation.state === "reconnecting");
    for (let number = 1; number <= 80; number += 1) simulator.say({ text: `missed ${number}` });
    clock.advance(1000);
    await ears.until(() => conversation.transcript.length === 81);
    expect(texts(conversation)).toEqual(["hello", ...Array.from({ length: 80 }, (_, index) => `missed ${index + 1}`)]);
    expect(ears.of("message")).toHaveLength(81);
  });

  it("sends what was said while it was down, once, in order", async () => {
    const simulator = await platform();
    const { conversation, ears, clock } = visitor(simulator.url, { ports: { random: () => 0.9 } });
    await conversation.connect();
    simulator.dropSockets();
    await ears.until(() => conversation.state === "reconnecting");
    const sent = [conversation.send("one"), conversation.send("two")];
    expect(conversation.transcript.map((message) => message.status)).toEqual(["sending", "sending"]);
    clock.advance(1000);
    const ids = await Promise.all(sent);
    expect(conversation.transcript.map((message) => message.id)).toEqual(ids.map(({ id }) => id));
    expect(simulator.sessions()[0]?.messages).toBe(2);
    expect(texts(conversation)).toEqual(["one", "two"]);
  });

  it("does not repeat a message that arrived although its echo was lost", async () => {
    const simulator = await platform();
    let deaf = false;
    const { conversation, ears } = visitor(simulator.url, {
      ports: {
        createSocket(url) {
          const socket = nodeSocket(url);
          const listen = socket.addEventListener.bind(socket) as (
            type: string,
            listener: (event: never) => void,
          ) => void;
          Object.assign(socket, {
            addEventListener: (type: string, listener: (event: never) => void) =>
              listen(type, (event) => (deaf && type === "message" ? undefined : listener(event))),
          });
          return socket;
        },
      },
    });
    await conversation.connect();
    deaf = true;
    const sent = conversation.send("only once");
    await expect.poll(() => simulator.sessions()[0]?.messages).toBe(1);
    simulator.dropSockets();
    await ears.until(() => conversation.state === "reconnecting");
    deaf = false;
    const { id } = await sent;
    expect(simulator.sessions()[0]?.messages).toBe(1);
    expect(conversation.transcript).toMatchObject([{ id, status: "delivered", text: "only once" }]);
    expect(ears.of("message")).toHaveLength(1);
  });

  it("recognises its own message in a history that keeps no ids of ours, each of two equal ones", async () => {
    const entities: unknown[] = [];
    const platform = await scripted(
      (frame, guest) => {
        if (frame.action === "configureSession") guest.say(session(frame, { newSession: guest.number === 1 }));
        if (frame.action === "getJwt") {
          guest.say({
            type: "response",
            class: "JwtResponse",
            code: 200,
            tracingId: frame.tracingId,
            body: { jwt: "j", exp: 9e9 },
          });
        }
        if (frame.action !== "onMessage") return;
        if (guest.number > 1) return guest.say(echoOf(frame));
        const { body } = echoOf(frame);
        if (frame.message?.text === "lost") return guest.cut();
        entities.unshift({ ...body, metadata: {} });
      },
      () => ({ status: 200, body: { entities, pageNumber: 1, pageSize: 25, total: entities.length, pageCount: 1 } }),
    );
    const { conversation } = visitor(platform.url);
    await conversation.connect();
    await Promise.all(["ok", "ok", "lost"].map((text) => conversation.send(text)));
    expect(texts(conversation)).toEqual(["ok", "ok", "lost"]);
    const again = platform.frames.filter((frame) => frame.connection === 2 && frame.action === "onMessage");
    expect(again.map((frame) => frame.message?.text)).toEqual(["lost"]);
  });

  it("lets a message fail that nobody can tell about, and sends it again when asked to", async () => {
    const platform = await scripted((frame, guest) => {
      if (frame.action === "configureSession") guest.say(session(frame, { newSession: guest.number === 1 }));
      if (frame.action === "getJwt") {
        guest.say({
          type: "response",
          class: "JwtResponse",
          code: 200,
          tracingId: frame.tracingId,
          body: { jwt: "j", exp: 9e9 },
        });
      }
      if (frame.action !== "onMessage") return;
      if (guest.number === 1) guest.cut();
      else guest.say(echoOf(frame));
    });
    const { conversation } = visitor(platform.url);
    await conversation.connect();
    const error = await conversation.send("in doubt").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MessagingError);
    expect(error).toMatchObject({ code: "socket_closed", retryable: true });
    const [failed] = conversation.transcript;
    expect(failed).toMatchObject({ status: "failed", error: { code: "socket_closed" } });
    await expect(conversation.retry("unknown")).rejects.toThrow(TypeError);
    await conversation.retry(failed?.id ?? "");
    expect(conversation.transcript).toMatchObject([{ id: failed?.id, status: "delivered", text: "in doubt" }]);
    expect(conversation.transcript[0]).not.toHaveProperty("error");
  });

  it("tries on without end, slower and slower, and says so once", async () => {
    const { conversation, ears, clock } = visitor("http://127.0.0.1:9", { ports: { random: () => 0.999 } });
    const connected = conversation.connect();
    const waits: number[] = [];
    while (waits.length < 9) {
      await expect.poll(() => clock.waits.length).toBe(waits.length + 1);
      const wait = clock.waits.at(-1) ?? 0;
      waits.push(wait);
      clock.advance(wait);
    }
    expect(waits).toEqual([500, 999, 1998, 3996, 7992, 15_984, 29_970, 29_970, 29_970]);
    expect(ears.of("error").map(({ error }) => [error.code, error.retryable])).toEqual([["socket_refused", true]]);
    expect(conversation.state).toBe("connecting");
    conversation.disconnect();
    await expect(connected).rejects.toMatchObject({ code: "aborted" });
    expect(conversation.state).toBe("none");
  });

  it("waits for the network while there is none, and comes back with it at once", async () => {
    const simulator = await platform();
    const { conversation, ears, clock, online } = visitor(simulator.url);
    await conversation.connect();
    online.set(false);
    simulator.dropSockets();
    await ears.until(() => conversation.state === "reconnecting");
    const upgrades = () => simulator.requests().filter((request) => request.path === "/v1").length;
    clock.advance(29_000);
    expect(upgrades()).toBe(1);
    online.set(true);
    await ears.until(() => conversation.state === "open");
    expect(upgrades()).toBe(2);
  });

  it("asks for a live token before each connection and uses the newest", async () => {
    const simulator = await platform();
    let asked = 0;
    const { conversation, ears, token } = visitor(simulator.url, {
      getToken: async () => {
        asked += 1;
        return { token, tokenType: "uuid" };
      },
    });
    await conversation.connect();
    simulator.dropSockets();
    await ears.next("state", 3);
    expect(asked).toBe(2);
  });

  it("asks again when a token cannot be had for now, and stops when it never can", async () => {
    const simulator = await platform();
    const answers = [new Error("offline"), Object.assign(new Error("refused"), { retryable: false })];
    const { conversation, ears } = visitor(simulator.url, {
      getToken: async () => {
        throw answers.shift();
      },
    });
    const error: MessagingError = await conversation.connect().catch((reason) => reason);
    expect(error).toMatchObject({ code: "socket_refused", retryable: false, cause: { message: "refused" } });
    expect(answers).toEqual([]);
    expect(conversation.state).toBe("none");
    expect(ears.of("error")).toHaveLength(1);
  });

  it("gives up a token that never comes", async () => {
    const simulator = await platform();
    let asked = 0;
    const { conversation, clock, token } = visitor(simulator.url, {
      getToken: () => {
        asked += 1;
        return asked === 1 ? new Promise(() => {}) : Promise.resolve({ token, tokenType: "uuid" });
      },
    });
    const connected = conversation.connect();
    clock.advance(60_000);
    await connected;
    expect(asked).toBe(2);
  });

  it("drops a connection whose session is not configured in 15 s", async () => {
    const platform = await scripted((frame, guest) => {
      if (guest.number > 1) guest.say(session(frame));
    });
    const { conversation, clock } = visitor(platform.url);
    const connected = conversation.connect();
    await platform.frame((frame) => frame.action === "configureSession");
    clock.advance(15_000);
    await connected;
    expect(platform.connections).toBe(2);
  });

  it("does not take frames of a connection that it has left", async () => {
    const guests: Guest[] = [];
    const platform = await scripted((frame, guest) => {
      guests.push(guest);
      guest.say(session(frame));
    });
    const { conversation, ears } = visitor(platform.url);
    await conversation.connect();
    conversation.disconnect();
    guests[0]?.say(agentSays("too late"));
    await conversation.connect();
    guests[1]?.say(agentSays("in time"));
    await ears.next("message", 0);
    expect(texts(conversation)).toEqual(["in time"]);
  });
});

describe("a line that may be dead", () => {
  const quiet = () =>
    scripted((frame, guest) => {
      if (frame.action === "configureSession") guest.say(session(frame));
      if (frame.action === "onMessage" && guest.number > 1) guest.say(echoOf(frame));
    });

  it("is asked by an echo after 40 s of silence, and left when it says nothing", async () => {
    const platform = await quiet();
    const { conversation, clock, ears } = visitor(platform.url);
    await conversation.connect();
    clock.advance(40_000);
    const echo = await platform.frame((frame) => frame.action === "echo");
    expect(echo).toMatchObject({ message: { type: "Text", text: "ping" }, tracingId: "SGVhbHRoQ2hlY2tNZXNzYWdlSWQ=" });
    clock.advance(6_000);
    await ears.until(() => conversation.state === "reconnecting");
    await ears.until(() => conversation.state === "open");
  });

  it("is asked at most twice a minute, and stays when it answers", async () => {
    const simulator = await platform();
    const { conversation, clock, visible } = visitor(simulator.url);
    await conversation.connect();
    const echoes = () => simulator.frames().filter(({ frame }) => JSON.stringify(frame).includes('"echo"')).length;
    for (let seconds = 0; seconds < 180; seconds += 5) {
      clock.advance(5_000);
      simulator.advance(5);
      visible.set(true);
      // Answers come in the order of the questions.
      await conversation.send("still here");
    }
    expect(echoes()).toBeGreaterThan(2);
    expect(echoes()).toBeLessThanOrEqual(6);
    expect(new Set(texts(conversation))).toEqual(new Set(["still here"]));
    expect(simulator.requests().filter((request) => request.path === "/v1")).toHaveLength(1);
  });

  it("is left alone while nobody looks, and asked when somebody does", async () => {
    const platform = await quiet();
    const { conversation, clock, visible } = visitor(platform.url);
    await conversation.connect();
    visible.set(false);
    clock.advance(3_600_000);
    expect(platform.frames.filter((frame) => frame.action === "echo")).toEqual([]);
    visible.set(true);
    await platform.frame((frame) => frame.action === "echo");
  });

  it("is left when a message has no echo in 10 s; the message goes again, and fails when that is in vain too", async () => {
    const platform = await scripted((frame, guest) => {
      if (frame.action === "configureSession") guest.say(session(frame, { newSession: true }));
    });
    const { conversation, clock, ears } = visitor(platform.url);
    await conversation.connect();
    const sent = conversation.send("hello?").catch((reason: unknown) => reason);
    await platform.frame((frame) => frame.action === "onMessage");
    clock.advance(10_000);
    await ears.until(() => conversation.state === "reconnecting");
    await platform.frame((frame) => frame.action === "onMessage" && frame.connection === 2);
    clock.advance(10_000);
    expect(await sent).toMatchObject({ code: "timeout", retryable: true });
    expect(platform.frames.filter((frame) => frame.action === "onMessage")).toHaveLength(2);
    expect(conversation.transcript).toMatchObject([{ status: "failed", error: { code: "timeout" } }]);
  });
});
