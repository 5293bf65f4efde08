/** What a conversation needs from the world, each with a real default in `io/`. Shapes alone. */

/** The part of a WebSocket that is used; `WebSocket` of the browser and of the `ws` package both fit. */
export interface Socket {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "open", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: { code: number }) => void): void;
  addEventListener(type: "error", listener: () => void): void;
}

export interface Clock {
  /** Milliseconds that only grow; the time that has passed, sleep included where the platform tells. */
  now(): number;
  /** Milliseconds since 1970 by this machine's clock, which may be wrong. */
  wall(): number;
  /** Runs once after at least `delayMs`; returns what stops it. */
  after(delayMs: number, run: () => void): () => void;
}

/** A yes-or-no about the world that changes. */
export interface Signal {
  current(): boolean;
  /** Calls back after each change; returns what stops it. */
  onChange(listener: () => void): () => void;
}

export interface ConversationPorts {
  clock: Clock;
  /** 0 to below 1. */
  random(): number;
  /** Opens a socket, at once or soon; throws where there is none. */
  createSocket(url: string): Socket | Promise<Socket>;
  fetch: typeof fetch;
  /** A random UUID. */
  uuid(): string;
  /** The machine has a network, as far as it knows. */
  online: Signal;
  /** Somebody may be looking at the page. */
  visible: Signal;
}
