/**
 * How many guests may still be made this minute, counted together by all who share the store. While the store is away,
 * and until a minute after it, each process keeps to its share of the quota: the quota divided by those who were seen
 * to share it. What was made meanwhile is counted when the store is back, also where it comes back empty.
 */
import { nanoid } from "nanoid";
import { BrokerError } from "../errors.js";
import type { Clock } from "../ports.js";
import type { Store } from "../stores/store.js";
import {
  add,
  current,
  decode,
  encode,
  type Ledger,
  merge,
  PRESENT_MS,
  secondsUntilRoom,
  spent,
  spentOf,
  WINDOW_MS,
} from "./ledger.js";

const KEY = "budget";
/** Others may write in between; after this many the last word is the local count. */
const SWAPS = 8;

export interface Budget {
  /** `upstream_rate_limited` with the seconds until there is room, when the quota is spent. */
  take(): Promise<void>;
}

export interface BudgetDependencies {
  store: Store;
  quota: number;
  clock: Clock;
  warn(message: string): void;
}

interface Waiter {
  grant(): void;
  refuse(retryAfterSeconds: number): void;
}

/** Those who ask in the same turn of the event loop, or while a write is under way, are served by one write. */
export function createBudget({ store, quota, clock, warn }: BudgetDependencies): Budget {
  const own = nanoid(10);
  let waiting: Waiter[] = [];
  let serving = false;
  /** The text of the store as it was last seen. */
  let seen: string | undefined;
  /** All that is known: this process's own part as it is, the others' as they were last seen. */
  let known: Ledger = new Map();
  /** Processes that shared the quota when the store was last there, this one included. */
  let present = 1;
  let failedAt = Number.NEGATIVE_INFINITY;

  const look = (text: string | undefined) => {
    seen = text;
    // What this process has made nobody knows better: a write whose answer was lost is none of it.
    known = merge(known, new Map([...decode(text)].filter(([id]) => id !== own)));
  };
  /** What may be made of it by this process now, and in how many seconds more where that is not all. */
  const grantOf = (wanted: number, now: number) => {
    known = current(known, now);
    const inAll = quota - spent(known);
    const ownShare = Math.max(1, Math.floor(quota / present)) - spentOf(known.get(own)?.steps ?? []);
    // What others make alone is not known before they have written it.
    const shares = Math.abs(now - failedAt) < WINDOW_MS;
    const granted = Math.max(0, Math.min(wanted, inAll, shares ? ownShare : inAll));
    const next = granted === 0 ? known : add(known, own, granted, now);
    // Where the share is what binds, only what this process has made makes room again.
    const binding = shares && ownShare < inAll ? new Map([...next].filter(([id]) => id === own)) : next;
    return { granted, next, retryAfter: secondsUntilRoom(binding, now) };
  };

  const reserve = async (wanted: number) => {
    for (let attempt = 0; attempt < SWAPS; attempt += 1) {
      const grant = grantOf(wanted, Math.floor(clock.now()));
      if (grant.granted === 0) {
        // A full ledger may be an old sight of it: look before refusing.
        if (attempt > 0) return grant;
        look(await store.read(KEY));
        continue;
      }
      const text = encode(grant.next);
      const result = await store.swap(KEY, seen, text, PRESENT_MS / 1000);
      // A write whose answer was lost is known again: nobody else writes this process's part.
      if (!result.swapped && result.current !== text) {
        look(result.current);
        continue;
      }
      seen = text;
      known = grant.next;
      present = Math.max(1, known.size);
      return grant;
    }
    throw new Error("the budget is contended");
  };

  const reserveAlone = (wanted: number) => {
    const now = Math.floor(clock.now());
    failedAt = now;
    const grant = grantOf(wanted, now);
    known = grant.next;
    return grant;
  };

  const serve = async () => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const { granted, retryAfter } = await reserve(batch.length).catch(() => {
        warn("the shared budget of guest creations cannot be kept; this process keeps to its share of it");
        return reserveAlone(batch.length);
      });
      batch.forEach((waiter, index) => {
        if (index < granted) waiter.grant();
        else waiter.refuse(retryAfter);
      });
    }
    serving = false;
  };

  return {
    take: () =>
      new Promise((resolve, reject) => {
        waiting.push({
          grant: resolve,
          refuse: (retryAfterSeconds) =>
            reject(
              new BrokerError("upstream_rate_limited", "As many guests as allowed were made this minute.", {
                retryAfterSeconds,
              }),
            ),
        });
        if (serving) return;
        serving = true;
        setImmediate(() => void serve());
      }),
  };
}
