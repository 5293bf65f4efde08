/** What tabs write to each other, and what they need for it. Shapes alone. */
import type { Clock, Socket } from "../ports.js";

/** Each letter carries `key` and `from` besides. */
export type Letter =
  /** A tab looks for one with a socket. */
  | { type: "hello" }
  /** There is one; `open`: its socket is. */
  | { type: "welcome"; to: string; open: boolean }
  | { type: "open" }
  /** A frame for the platform, without its token. */
  | { type: "up"; to: string; frame: Record<string, unknown> }
  /** A frame of the platform, for one tab or for all. */
  | { type: "down"; to?: string; text: string }
  /** A tab needs the socket no more. */
  | { type: "leave"; to: string }
  /** The tab with the socket is going. */
  | { type: "bye" };

/** Whose letter it is: of which session, and of which tab. */
export interface Sender {
  key: string;
  from: string;
}

/** A letter as it comes. */
export type Sent = Letter & Sender & { to?: string };

/** What was said last, as wire text, for the tabs that come later. */
export interface Said {
  /** The frame that configured the session. Its token and JWT go into the others' frames. */
  configured: string;
  /** By the platform of the session. */
  session: string;
}

export interface TabPorts {
  clock: Clock;
  uuid(): string;
  createSocket(url: string): Socket | Promise<Socket>;
  createChannel(name: string): BroadcastChannel;
  locks: Pick<LockManager, "request">;
  /** Calls back when the page is put away; returns what stops it. */
  onLeave(listener: () => void): () => void;
}
