/** What the broker takes from its surroundings, with the real thing as default. Tests put virtual time in here. */
import type { GoneSignal } from "./request-context.js";

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface BrokerPorts {
  readonly clock: Clock;
  /** A number in [0, 1) for jitter; never used for identifiers. */
  random(): number;
  /** Resolves after `delayMs`, or rejects with the signal's reason. */
  sleep(delayMs: number, signal?: GoneSignal): Promise<void>;
}

export const realPorts: BrokerPorts = {
  clock: { now: () => Date.now() },
  random: () => Math.random(),
  sleep: (delayMs, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, delayMs);
      signal?.addEventListener("abort", onAbort);
    }),
};
