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

/** A tab among the others of its session. */
export interface Tab {
  readonly clock: Clock;
  post(letter: Letter): void;
  /** Letters for this tab, or for all. `gone` is called when the page is put away. */
  hear(listener: (letter: Received) => void, gone: () => void): void;
  /** Says farewell, and hears and writes no more; false where it has been said before. */
  leave(farewell: Letter): boolean;
}

/** What was said last, as wire text, for the tabs that come later. */
export interface Said {
  /** The frame that configured the session. Its token and JWT go into the others' frames. */
  configured: string;
  /** By the platform of the session. */
  session: string;
}
