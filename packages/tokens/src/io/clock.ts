/** The browser's (or Node's) clocks and timer. */
import type { Clock } from "../ports.js";

/** Takes the timer functions as they are now: a page that replaces them later does not stop the keeper's time. */
export function systemClock(): Clock {
  const { setTimeout: set, clearTimeout: clear, performance } = globalThis;
  return {
    wall: () => Date.now(),
    monotonic: () => performance.now(),
    setTimer: (run, delayMs) => set(run, delayMs),
    clearTimer: (timer) => clear(timer as number),
  };
}
