/** A store in this process's memory: bounded, gone at the end, not seen by others. */
import { type Clock, realPorts } from "../ports.js";
import type { GuestMapping, Store } from "./store.js";

/** Entries kept at most; the one longest not written goes first. */
const MAX_ENTRIES = 100_000;

export interface MemoryStoreOptions {
  /** 100 000. */
  maxEntries?: number;
  clock?: Clock;
}

interface Entry {
  value: string;
  endsAt: number;
}

/** A map that forgets: what is over, and the oldest beyond its bound. */
class BoundedMap<T extends object> {
  private readonly entries = new Map<string, T>();
  private readonly max: number;
  /** Goes on from call to call: a new iterator would walk over all that was deleted before the oldest entry. */
  private walk = this.entries.entries();
  private front: [string, T] | undefined;

  constructor(max: number) {
    this.max = max;
  }

  get(key: string): T | undefined {
    return this.entries.get(key);
  }

  set(key: string, value: T): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size <= this.max) return;
    const oldest = this.oldest();
    if (oldest !== undefined) this.entries.delete(oldest[0]);
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  clear(): void {
    this.entries.clear();
  }

  /** Drops up to `count` of the oldest entries that are over, so that a busy store never holds much that is dead. */
  sweep(count: number, isOver: (value: T) => boolean): void {
    for (; count > 0; count -= 1) {
      const oldest = this.oldest();
      if (oldest === undefined || !isOver(oldest[1])) return;
      this.entries.delete(oldest[0]);
    }
  }

  private oldest(): [string, T] | undefined {
    while (this.front === undefined || this.entries.get(this.front[0]) !== this.front[1]) {
      const { value, done } = this.walk.next();
      this.front = value;
      if (!done) continue;
      // A walk that has come to its end stays there.
      this.walk = this.entries.entries();
      if (this.entries.size === 0) return undefined;
    }
    return this.front;
  }
}

/** Remembers in this process alone: rotation and revocation hold until it ends. */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  const clock = options.clock ?? realPorts.clock;
  const max = options.maxEntries ?? MAX_ENTRIES;
  if (!Number.isSafeInteger(max) || max < 1) throw new TypeError("maxEntries must be a whole number above 0");
  const entries = new BoundedMap<Entry>(max);
  const guests = new BoundedMap<GuestMapping>(max);

  const live = (key: string) => {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.endsAt > clock.now()) return entry.value;
    entries.delete(key);
    return undefined;
  };

  return {
    shared: false,
    read: async (key) => live(key),
    async swap(key, expected, next, ttlSeconds) {
      const current = live(key);
      if (current !== expected) return { swapped: false, current };
      const now = clock.now();
      entries.sweep(2, (entry) => entry.endsAt <= now);
      entries.set(key, { value: next, endsAt: now + ttlSeconds * 1000 });
      return { swapped: true };
    },
    remove: async (key) => entries.delete(key),
    readGuest: async (customerHash) => guests.get(customerHash),
    writeGuest: async (customerHash, mapping) => guests.set(customerHash, { ...mapping }),
    ping: async () => undefined,
    async close() {
      entries.clear();
      guests.clear();
    },
  };
}
