/**
 * How many guests may still be made this minute, counted together by all who share the store. A sliding window in
 * steps of a second, rounded to the safe side. When the store fails each process counts for itself.
 */
import { BrokerError } from "../errors.js";
import type { Clock } from "../ports.js";
import type { Store } from "../stores/store.js";

export const WINDOW_SECONDS = 60;
const KEY = "budget";
/** Others may write in between; after this many the last word is the local count. */
const SWAPS = 5;

/** Creations of each second that still counts, oldest first: `second:count,second:count`. */
export type Ledger = readonly (readonly [second: number, count: number])[];

/** Pure: what of the ledger still counts. A second counts until it has wholly left the window. */
export function current(ledger: Ledger, nowSecond: number): Ledger {
  return ledger.filter(([second]) => second > nowSecond - WINDOW_SECONDS && second <= nowSecond);
}

/** Pure: the ledger with `wanted` more, as far as the quota goes, and what did not fit. */
export function spend(ledger: Ledger, wanted: number, quota: number, nowSecond: number) {
  const counting = current(ledger, nowSecond);
  const spent = counting.reduce((sum, [, count]) => sum + count, 0);
  const granted = Math.max(0, Math.min(wanted, quota - spent));
  const last = counting.at(-1);
  const next: Ledger =
    granted === 0
      ? counting
      : last?.[0] === nowSecond
        ? [...counting.slice(0, -1), [nowSecond, last[1] + granted]]
        : [...counting, [nowSecond, granted]];
  return { granted, next };
}

/** Pure: whole seconds until one more fits. */
export function secondsUntilRoom(ledger: Ledger, nowSecond: number): number {
  const [oldest] = current(ledger, nowSecond);
  return oldest === undefined ? 1 : Math.max(1, oldest[0] + WINDOW_SECONDS - nowSecond);
}

function encode(ledger: Ledger): string {
  return ledger.map(([second, count]) => `${second}:${count}`).join(",");
}

function decode(text: string | undefined): Ledger {
  return (text ?? "")
    .split(",")
    .map((pair) => pair.split(":").map(Number))
    .filter((pair): pair is [number, number] => pair.length === 2 && pair.every(Number.isSafeInteger));
}

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

/** Those who ask at the same time are served by one write. */
export function createBudget({ store, quota, clock, warn }: BudgetDependencies): Budget {
  let waiting: Waiter[] = [];
  let serving = false;
  let seen: string | undefined;

  const reserve = async (wanted: number) => {
    for (let attempt = 0; attempt < SWAPS; attempt += 1) {
      const nowSecond = Math.floor(clock.now() / 1000);
      const { granted, next } = spend(decode(seen), wanted, quota, nowSecond);
      // A full ledger may be an old sight of it: look before refusing.
      if (granted === 0 && attempt > 0) return { granted, ledger: next, nowSecond };
      const written = encode(next);
      const result =
        granted === 0
          ? ({ swapped: false, current: await store.read(KEY) } as const)
          : await store.swap(KEY, seen, written, 2 * WINDOW_SECONDS);
      seen = result.swapped ? written : result.current;
      if (result.swapped) return { granted, ledger: next, nowSecond };
    }
    throw new Error("the budget is contended");
  };

  /** Without the store: this process's own sight of the ledger goes on. */
  const reserveAlone = (wanted: number) => {
    const nowSecond = Math.floor(clock.now() / 1000);
    const { granted, next } = spend(decode(seen), wanted, quota, nowSecond);
    seen = encode(next);
    return { granted, ledger: next, nowSecond };
  };

  const serve = async () => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const reserved = await reserve(batch.length).catch(() => {
        warn("the shared budget of guest creations cannot be kept; this process counts for itself");
        return reserveAlone(batch.length);
      });
      const retryAfter = secondsUntilRoom(reserved.ledger, reserved.nowSecond);
      batch.forEach((waiter, index) => {
        if (index < reserved.granted) waiter.grant();
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
        void serve();
      }),
  };
}
