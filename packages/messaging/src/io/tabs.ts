/**
 * One connection for all tabs of a site that are in the same session: the tab that holds a Web Lock has the socket, the
 * others speak through it over a BroadcastChannel. Looks like a socket from outside, so that a conversation knows nothing
 * of it. Loaded only where a browser has both.
 *
 * No tab ever waits for a lock. A tab that finds it taken and nobody who answers (the other tab is frozen) takes the next
 * of three, so that a session never has a fourth connection, which the platform would pay back by closing the first.
 * Tokens do not travel between tabs: the tab with the socket puts its own into every frame.
 */
import { SOCKETS_PER_SESSION } from "@guestpass/protocol";
import type { Clock, Socket } from "../ports.js";
import { createHub, type Hub } from "./tab-hub.js";
import type { Letter } from "./tab-letters.js";

/** So long the tab with the socket may take to answer a newcomer. */
const WELCOME_MS = 1_000;
const GONE = 1006;

export interface TabPorts {
  clock: Clock;
  uuid(): string;
  createSocket(url: string): Socket;
  createChannel(name: string): BroadcastChannel;
  locks: Pick<LockManager, "request">;
  /** Calls back when the page is put away; returns what stops it. */
  onLeave(listener: () => void): () => void;
}

export interface Sharing {
  deploymentId: string;
  /** The same for all tabs of one session, and no secret. */
  key: string;
}

/** A socket that may be another tab's. Never throws; trouble is a `close` event. */
export function openSharedSocket(url: string, { deploymentId, key }: Sharing, ports: TabPorts): Socket {
  const name = `guestpass:${deploymentId}:messaging`;
  const target = new EventTarget();
  const me = ports.uuid();
  const channel = ports.createChannel(name);
  let hub: Hub | null = null;
  /** The tab that we speak through. */
  let leader: string | null = null;
  let welcome = () => {};
  let release = () => {};
  let over = false;
  let closed = false;

  const emit = (type: string, fields: object = {}) => target.dispatchEvent(Object.assign(new Event(type), fields));
  const post = (letter: Letter) => closed || channel.postMessage({ ...letter, key, from: me });

  function finish(code: number): void {
    if (over) return;
    over = true;
    stopLeave();
    if (leader) post({ type: "leave", to: leader });
    hub?.close();
    closed = true;
    channel.close();
    release();
    emit("close", { code });
  }
  const stopLeave = ports.onLeave(() => finish(GONE));

  channel.addEventListener("message", ({ data }: MessageEvent<Letter & { key: string; from: string }>) => {
    if (over || data.key !== key || ("to" in data && data.to !== undefined && data.to !== me)) return;
    if (hub) return hub.receive(data);
    if (data.type === "welcome" && !leader) {
      leader = data.from;
      welcome();
      if (data.open) emit("open");
    }
    if (data.from !== leader) return;
    if (data.type === "open") emit("open");
    if (data.type === "down") emit("message", { data: data.text });
    if (data.type === "bye") finish(GONE);
  });

  /** True when the lock is ours until `release`. */
  function lock(slot: number): Promise<boolean> {
    return new Promise((resolve) => {
      const held = ports.locks.request(`${name}:${key}:${slot}`, { ifAvailable: true }, (taken) => {
        if (!taken) return resolve(false);
        return new Promise<void>((free) => {
          release = free;
          resolve(true);
        });
      });
      Promise.resolve(held).catch(() => resolve(false));
    });
  }

  /** True when a tab with a socket has answered. */
  function greet(): Promise<boolean> {
    return new Promise((resolve) => {
      const stop = ports.clock.after(WELCOME_MS, () => resolve(false));
      welcome = () => {
        stop();
        resolve(true);
      };
      post({ type: "hello" });
    });
  }

  async function elect(): Promise<void> {
    for (let slot = 1; slot <= SOCKETS_PER_SESSION; slot += 1) {
      if (await lock(slot)) {
        if (over) release();
        else lead();
        return;
      }
      if (slot === 1 && (await greet())) return;
      if (over) return;
    }
    finish(GONE);
  }

  function lead(): void {
    hub = createHub(ports.createSocket(url), { post, emit, finish: () => finish(GONE) });
  }

  elect().catch(() => finish(GONE));

  return {
    send(text) {
      if (hub) hub.send(text);
      else if (leader) {
        // The tab with the socket has its own token; this one's stays here.
        const { token: _token, data: _data, ...frame } = JSON.parse(text) as Record<string, unknown>;
        post({ type: "up", to: leader, frame });
      }
    },
    close: () => finish(1000),
    addEventListener: target.addEventListener.bind(target) as Socket["addEventListener"],
  };
}
