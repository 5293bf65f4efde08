/** Holds the sliding window of each thing that is rate limited; forgets the ones that ran empty. */
import type { Clock } from "./clock.js";
import { type QuotaVerdict, takeQuota } from "./world/quota.js";

/** Windows kept at most; beyond it those that are over are dropped. */
const KEPT = 10_000;

export interface Windows {
  take(key: string, limit: number, periodMs: number): QuotaVerdict;
  forget(prefix: string): void;
}

export function createWindows(clock: Clock): Windows {
  const windows = new Map<string, { calls: number[]; over: number }>();

  function sweep(now: number): void {
    if (windows.size < KEPT) return;
    for (const [key, { over }] of windows) if (over <= now) windows.delete(key);
    for (const key of windows.keys()) {
      if (windows.size < KEPT) return;
      windows.delete(key);
    }
  }

  return {
    take(key, limit, periodMs) {
      const now = clock.now();
      sweep(now);
      const verdict = takeQuota(windows.get(key)?.calls ?? [], now, limit, periodMs);
      windows.set(key, { calls: verdict.window, over: now + periodMs });
      return verdict;
    },
    forget(prefix) {
      for (const key of windows.keys()) if (key.startsWith(prefix)) windows.delete(key);
    },
  };
}
