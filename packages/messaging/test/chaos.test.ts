import type { AddressInfo } from "node:net";
import { createConversation } from "@guestpass/messaging";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { CONFIG, DEPLOYMENT, Ears, HandClock, HandSignal, nodeSocket, platform, visitor } from "./rig.js";

const EACH = 500;

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
 * A network between guest and platform. What a connection can do to frames: be cut with all that is on its way, lose the
 * last ones before the cut, hold them up, deliver them out of order and twice. Frames to the platform keep their order.
 */
async function badNetwork(target: string, random: () => number) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  const network = {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    calm: false,
    moved: 0,
    cuts: 0,
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
    upstream.on("open", () => {
      for (const frame of early) upstream.send(frame);
    });
    guest.on("message", (data: Buffer) => {
      if (!passes()) return;
      const frame = data.toString("utf8");
      if (upstream.readyState === WebSocket.OPEN) upstream.send(frame);
      else early.push(frame);
    });
    upstream.on("message", (data: Buffer) => {
      if (!passes()) return;
      const frame = data.toString("utf8");
      if (chance(0.1) && held.length < 3) held.push(frame);
      else deliver(frame);
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

describe("chaos", () => {
  it.each([1, 6])(
    `${EACH} messages each way over a bad network end in the same transcript (seed %i)`,
    async (seed) => {
      const random = seeded(seed);
      const simulator = await platform();
      const network = await badNetwork(simulator.url.replace("http", "ws"), random);
      const clock = new HandClock();
      const token = "5b0e1f7a-3a52-4d39-8c4b-6d1f0c9e2a11";
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
        for (let before = -1; before !== network.moved || fetching > 0; ) {
          before = network.moved;
          await new Promise((resolve) => setTimeout(resolve, 4));
        }
        const step = Math.max(1, Math.min(clock.nextIn ?? 250, 250));
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
      const seen = (of: typeof conversation) =>
        of.transcript.map(({ direction, text, at }) => `${at} ${direction} ${text}`);
      expect(failed).toBe(0);
      expect(network.cuts).toBeGreaterThan(10);
      expect(seen(conversation).toSorted()).toEqual(seen(observer.conversation).toSorted());
      const times = conversation.transcript.map(({ at }) => at);
      expect(times).toEqual(times.toSorted((one, other) => one - other));
      const texts = conversation.transcript.map(({ text }) => text);
      expect(new Set(texts).size).toBe(2 * EACH);
      expect(texts).toHaveLength(2 * EACH);
      const announced = ears.of("message").map(({ message }) => message.text);
      expect(announced.toSorted()).toEqual(texts.toSorted());
    },
    180_000,
  );
});
