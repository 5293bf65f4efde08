import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { type Conversation, createConversation } from "@guestpass/messaging";
import { expect, it, onTestFinished } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { CONFIG, DEPLOYMENT, Ears, HandClock, HandSignal, nodeSocket, platform, visitor } from "./rig.js";

const EACH = 500;
/** What either side does with what has arrived takes fewer turns of the event loop. */
const TURNS = 40;

/** The same figures for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * A network between guest and platform. It is cut with all that is on its way, loses the last frames before the cut, holds
 * frames up, and delivers them out of order, both ways; to the guest also twice, as a platform with several connections
 * of a session does. A guest's own frame goes twice only where the guest sends it twice: that is what is on trial.
 */
async function badNetwork(target: string, random: () => number) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  const network = {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    calm: false,
    moved: 0,
    cuts: 0,
    /** Frames that came late or out of order. */
    shuffled: 0,
    /** Lines to the platform that are being opened, and frames that a timer carries on. */
    underWay: new Set<unknown>(),
    /** Both ends of each line that is open. */
    ends: new Set<WebSocket>(),
    /** What was sent before this has arrived: an end answers a ping after all that came before it. */
    arrived: () => Promise.all([...network.ends].map(answersPing)),
  };
  const chance = (part: number) => !network.calm && random() < part;

  server.on("connection", (guest, request) => {
    const upstream = new WebSocket(`${target}${request.url ?? ""}`);
    let alive = true;
    /** Frames until the line is cut; those are lost. */
    let dying = Number.POSITIVE_INFINITY;
    const held: string[] = [];
    const early: string[] = [];
    const cut = () => {
      if (!alive) return;
      alive = false;
      network.cuts += 1;
      network.ends.delete(guest);
      network.ends.delete(upstream);
      guest.terminate();
      upstream.terminate();
    };
    const passes = () => {
      network.moved += 1;
      if (chance(0.015)) dying = Math.floor(random() * 4);
      if (dying === Number.POSITIVE_INFINITY) return alive;
      dying -= 1;
      if (dying < 0) cut();
      return false;
    };
    const deliver = (frame: string) => {
      guest.send(frame);
      if (chance(0.05)) guest.send(frame);
    };
    const carry = (frame: string) => {
      if (upstream.readyState === WebSocket.OPEN) upstream.send(frame);
      else early.push(frame);
    };
    network.underWay.add(upstream);
    for (const settled of ["open", "close"]) upstream.on(settled, () => network.underWay.delete(upstream));
    network.ends.add(guest);
    upstream.on("open", () => network.ends.add(upstream));
    upstream.on("open", () => {
      for (const frame of early) upstream.send(frame);
    });
    const waiting: string[] = [];
    guest.on("message", (data: Buffer) => {
      if (!passes()) return;
      const frame = data.toString("utf8");
      // Nothing is said before the session is configured: only messages change places.
      if (chance(0.1) && waiting.length < 3 && frame.includes('"onMessage"')) {
        waiting.push(frame);
        network.shuffled += 1;
        // The last of a burst has nothing behind it that could push it on.
        const timer = setTimeout(() => {
          network.underWay.delete(timer);
          if (alive) waiting.splice(0).forEach(carry);
        }, 3);
        network.underWay.add(timer);
      } else {
        carry(frame);
        for (const late of waiting.splice(0)) carry(late);
      }
    });
    upstream.on("message", (data: Buffer) => {
      if (!passes()) return;
      const frame = data.toString("utf8");
      if (chance(0.1) && held.length < 3) {
        held.push(frame);
        network.shuffled += 1;
      } else deliver(frame);
      // What was held up comes after what came later, sometimes in reverse.
      if (held.length > 0 && (network.calm || random() < 0.5)) {
        for (const late of random() < 0.5 ? held.splice(0) : held.splice(0).toReversed()) deliver(late);
      }
    });
    for (const end of [guest, upstream]) {
      end.on("close", cut);
      end.on("error", cut);
    }
  });
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return network;
}

function answersPing(end: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const settled of ["pong", "close"]) end.off(settled, done);
      resolve();
    };
    for (const settled of ["pong", "close"]) end.on(settled, done);
    if (end.readyState === WebSocket.OPEN) end.ping();
    else done();
  });
}

/** One guest's conversation over such a network, to the end, and what the platform has of it. */
async function converse(seed: number) {
  const random = seeded(seed);
  const simulator = await platform();
  const network = await badNetwork(simulator.url.replace("http", "ws"), random);
  const clock = new HandClock();
  const token = randomUUID();
  let fetching = 0;
  const conversation = createConversation({
    deploymentId: DEPLOYMENT,
    urls: { socket: network.url, api: simulator.url },
    guestApi: "web-messaging",
    config: CONFIG,
    getToken: async () => ({ token, tokenType: "uuid" }),
    ports: {
      clock,
      random,
      createSocket: nodeSocket,
      online: new HandSignal(),
      visible: new HandSignal(),
      fetch: async (...request) => {
        fetching += 1;
        try {
          return await fetch(...request);
        } finally {
          fetching -= 1;
        }
      },
    },
  });
  onTestFinished(() => conversation.dispose());
  const ears = new Ears(conversation);

  /** Lets real input and output come to rest, then moves the time. */
  const live = async () => {
    const { moved } = network;
    // By what has arrived and by turns of the event loop, in which both sides think; a while of the clock on the wall
    // would pass on a busy machine with everything still on its way.
    let before: number;
    do {
      before = network.moved;
      await network.arrived();
      for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      await network.arrived();
    } while (before !== network.moved || fetching > 0 || network.underWay.size > 0);
    // Where nothing moves, everybody waits for a limit of the platform.
    const step = Math.max(1, Math.min(clock.nextIn ?? 250, moved === network.moved ? 5_000 : 250));
    clock.advance(step);
    simulator.advance(step / 1000);
  };

  await Promise.all([
    conversation.connect(),
    (async () => {
      while (conversation.state !== "open") await live();
    })(),
  ]);
  let toSend = EACH;
  let toHear = EACH;
  let failed = 0;
  while (toSend > 0 || toHear > 0 || conversation.transcript.length < 2 * EACH || network.calm === false) {
    for (let burst = Math.floor(random() * 4); burst > 0 && toSend > 0; burst -= 1) {
      conversation.send(`guest ${EACH - toSend}`).catch(() => {
        failed += 1;
      });
      toSend -= 1;
    }
    for (let burst = Math.floor(random() * 3); burst > 0 && toHear > 0; burst -= 1) {
      simulator.say({ text: `agent ${EACH - toHear}` });
      toHear -= 1;
    }
    await live();
    const waiting = conversation.transcript.some(({ status }) => status === "sending" || status === "sent");
    if (toSend === 0 && toHear === 0 && !waiting && !network.calm) {
      network.calm = true;
      simulator.dropSockets();
    }
  }

  // What the platform has, page by page, is what the guest sees. History may be read so often a minute.
  simulator.advance(60);
  const observer = visitor(simulator.url, { getToken: async () => ({ token, tokenType: "uuid" }) });
  await observer.conversation.connect();
  while (observer.conversation.hasOlder) {
    simulator.advance(10);
    observer.clock.advance(10_000);
    await observer.conversation.loadOlder();
  }
  return { conversation, observer: observer.conversation, ears, network, failed };
}

const seen = (of: Conversation) => of.transcript.map(({ direction, text, at }) => `${at} ${direction} ${text}`);

it(`${EACH} messages each way over a bad network end in the same transcript: nothing lost, nothing twice`, async () => {
  const seeds = [1, 6, 17, 42];
  const all = await Promise.all(seeds.map((seed) => converse(seed)));
  for (const [index, { conversation, observer, ears, network, failed }] of all.entries()) {
    const seed = `seed ${seeds[index]}`;
    expect(failed, seed).toBe(0);
    expect(network.cuts, seed).toBeGreaterThan(10);
    expect(network.shuffled, seed).toBeGreaterThan(50);
    expect(seen(conversation).toSorted(), seed).toEqual(seen(observer).toSorted());
    const times = conversation.transcript.map(({ at }) => at);
    expect(times, seed).toEqual(times.toSorted((one, other) => one - other));
    const texts = conversation.transcript.map(({ text }) => text);
    expect(new Set(texts).size, seed).toBe(2 * EACH);
    expect(texts, seed).toHaveLength(2 * EACH);
    const announced = ears.of("message").map(({ message }) => message.text);
    expect(announced.toSorted(), seed).toEqual(texts.toSorted());
  }
}, 180_000);
