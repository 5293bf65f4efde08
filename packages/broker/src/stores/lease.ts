/**
 * One at a time, over all that share a store: whoever has the lease works, the others wait for it. It is short and
 * renewed while its holder works, so that a holder that has died keeps nobody waiting for longer than that.
 */
import { nanoid } from "nanoid";
import type { Store } from "./store.js";

/** A lease that is not renewed is free after this, seconds. */
const LEASE_SECONDS = 3;
const RENEW_MS = 1000;
/** First and longest pause between two looks at a lease that somebody else has, ms. */
const LOOK_MS = 30;
const LOOK_AT_MOST_MS = 300;
const FREE = "free";

export interface Lease {
  /** Never rejects; a store that fails now lets the lease die of age. */
  release(): Promise<void>;
}

/**
 * The lease of that key, or undefined where `waitMs` is over before it is free. Rejects when the store does.
 */
export async function takeLease(store: Store, key: string, waitMs: number): Promise<Lease | undefined> {
  const holder = nanoid();
  const over = performance.now() + waitMs;
  const attempt = async () => {
    let seen: string | undefined;
    for (const _turn of ["not there", "free"]) {
      const result = await store.swap(key, seen, holder, LEASE_SECONDS);
      if (result.swapped || result.current === holder) return true;
      if (result.current !== FREE) return false;
      seen = FREE;
    }
    return false;
  };
  for (let pauseMs = LOOK_MS; !(await attempt()); pauseMs = Math.min(pauseMs * 1.5, LOOK_AT_MOST_MS)) {
    const left = over - performance.now();
    if (left <= 0) return undefined;
    await new Promise((resolve) => setTimeout(resolve, Math.min(left, pauseMs * (0.5 + Math.random() / 2))));
  }
  const renewing = setInterval(() => {
    store.swap(key, holder, holder, LEASE_SECONDS).catch(() => undefined);
  }, RENEW_MS);
  renewing.unref();
  return {
    async release() {
      clearInterval(renewing);
      // Not removed: by now it may be somebody else's.
      await store.swap(key, holder, FREE, 1).catch(() => undefined);
    },
  };
}
