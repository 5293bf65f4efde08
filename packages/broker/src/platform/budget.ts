/**
 * How many guests may still be made this minute, counted together by all who share the store: a sliding window, in which
 * what was made within a second counts until the last of it is out. When the store fails each process
 * counts for itself.
 */
import { BrokerError } from "../errors.js";
import type { Clock } from "../ports.js";
import type { Store } from "../stores/store.js";

export const WINDOW_MS = 60_000;
const STEP_MS = 1000;
/** Processes that share a store may differ by this, ms. */
const AHEAD_MS = 5000;
const KEY = "budget";
/** Others may write in between; after this many the last word is the local count. */
const SWAPS = 5;

/** Creations that still count, oldest first: `ms:count,ms:count`, the ms since the epoch of the last of each step. */
export type Ledger = readonly (readonly [ms: number, count: number])[];

/** Pure: what of the ledger still counts. What a clock that is ahead has written does not. */
export function current(ledger: Ledger, now: number): Ledger {
  return ledger.filter(([ms]) => ms > now - WINDOW_MS && ms <= now + AHEAD_MS);
}

/** Pure: the ledger with `wanted` more, as far as the quota goes, and what did not fit. */
export function spend(ledger: Ledger, wanted: number, quota: number, now: number) {
  const counting = current(ledger, now);
  const spent = counting.reduce((sum, [, count]) => sum + count, 0);
  const granted = Math.max(0, Math.min(wanted, quota - spent));
  if (granted === 0) return { granted, next: counting };
  const last = counting.at(-1);
  const sameStep = last !== undefined && Math.floor(last[0] / STEP_MS) === Math.floor(now / STEP_MS);
  const next: Ledger = sameStep
    ? [...counting.slice(0, -1), [Math.max(now, last[0]), last[1] + granted]]
    : [...counting, [now, granted]];
  return { granted, next };
}

/** Pure: whole seconds until one more fits. */
export function secondsUntilRoom(ledger: Ledger, now: number): number {
  const [oldest] = current(ledger, now);
  return oldest === undefined ? 1 : Math.max(1, Math.ceil((oldest[0] + WINDOW_MS - now) / 1000));
}

function encode(ledger: Ledger): string {
  return ledger.map((step) => step.join(":")).join(",");
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
  /** The ledger as it was last seen in the store, and read. */
  let seen: string | undefined;
  let known: Ledger = [];
  const see = (text: string | undefined, ledger: Ledger = decode(text)) => {
    seen = text;
    known = ledger;
  };

  const reserve = async (wanted: number) => {
    for (let attempt = 0; attempt < SWAPS; attempt += 1) {
      const now = Math.floor(clock.now());
      const { granted, next } = spend(known, wanted, quota, now);
      // A full ledger may be an old sight of it: look before refusing.
      if (granted === 0 && attempt > 0) return { granted, ledger: next, now };
      const written = encode(next);
      const result =
        granted === 0
          ? ({ swapped: false, current: await store.read(KEY) } as const)
          : await store.swap(KEY, seen, written, (2 * WINDOW_MS) / 1000);
      if (!result.swapped) {
        see(result.current);
        continue;
      }
      see(written, next);
      return { granted, ledger: next, now };
    }
    throw new Error("the budget is contended");
  };

  /** Without the store: this process's own sight of the ledger goes on. */
  const reserveAlone = (wanted: number) => {
    const now = Math.floor(clock.now());
    const { granted, next } = spend(known, wanted, quota, now);
    see(encode(next), next);
    return { granted, ledger: next, now };
  };

  const serve = async () => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const reserved = await reserve(batch.length).catch(() => {
        warn("the shared budget of guest creations cannot be kept; this process counts for itself");
        return reserveAlone(batch.length);
      });
      const retryAfter = secondsUntilRoom(reserved.ledger, reserved.now);
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
