/**
 * A store over the network that is left alone when it has failed several times in a row: until it answers a ping again,
 * whatever is asked of it is refused at once, so that an outage costs nobody a time-out at each step.
 */
import type { Store } from "./store.js";

/** Failures in a row after which it is left alone. */
const FAILURES = 3;
/** Between two pings while it is away, ms. */
const PING_MS = 500;

/** The same store. While it is away it rejects with what it failed with last. */
export function steadyStore(store: Store): Store {
  let failures = 0;
  let reason: Error | undefined;
  let probing: NodeJS.Timeout | undefined;
  let closed = false;

  const probe = () => {
    if (closed) return;
    probing = setTimeout(() => {
      attempt(() => store.ping()).then(
        () => {
          probing = undefined;
        },
        () => probe(),
      );
    }, PING_MS);
    probing.unref();
  };
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      const value = await work();
      failures = 0;
      return value;
    } catch (error) {
      failures += 1;
      reason = error instanceof Error ? error : new Error("the store failed", { cause: error });
      if (failures >= FAILURES && probing === undefined) probe();
      throw error;
    }
  };
  const ask = <T>(work: () => Promise<T>): Promise<T> =>
    failures >= FAILURES ? Promise.reject(reason) : attempt(work);

  return {
    shared: store.shared,
    read: (key) => ask(() => store.read(key)),
    swap: (key, expected, next, ttlSeconds) => ask(() => store.swap(key, expected, next, ttlSeconds)),
    remove: (key) => ask(() => store.remove(key)),
    readGuest: (customerHash) => ask(() => store.readGuest(customerHash)),
    writeGuest: (customerHash, mapping) => ask(() => store.writeGuest(customerHash, mapping)),
    // Whoever asks whether it works wants to know it now.
    ping: () => attempt(() => store.ping()),
    async close() {
      closed = true;
      clearTimeout(probing);
      await store.close();
    },
  };
}
