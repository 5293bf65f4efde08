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
class BoundedMap<T> {
  private readonly entries = new Map<string, T>();
  private readonly max: number;

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
    for (const oldest of this.entries.keys()) {
      this.entries.delete(oldest);
      break;
    }
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  clear(): void {
    this.entries.clear();
  }

  /** Drops up to `count` of the oldest entries that are over, so that a busy store never holds much that is dead. */
  sweep(count: number, isOver: (value: T) => boolean): void {
    for (const [key, value] of this.entries) {
      if (count === 0 || !isOver(value)) return;
      this.entries.delete(key);
      count -= 1;
    }
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
