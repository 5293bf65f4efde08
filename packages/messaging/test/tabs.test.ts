import { createConversation } from "@guestpass/messaging";
import type { Simulator } from "@guestpass/simulator";
import { describe, expect, it, onTestFinished } from "vitest";
import type { TabPorts } from "../src/io/tab-letters.js";
import { openSharedSocket } from "../src/io/tabs.js";
import { CONFIG, DEPLOYMENT, Ears, HandClock, HandSignal, nodeSocket, platform, texts } from "./rig.js";

/** The locks of one browser: held until their callback's promise settles, asked for with `ifAvailable` alone. */
function browserLocks(): TabPorts["locks"] {
  const held = new Set<string>();
  const request = async (name: string, options: LockOptions, run: (lock: Lock | null) => unknown) => {
    expect(options).toEqual({ ifAvailable: true });
    if (held.has(name)) return run(null);
    held.add(name);
    try {
      return await run({ name, mode: "exclusive" });
    } finally {
      held.delete(name);
    }
  };
  return { request: request as TabPorts["locks"]["request"] };
}

const TOKEN = "5f0e1f7a-3a52-4d39-8c4b-6d1f0c9e2a22";

/** A browser whose tabs hold conversations of one session, and what travels between them. */
function browser(simulator: Simulator, key = "session-1") {
  const locks = browserLocks();
  const spy = new BroadcastChannel(`guestpass:${DEPLOYMENT}:messaging`);
  const letters: unknown[] = [];
  spy.addEventListener("message", (event) => letters.push(event.data));
  onTestFinished(() => spy.close());

  function tab(token: string = TOKEN) {
    const clock = new HandClock();
    const leaving: (() => void)[] = [];
    let frozen = false;
    const conversation = createConversation({
      deploymentId: DEPLOYMENT,
      urls: { socket: `${simulator.url.replace("http", "ws")}/v1`, api: simulator.url },
      guestApi: "web-messaging",
      config: CONFIG,
      getToken: async () => ({ token, tokenType: "uuid" }),
      ports: {
        clock,
        random: () => 0,
        online: new HandSignal(),
        visible: new HandSignal(),
        createSocket: (url) =>
          openSharedSocket(
            url,
            { deploymentId: DEPLOYMENT, key },
            {
              clock,
              uuid: () => crypto.randomUUID(),
              createSocket: nodeSocket,
              createChannel(name) {
                const channel = new BroadcastChannel(name);
                const listen = channel.addEventListener.bind(channel);
                // A frozen tab keeps its lock and hears nothing.
                const hearing = (type: string, listener: (event: Event) => void) =>
                  listen(type, (event: Event) => (frozen ? undefined : listener(event)));
                return Object.assign(channel, { addEventListener: hearing });
              },
              locks,
              onLeave(listener) {
                leaving.push(listener);
                return () => leaving.splice(leaving.indexOf(listener), 1);
              },
            },
          ),
      },
    });
    onTestFinished(() => conversation.dispose());
    return {
      conversation,
      clock,
      ears: new Ears(conversation),
      freeze: () => {
        frozen = true;
      },
      leave: () => {
        conversation.dispose();
        for (const listener of leaving) listener();
      },
    };
  }
  return { tab, letters };
}

const sockets = (simulator: Simulator) => simulator.requests().filter((request) => request.path === "/v1").length;

describe("the tabs of one session", () => {
  it("share one connection: what one says all see, and what the agent says comes to each", async () => {
    const simulator = await platform();
    const { tab, letters } = browser(simulator);
    const tabs = [tab(), tab(), tab(), tab()];
    for (const { conversation } of tabs) await conversation.connect();
    expect(sockets(simulator)).toBe(1);
    await tabs[2]?.conversation.send("from the third");
    await tabs[0]?.conversation.send("from the first");
    simulator.say({ text: "hello all" });
    const expected = ["from the third", "from the first", "hello all"];
    for (const { conversation, ears } of tabs) {
      await ears.until(() => conversation.transcript.length === 3);
      expect(texts(conversation)).toEqual(expected);
      expect(ears.of("message")).toHaveLength(3);
    }
    expect(simulator.sessions()[0]?.messages).toBe(3);
    expect(JSON.stringify(letters)).not.toContain(TOKEN);
    expect(letters.length).toBeGreaterThan(0);
  });

  it("read the history each for itself", async () => {
    const simulator = await platform();
    const { tab } = browser(simulator);
    const first = tab();
    await first.conversation.send("early");
    const late = tab();
    await late.conversation.connect();
    expect(texts(late.conversation)).toEqual(["early"]);
    expect(late.ears.of("started").map((event) => event.newSession)).toEqual([false]);
    expect(sockets(simulator)).toBe(1);
  });

  it("find another to have the connection when the one that had it goes", async () => {
    const simulator = await platform();
    const { tab } = browser(simulator);
    const [first, second, third] = [tab(), tab(), tab()];
    await first.conversation.send("one");
    await second.conversation.connect();
    await third.conversation.connect();
    first.leave();
    simulator.say({ text: "while nobody had it" });
    for (const { conversation, ears } of [second, third]) {
      await ears.until(() => conversation.state === "open" && conversation.transcript.length === 2);
    }
    await third.conversation.send("two");
    await second.ears.until(() => texts(second.conversation).length === 3);
    expect(texts(second.conversation)).toEqual(["one", "while nobody had it", "two"]);
    expect(sockets(simulator)).toBe(2);
    expect(simulator.sessions()[0]?.sockets).toBe(1);
  });

  it("take the next of three places when the one that has it is frozen, and never a fourth", async () => {
    const simulator = await platform();
    const { tab } = browser(simulator);
    const tabs = [tab(), tab(), tab(), tab(), tab()];
    for (const { conversation, clock, freeze } of tabs.slice(0, 3)) {
      const connected = conversation.connect();
      let done = false;
      void connected.then(() => {
        done = true;
      });
      while (!done) {
        clock.advance(100);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      freeze();
    }
    expect(simulator.sessions()[0]?.sockets).toBe(3);
    const fourth = tabs[3];
    void fourth?.conversation.connect();
    for (let second = 0; second < 20; second += 1) {
      fourth?.clock.advance(1000);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(fourth?.conversation.state).toBe("connecting");
    expect(sockets(simulator)).toBe(3);
    tabs[1]?.leave();
    while (fourth?.conversation.state !== "open") {
      fourth?.clock.advance(1000);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(simulator.sessions()[0]?.sockets).toBe(3);
  });

  it("end together", async () => {
    const simulator = await platform();
    const { tab } = browser(simulator);
    const [first, second] = [tab(), tab()];
    await first.conversation.send("hello");
    await second.conversation.connect();
    await second.conversation.end();
    expect(second.ears.of("ended").map((event) => event.reason)).toEqual(["guest"]);
    await first.ears.until(() => first.conversation.state === "ended");
    expect(first.ears.of("ended").map((event) => event.reason)).toEqual(["cleared"]);
    expect(texts(first.conversation)).toEqual([]);
  });

  it("give their place back when no socket can be made", async () => {
    const names: string[] = [];
    const { request } = browserLocks();
    const ports: TabPorts = {
      clock: new HandClock(),
      uuid: () => crypto.randomUUID(),
      createSocket: () => {
        throw new Error("blocked");
      },
      createChannel: (name) => new BroadcastChannel(name),
      locks: {
        request: ((name: string, ...rest: [LockOptions, () => unknown]) => {
          names.push(name);
          return (request as (...all: unknown[]) => Promise<unknown>)(name, ...rest);
        }) as TabPorts["locks"]["request"],
      },
      onLeave: () => () => {},
    };
    const open = () => openSharedSocket("ws://x", { deploymentId: DEPLOYMENT, key: "session-1" }, ports);
    await expect(open()).rejects.toThrow("blocked");
    await expect(open()).rejects.toThrow("blocked");
    expect(new Set(names).size).toBe(1);
  });

  it("do not mix with those of another session", async () => {
    const simulator = await platform();
    const one = browser(simulator, "session-1").tab();
    const other = browser(simulator, "session-2").tab("6f0e1f7a-3a52-4d39-8c4b-6d1f0c9e2a33");
    await one.conversation.send("mine");
    await other.conversation.send("yours");
    expect(sockets(simulator)).toBe(2);
    expect(texts(one.conversation)).toEqual(["mine"]);
    expect(texts(other.conversation)).toEqual(["yours"]);
  });

  it("upload through the common connection too", async () => {
    const simulator = await platform();
    const { tab } = browser(simulator);
    const [first, second] = [tab(), tab()];
    await first.conversation.connect();
    const file = Object.assign(new Blob(["hi"], { type: "text/plain" }), { name: "a.txt" });
    const { id } = await second.conversation.attach(file);
    await second.conversation.send("see", { attachment: id });
    await first.ears.until(() => first.conversation.transcript.length === 1);
    expect(first.conversation.transcript[0]?.content).toMatchObject([{ contentType: "Attachment" }]);
  });
});
