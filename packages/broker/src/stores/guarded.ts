/**
 * A store whose failures are the broker's own errors, so that nobody mistakes an outage for an answer, and which is left
 * alone for a moment when it has failed several times in a row, so that an outage costs nobody a time-out at each step.
 */
import { BrokerError } from "../errors.js";
import type { Store } from "./store.js";

const RETRY_AFTER_SECONDS = 5;
/** Failures in a row after which it is left alone. */
const FAILURES = 3;
/** For how long, ms: it is used again within this time when it is back. */
const PAUSE_MS = 1000;

function unavailable(cause: unknown): BrokerError {
  return new BrokerError("not_ready", "This service cannot reach what it remembers sessions with.", {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    cause,
  });
}

/** The same store; what it rejects with becomes `not_ready`. */
export function guardedStore(store: Store): Store {
  let failures = 0;
  let failedAt = Number.NEGATIVE_INFINITY;
  let reason: unknown;

  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      const value = await work();
      failures = 0;
      return value;
    } catch (cause) {
      failures += 1;
      failedAt = performance.now();
      reason = cause;
      throw unavailable(cause);
    }
  };
  const guarded = <T>(work: () => Promise<T>): Promise<T> =>
    failures >= FAILURES && performance.now() - failedAt < PAUSE_MS
      ? Promise.reject(unavailable(reason))
      : attempt(work);

  return {
    shared: store.shared,
    read: (key) => guarded(() => store.read(key)),
    swap: (key, expected, next, ttlSeconds) => guarded(() => store.swap(key, expected, next, ttlSeconds)),
    remove: (key) => guarded(() => store.remove(key)),
    readGuest: (customerHash) => guarded(() => store.readGuest(customerHash)),
    writeGuest: (customerHash, mapping) => guarded(() => store.writeGuest(customerHash, mapping)),
    // Whoever asks whether it works wants to know it now.
    ping: () => attempt(() => store.ping()),
    close: () => store.close(),
  };
}
