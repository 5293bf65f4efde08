/**
 * A guest's side of the socket: every frame is queued until the test asks for it, so that none is lost.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { afterEach, expect } from "vitest";
import { WebSocket } from "ws";
import type { Simulator } from "../src/index.js";
import { DEPLOYMENT } from "./call.js";

type Json = ReturnType<typeof JSON.parse>;

const open: WebSocket[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.terminate();
});

export interface Guest {
  token: string;
  /** Sends a frame with the guest's token and a tracing id of its own, which it returns. */
  send(frame: Record<string, unknown>): string;
  raw(text: string): void;
  /** The next frame that was not asked for yet. */
  next(): Promise<Json>;
  /** The next frame that fits; those before it are passed over. */
  until(wanted: (frame: Json) => boolean): Promise<Json>;
  /** Everything that is there when the platform has answered a last request. */
  drain(): Promise<Json[]>;
  configure(more?: Record<string, unknown>): Promise<Json>;
  say(text: string, more?: Record<string, unknown>): string;
  closed: Promise<{ code: number; reason: string }>;
  close(): void;
}

export async function connect(
  simulator: Simulator,
  options: { token?: string; deploymentId?: string; origin?: string } = {},
): Promise<Guest> {
  const deploymentId = options.deploymentId ?? DEPLOYMENT;
  const url = `${simulator.url.replace("http", "ws")}/v1?deploymentId=${deploymentId}`;
  const socket = new WebSocket(url, options.origin ? { origin: options.origin } : {});
  open.push(socket);
  const queue: Json[] = [];
  let wake: () => void = () => undefined;
  socket.on("message", (data) => {
    queue.push(JSON.parse((data as Buffer).toString("utf8")));
    wake();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on("close", (code, reason) => {
      resolve({ code, reason: String(reason) });
      wake();
    });
  });
  await once(socket, "open");

  const guest: Guest = {
    token: options.token ?? randomUUID(),
    send(frame) {
      const tracingId = randomUUID();
      socket.send(JSON.stringify({ token: guest.token, tracingId, ...frame }));
      return tracingId;
    },
    raw: (text) => socket.send(text),
    async next() {
      while (queue.length === 0) {
        if (socket.readyState === socket.CLOSED) throw new Error("the socket is closed and nothing is left");
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return queue.shift();
    },
    async until(wanted) {
      for (;;) {
        const frame = await guest.next();
        if (wanted(frame)) return frame;
      }
    },
    async drain() {
      const tracingId = guest.send({ action: "getConfiguration", deploymentId });
      const frames: Json[] = [];
      for (;;) {
        const frame = await guest.next();
        if (frame.tracingId === tracingId) return frames;
        frames.push(frame);
      }
    },
    async configure(more = {}) {
      const tracingId = guest.send({ action: "configureSession", deploymentId, startNew: false, ...more });
      return guest.until((frame) => frame.tracingId === tracingId);
    },
    say: (text, more = {}) => guest.send({ action: "onMessage", message: { type: "Text", text, ...more } }),
    closed,
    close: () => socket.close(1000, "The user has closed the connection."),
  };
  return guest;
}

/** A configured guest. */
export async function join(simulator: Simulator, options: Parameters<typeof connect>[1] = {}): Promise<Guest> {
  const guest = await connect(simulator, options);
  expect(await guest.configure()).toMatchObject({ class: "SessionResponse", code: 200, body: { connected: true } });
  return guest;
}

export const presence = (type: string) => ({
  action: "onMessage",
  message: { type: "Event", events: [{ eventType: "Presence", presence: { type } }] },
});

export const typing = {
  action: "onMessage",
  message: { type: "Event", events: [{ eventType: "Typing", typing: { type: "On" } }] },
};
