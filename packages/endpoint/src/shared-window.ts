/**
 * Counts in fixed windows that instances share by their store. What one instance counts at the same moment goes in one
 * write, so that only instances get in each other's way, never the requests of one.
 */
import type { Store } from "@guestpass/broker";
import { nanoid } from "nanoid";

/** Another instance may write between two of our looks; then it is tried again, so often. */
const TRIES = 8;

export interface WindowCount {
  /** Of all instances in this window, this one included. */
  readonly count: number;
  /** Whole seconds until the window ends, at least one. */
  readonly secondsLeft: number;
}

interface Waiting {
  resolve(count: WindowCount): void;
  reject(error: unknown): void;
}

/** Gives a function that counts one more for a key. It rejects when the store does. */
export function sharedWindow(
  store: Store,
  windowSeconds: number,
  now: () => number = Date.now,
): (key: string) => Promise<WindowCount> {
  const waiting = new Map<string, Waiting[]>();

  const add = async (key: string, more: number): Promise<{ before: number; secondsLeft: number }> => {
    let seen: string | undefined;
    for (let attempt = 1; ; attempt += 1) {
      const [counted = 0, end = 0] = (seen ?? "").split(".").map(Number);
      const open = seen !== undefined && end > now();
      const before = open ? counted : 0;
      const endsAt = open ? end : now() + windowSeconds * 1000;
      const secondsLeft = Math.max(1, Math.ceil((endsAt - now()) / 1000));
      // Named, so that a write whose answer was lost is known again and counts once.
      const next = `${before + more}.${endsAt}.${nanoid(8)}`;
      const result = await store.swap(key, seen, next, secondsLeft);
      if (result.swapped || result.current === next || attempt === TRIES) return { before, secondsLeft };
      seen = result.current;
    }
  };

  const countAll = async (key: string, first: Waiting): Promise<void> => {
    let batch = [first];
    while (batch.length > 0) {
      waiting.set(key, []);
      try {
        const { before, secondsLeft } = await add(key, batch.length);
        for (const [at, { resolve }] of batch.entries()) resolve({ count: before + at + 1, secondsLeft });
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
      batch = waiting.get(key) ?? [];
    }
    waiting.delete(key);
  };

  return (key) =>
    new Promise((resolve, reject) => {
      const one = { resolve, reject };
      const others = waiting.get(key);
      if (others) others.push(one);
      else void countAll(key, one);
    });
}
