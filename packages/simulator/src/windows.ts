/** Holds the sliding window of each thing that is rate limited; forgets the ones that ran empty. */
import type { Clock } from "./clock.js";

/** Windows kept at most; beyond it those that are over go first, then the oldest. */
const KEPT = 10_000;
/** Calls that have left a window are cut off when there are this many. */
const SPENT = 1000;

export interface QuotaVerdict {
  /** A call that is refused does not count. */
  allowed: boolean;
  /** Calls in the window, this one included where it was allowed. */
  count: number;
  /** Whole seconds until the oldest call leaves the window, at least 1: a refused call may come again then. */
  resetSeconds: number;
}

export interface Windows {
  /** One more call of `key`, where `limit` calls fit into `periodMs`. */
  take(key: string, limit: number, periodMs: number): QuotaVerdict;
}

interface Window {
  /** Instants, oldest first. */
  calls: number[];
  /** Index of the first one that still counts. */
  first: number;
  over: number;
}

export function createWindows(clock: Clock): Windows {
  const windows = new Map<string, Window>();

  function makeRoom(now: number): void {
    if (windows.size < KEPT) return;
    for (const [key, { over }] of windows) if (over <= now) windows.delete(key);
    for (const key of windows.keys()) {
      if (windows.size < KEPT) return;
      windows.delete(key);
    }
  }

  function open(key: string, now: number): Window {
    makeRoom(now);
    const window = { calls: [], first: 0, over: 0 };
    windows.set(key, window);
    return window;
  }

  return {
    take(key, limit, periodMs) {
      const now = clock.now();
      const window = windows.get(key) ?? open(key, now);
      const { calls } = window;
      while ((calls[window.first] ?? now) <= now - periodMs) window.first += 1;
      if (window.first > SPENT) {
        calls.splice(0, window.first);
        window.first = 0;
      }
      const allowed = calls.length - window.first < limit;
      if (allowed) calls.push(now);
      window.over = now + periodMs;
      const oldest = calls[window.first] ?? now;
      const resetSeconds = Math.max(1, Math.ceil((oldest + periodMs - now) / 1000));
      return { allowed, count: calls.length - window.first, resetSeconds };
    },
  };
}
