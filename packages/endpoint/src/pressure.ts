/**
 * Says when the endpoint has too much to do: too many requests under way, or an event loop that comes late for seconds.
 * Knows nothing of what the requests are.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Refusal } from "./problems.js";

const SAMPLE_MS = 1000;
const RESOLUTION_MS = 20;
/** Mean lateness of a whole second, twice in a row: one long pause alone is no overload. */
const LATE_MS = 500;
const RETRY_AFTER_SECONDS = 2;

export interface Pressure {
  /** Runs the work, or rejects with `overloaded` when there is too much. */
  run<T>(work: () => Promise<T>): Promise<T>;
  close(): void;
}

/** With false nothing is ever too much. */
export function createPressure(maxConcurrent: number | false): Pressure {
  return maxConcurrent === false ? NONE : measuredPressure(maxConcurrent);
}

const NONE: Pressure = { run: (work) => work(), close: () => undefined };

function measuredPressure(maxConcurrent: number): Pressure {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let underWay = 0;
  let lateSamples = 0;
  const timer = setInterval(() => {
    // Nanoseconds, and they count the resolution in.
    const lateMs = delay.mean / 1e6 - RESOLUTION_MS;
    lateSamples = lateMs > LATE_MS ? lateSamples + 1 : 0;
    delay.reset();
  }, SAMPLE_MS);
  timer.unref();

  return {
    async run(work) {
      if (underWay >= maxConcurrent || lateSamples >= 2)
        throw new Refusal("overloaded", "The endpoint has too much to do; try again in a moment.", {
          retryAfterSeconds: RETRY_AFTER_SECONDS,
        });
      underWay += 1;
      try {
        return await work();
      } finally {
        underWay -= 1;
      }
    },
    close() {
      clearInterval(timer);
      delay.disable();
    },
  };
}
