/** What tabs write to each other, and what a tab is to the others. Shapes alone. */
import type { Clock } from "../ports.js";

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

/** A letter as it comes. */
export type Received = Letter & { from: string };

/** What a tab is to the others: the one with the socket, or one that speaks through it. */
export interface Seat {
  /** A frame of this tab. */
  send(text: string): void;
  receive(letter: Received): void;
  /** Tells whom it concerns that this tab goes. */
  leave(): void;
}

/** The tab, as its seats see it. */
export interface Tab {
  readonly clock: Clock;
  post(letter: Letter): void;
  /** For this tab's own conversation. */
  emit(type: string, fields?: object): void;
  /** There is no connection, or none any more. */
  gone(): void;
  take(seat: Seat | null): void;
}

/** What was said last, as wire text, for the tabs that come later. */
export interface Said {
  isOpen: boolean;
  /** By this tab: any frame, and the one that configured the session. Its token and JWT go into the others' frames. */
  sent: string;
  configured: string;
  /** By the platform of the session. */
  session: string;
}
