/**
 * One flight and, for a few seconds, one answer for those who ask for the same. A failure is forgotten at once.
 * Knows nothing of what is shared, and decides nothing of who may share.
 */
import type { Clock } from "../ports.js";

/** Answers kept at most; the oldest goes first. */
const MAX_ANSWERS = 10_000;

export interface Sharing<T> {
  /** `ttlMs` 0 shares the flight alone. */
  run(key: string, ttlMs: number, make: () => Promise<T>): Promise<T>;
  /** Forgets the answers whose key starts so; those under way are handed to their waiters alone. */
  drop(prefix: string): void;
}

interface Entry<T> {
  promise: Promise<T>;
  /** Set when the answer is there. */
  answer?: { value: T; endsAt: number };
}

export interface SharingEvents<T> {
  /** An answer is kept no longer. */
  invalidated(key: string, value: T): void;
  /** An answer, or a flight, served another. */
  shared(): void;
}

export function createSharing<T>(clock: Clock, events: SharingEvents<T>): Sharing<T> {
  const entries = new Map<string, Entry<T>>();

  const forget = (key: string, entry: Entry<T>) => {
    if (entries.get(key) !== entry) return;
    entries.delete(key);
    if (entry.answer !== undefined) events.invalidated(key, entry.answer.value);
  };

  /** In order of insertion, so that what is over stands first, but for flights that take long. */
  const sweep = () => {
    const now = clock.now();
    for (const [key, entry] of entries) {
      const over = entry.answer !== undefined && entry.answer.endsAt <= now;
      if (!over && entries.size <= MAX_ANSWERS) return;
      forget(key, entry);
    }
  };

  return {
    async run(key, ttlMs, make) {
      sweep();
      const held = entries.get(key);
      if (held !== undefined && (held.answer === undefined || held.answer.endsAt > clock.now())) {
        const value = await held.promise;
        events.shared();
        return value;
      }
      if (held !== undefined) forget(key, held);

      const entry: Entry<T> = { promise: make() };
      entries.set(key, entry);
      try {
        const value = await entry.promise;
        if (ttlMs > 0) entry.answer = { value, endsAt: clock.now() + ttlMs };
        else forget(key, entry);
        return value;
      } catch (error) {
        forget(key, entry);
        throw error;
      }
    },
    drop(prefix) {
      for (const [key, entry] of entries) if (key.startsWith(prefix)) forget(key, entry);
    },
  };
}
