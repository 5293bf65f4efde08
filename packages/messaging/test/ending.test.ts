import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { CONFIG, type Ears, platform, texts, visitor } from "./rig.js";
import { agentSays, type Frame, type Guest, refusalFrame, scripted, session } from "./scripted.js";

const DISCONNECT = { events: [{ eventType: "Presence", presence: { type: "Disconnect" } }] };
const reasons = (ears: Ears) => ears.of("ended").map((event) => event.reason);
const notice = (name: string, body: unknown = {}) => ({ type: "message", class: name, code: 200, body });

/** A platform that configures and does what else it is told. */
function obedient(react: (frame: Frame, guest: Guest) => void = () => {}) {
  return scripted((frame, guest) => {
    if (frame.action === "configureSession") guest.say(session(frame));
    else react(frame, guest);
  });
}

describe("the agent's end", () => {
  it("leaves the conversation open where the deployment says Send", async () => {
    const simulator = await platform();
    const { conversation, ears } = visitor(simulator.url);
    await conversation.send("hello");
    simulator.say(DISCONNECT);
    await ears.next("ended", 0);
    expect(reasons(ears)).toEqual(["agent"]);
    expect(conversation.state).toBe("open");
    await conversation.send("one more thing");
    expect(texts(conversation)).toEqual(["hello", "one more thing"]);
  });

  it("makes it read-only where the deployment says so, until a new one is started", async () => {
    const simulator = await platform({ readOnly: true });
    const { conversation, ears } = visitor(simulator.url, { config: { ...CONFIG, disconnect: "ReadOnly" } });
    await conversation.send("hello");
    simulator.say(DISCONNECT);
    await ears.next("ended", 0);
    expect(conversation.state).toBe("read-only");
    expect(reasons(ears)).toEqual(["read-only"]);
    await expect(conversation.send("x")).rejects.toMatchObject({ code: "socket_closed", retryable: false });
    expect(texts(conversation)).toEqual(["hello"]);
    await conversation.startNew();
    expect(conversation.state).toBe("open");
    expect(texts(conversation)).toEqual([]);
    await conversation.send("a new matter");
    const actions = simulator.frames().map(({ frame }) => frame as { action: string; startNew?: boolean });
    expect(actions.filter((frame) => frame.action === "closeSession")).toMatchObject([{ closeAllConnections: true }]);
    expect(actions.filter((frame) => frame.action === "configureSession").map((frame) => frame.startNew)).toEqual([
      false,
      true,
    ]);
  });

  it("is found again after a reload, with its words still to be read", async () => {
    const simulator = await platform({ readOnly: true });
    const first = visitor(simulator.url);
    await first.conversation.send("hello");
    simulator.say(DISCONNECT);
    await first.ears.next("ended", 0);
    first.conversation.dispose();
    const { conversation, ears } = visitor(simulator.url, {
      getToken: async () => ({ token: first.token, tokenType: "uuid" }),
    });
    await conversation.connect();
    expect(conversation.state).toBe("read-only");
    expect(texts(conversation)).toEqual(["hello"]);
    expect(reasons(ears)).toEqual(["read-only"]);
  });

  it("is told once, however often the platform says it", async () => {
    const guests: Guest[] = [];
    const platform = await obedient((_frame, guest) => guests.push(guest));
    const { conversation, ears } = visitor(platform.url);
    await conversation.connect();
    const event = { id: "d1", type: "Event", direction: "Outbound", channel: {}, ...DISCONNECT };
    platform.open()[0]?.say(notice("StructuredMessage", event));
    platform.open()[0]?.say(notice("StructuredMessage", event));
    platform.open()[0]?.say(agentSays("after"));
    await ears.next("message", 0);
    expect(reasons(ears)).toEqual(["agent"]);
  });
});

describe("the guest's end", () => {
  it("is a Clear where the deployment allows it; it empties the transcript", async () => {
    const simulator = await platform();
    const { conversation, ears } = visitor(simulator.url);
    await conversation.send("hello");
    await conversation.end();
    expect(conversation.state).toBe("ended");
    expect(reasons(ears)).toEqual(["guest"]);
    expect(texts(conversation)).toEqual([]);
    expect(simulator.sessions()).toEqual([]);
    await expect(conversation.connect()).rejects.toMatchObject({ code: "socket_closed" });
    await conversation.startNew();
    await conversation.send("hello again");
    expect(texts(conversation)).toEqual(["hello again"]);
  });

  it("is closeSession where it does not; the words stay", async () => {
    const simulator = await platform({ clear: false });
    const { conversation, ears } = visitor(simulator.url, { config: { ...CONFIG, clearEnabled: false } });
    await conversation.send("hello");
    await conversation.end();
    expect(conversation.state).toBe("ended");
    expect(reasons(ears)).toEqual(["guest"]);
    expect(texts(conversation)).toEqual(["hello"]);
    const actions = simulator.frames().map(({ frame }) => (frame as { action: string }).action);
    expect(actions.filter((action) => action === "closeSession")).toHaveLength(1);
  });

  it("falls back to closeSession when the platform refuses the Clear", async () => {
    const simulator = await platform({ clear: false });
    const { conversation, ears } = visitor(simulator.url, { config: null });
    await conversation.send("hello");
    await conversation.end();
    expect(conversation.state).toBe("ended");
    expect(reasons(ears)).toEqual(["guest"]);
    expect(ears.of("error")).toEqual([]);
  });

  it("does not wait for ever for a platform that says nothing", async () => {
    const platform = await obedient();
    const { conversation, ears, clock } = visitor(platform.url);
    await conversation.connect();
    const ended = conversation.end();
    await platform.frame((frame) => frame.action === "onMessage");
    clock.advance(10_000);
    await ended;
    expect(conversation.state).toBe("ended");
    expect(reasons(ears)).toEqual(["guest"]);
  });

  it.each<[string, (frame: Frame, guest: Guest) => void]>([
    ["that its connection is closed", (_frame, guest) => guest.say(notice("ConnectionClosedEvent"))],
    ["that the line is lost", (_frame, guest) => guest.cut()],
    ["that another Clear came first", (_frame, guest) => guest.say(notice("SessionClearedEvent"))],
    [
      "both at once",
      (_frame, guest) => {
        guest.say(notice("SessionClearedEvent"));
        guest.say(notice("ConnectionClosedEvent"));
      },
    ],
  ])("is heard when all that it is told is %s", async (_name, react) => {
    const platform = await obedient(react);
    const { conversation, ears, clock } = visitor(platform.url);
    await conversation.connect();
    await conversation.end();
    expect(conversation.state).toBe("ended");
    expect(reasons(ears)).toEqual(["guest"]);
    clock.advance(600_000);
    expect(platform.connections).toBe(1);
  });

  it("of what is read-only is closeSession", async () => {
    const simulator = await platform({ readOnly: true });
    const { conversation, ears } = visitor(simulator.url);
    await conversation.send("hello");
    simulator.say(DISCONNECT);
    await ears.next("ended", 0);
    await conversation.end();
    expect(reasons(ears)).toEqual(["read-only", "guest"]);
    const frames = simulator.frames().map(({ frame }) => JSON.stringify(frame));
    expect(frames.filter((frame) => frame.includes('"Clear"'))).toEqual([]);
    expect(frames.filter((frame) => frame.includes('"closeSession"'))).toHaveLength(1);
  });

  it("is forgotten with a new start: the next conversation is not ended", async () => {
    const simulator = await platform();
    const { conversation, ears, clock } = visitor(simulator.url, { ports: { random: () => 0.5 } });
    await conversation.connect();
    simulator.dropSockets();
    await ears.until(() => conversation.state === "reconnecting");
    const ended = conversation.end();
    await conversation.startNew();
    await ended;
    clock.advance(20_000);
    await conversation.send("a new matter");
    expect([conversation.state, reasons(ears)]).toEqual(["open", []]);
  });

  it("waits for the connection that is on its way", async () => {
    const simulator = await platform();
    const { conversation, ears } = visitor(simulator.url);
    await conversation.connect();
    simulator.dropSockets();
    await ears.until(() => conversation.state === "reconnecting");
    await conversation.end();
    expect(reasons(ears)).toEqual(["guest"]);
    expect(simulator.sessions()).toEqual([]);
  });

  it("of nothing is nothing", async () => {
    const { conversation, ears } = visitor("http://127.0.0.1:9");
    await conversation.end();
    expect(ears.heard).toEqual([]);
  });
});

describe("a new start", () => {
  it.each<[string, (guest: Guest, clock: { advance(ms: number): void }) => void]>([
    ["is lost with its line", (guest) => guest.cut()],
    ["is closed with its connection", (guest) => guest.say(notice("ConnectionClosedEvent"))],
    ["is not answered", (_guest, clock) => clock.advance(10_000)],
  ])("begins when the end of the old one %s", async (_name, react) => {
    const platform = await obedient((frame, guest) => {
      if (frame.action === "closeSession") setImmediate(react, guest, clock);
    });
    const { conversation, clock } = visitor(platform.url);
    await conversation.connect();
    await conversation.startNew();
    expect(conversation.state).toBe("open");
    const { startNew } = platform.frames.findLast((frame) => frame.action === "configureSession") ?? {};
    expect(startNew).toBe(true);
  });
});

describe("the platform's end", () => {
  const cases: [string, unknown, string, string[]][] = [
    ["signed in elsewhere", notice("ConnectionClosedEvent", { reason: "signedIn" }), "ended", ["signed-in-elsewhere"]],
    ["too many connections", notice("ConnectionClosedEvent"), "closed", []],
    ["expired", notice("SessionExpiredEvent"), "ended", ["expired"]],
    ["expired, as a code", refusalFrame(4006, "Session expired"), "ended", ["expired"]],
    [
      "expired, as an event",
      notice("StructuredMessage", {
        id: "e",
        type: "Event",
        direction: "Outbound",
        channel: {},
        events: [{ eventType: "Presence", presence: { type: "SessionExpired" } }],
      }),
      "ended",
      ["expired"],
    ],
    ["logged out", notice("LogoutEvent"), "ended", ["logout"]],
    ["cleared elsewhere", notice("SessionClearedEvent"), "ended", ["cleared"]],
    [
      "closed elsewhere",
      session({ action: "", token: "", tracingId: "x" }, { connected: false, readOnly: true }),
      "ended",
      ["cleared"],
    ],
  ];

  it.each(cases)("%s: no reconnect", async (_name, frame, state, ended) => {
    const platform = await obedient();
    const { conversation, ears, clock } = visitor(platform.url);
    await conversation.connect();
    const unsent = conversation.send("on its way").catch((reason: unknown) => reason);
    const [guest] = platform.open();
    guest?.say(frame);
    guest?.cut();
    await ears.until(() => conversation.state === state);
    expect(await unsent).toMatchObject({ code: "socket_closed", retryable: false });
    expect(reasons(ears)).toEqual(ended);
    expect(conversation.transcript).toMatchObject([{ text: "on its way", status: "failed" }]);
    clock.advance(600_000);
    expect(platform.connections).toBe(1);
  });

  it("that only closed the connection is left by connect()", async () => {
    const platform = await obedient();
    const { conversation, ears } = visitor(platform.url);
    await conversation.connect();
    platform.open()[0]?.say(notice("ConnectionClosedEvent"));
    await ears.until(() => conversation.state === "closed");
    await conversation.connect();
    expect(conversation.state).toBe("open");
  });

  it("comes after a warning, 5 minutes before", async () => {
    const simulator = await platform({ sessionDuration: 3600 });
    const { conversation, ears, clock } = visitor(simulator.url);
    await conversation.connect();
    const idle = (seconds: number) => {
      clock.advance(seconds * 1000);
      simulator.advance(seconds);
    };
    idle(1800);
    await conversation.send("still here");
    idle(3290);
    expect(ears.of("expiring")).toEqual([]);
    clock.advance(12_000);
    expect(ears.of("expiring")[0]?.expiresIn).toBeGreaterThan(295);
    expect(ears.of("expiring")[0]?.expiresIn).toBeLessThanOrEqual(300);
    simulator.advance(320);
    await ears.next("ended", 0);
    expect(reasons(ears)).toEqual(["expired"]);
    expect(texts(conversation)).toEqual(["still here"]);
  });

  it("keeps the words of an expired session above those of the next", async () => {
    const simulator = await platform();
    let token: string = randomUUID();
    const { conversation, ears } = visitor(simulator.url, { getToken: async () => ({ token, tokenType: "uuid" }) });
    await conversation.send("old");
    simulator.advance(300_000);
    await ears.next("ended", 0);
    token = randomUUID();
    await conversation.startNew();
    await conversation.send("new");
    expect(texts(conversation)).toEqual(["old", "new"]);
  });
});
