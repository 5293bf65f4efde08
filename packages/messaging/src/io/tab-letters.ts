/** What tabs write to each other. Shapes alone; each letter carries `key` and `from` besides. */
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
