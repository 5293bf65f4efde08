/** A store whose failures are the broker's own errors, so that nobody mistakes an outage for an answer. */
import { BrokerError } from "../errors.js";
import type { Store } from "./store.js";

const RETRY_AFTER_SECONDS = 5;

function unavailable(cause: unknown): never {
  throw new BrokerError("not_ready", "This service cannot reach what it remembers sessions with.", {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    cause,
  });
}

/** The same store; what it rejects with becomes `not_ready`. */
export function guardedStore(store: Store): Store {
  return {
    shared: store.shared,
    read: (key) => store.read(key).catch(unavailable),
    swap: (key, expected, next, ttlSeconds) => store.swap(key, expected, next, ttlSeconds).catch(unavailable),
    remove: (key) => store.remove(key).catch(unavailable),
    readGuest: (customerHash) => store.readGuest(customerHash).catch(unavailable),
    writeGuest: (customerHash, mapping) => store.writeGuest(customerHash, mapping).catch(unavailable),
    ping: () => store.ping().catch(unavailable),
    close: () => store.close(),
  };
}
