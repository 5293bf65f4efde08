/** The doors to the world outside: time, chance, network, page, storage, keys, other tabs. Each has a real implementation in `io/`. */

/** Both clocks, because each lies in its own way: the wall clock is set, the monotonic one stops in sleep. */
export interface Clock {
  /** Milliseconds since the epoch. */
  wall(): number;
  /** Milliseconds since some fixed instant. */
  monotonic(): number;
  setTimer(run: () => void, delayMs: number): unknown;
  clearTimer(timer: unknown): void;
}

export type PageSignal = "visible" | "hidden" | "pageshow" | "pagehide" | "resume" | "online" | "offline" | "focus";

/** The page's life, as far as a token cares. */
export interface Page {
  /** False only where the browser is sure. */
  online(): boolean;
  visible(): boolean;
  /** Gives each signal until `end` is aborted. */
  listen(hear: (signal: PageSignal) => void, end: AbortSignal): void;
}

/** One storage area; each call may throw. */
export interface StorageArea {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export interface StoragePort {
  /** For the whole site, or null. */
  site(): StorageArea | null;
  /** For this tab, or null. */
  tab(): StorageArea | null;
  /** Says when another tab has changed the site's area, until `end` is aborted. */
  watch(hear: () => void, end: AbortSignal): void;
}

/** Key pairs that cannot leave the browser. Each call may reject or never answer. */
export interface KeyPort {
  /** Gives the pair that is kept; keeps the given one where there is none. */
  keep(name: string, pair?: CryptoKeyPair): Promise<CryptoKeyPair | undefined>;
  remove(name: string): Promise<void>;
}

/** A way to talk to this site's other tabs. */
export interface Channel {
  post(message: unknown): void;
  close(): void;
}

export interface KeeperPorts {
  clock: Clock;
  /** 0 <= x < 1. */
  random(): number;
  fetch(url: string, init: RequestInit): Promise<Response>;
  page: Page;
  storage: StoragePort;
  keys: KeyPort;
  /** Null where the browser has no SubtleCrypto: sessions are not bound. */
  crypto: Crypto | null;
  /** Null where the browser has none. */
  openChannel(name: string, hear: (message: unknown) => void): Channel | null;
  /**
   * Takes a lock if it is free at once: how to let go of it, or null where another tab has it. May reject or never answer:
   * nobody waits for it for long.
   */
  tryLock(name: string): Promise<(() => void) | null>;
}
