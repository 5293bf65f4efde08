/**
 * Says when the endpoint has too much to do: too many requests under way, or an event loop that comes late for seconds.
 * Knows nothing of what the requests are.
 */
import { Refusal } from "./problems.js";

export interface Patience {
  /** How often the event loop is looked at. */
  readonly lookMs: number;
  /** A look that comes so much too late is late. */
  readonly lateMs: number;
  /** Looks that are late one after another for so long are an overload; one long pause alone is none. */
  readonly forMs: number;
  /** With no more requests than these under way it is not they who make it late, and refusing them would help nobody. */
  readonly few: number;
}

const PATIENCE: Patience = { lookMs: 100, lateMs: 500, forMs: 2500, few: 50 };
const RETRY_AFTER_SECONDS = 2;

export interface Pressure {
  /** Runs the work, or rejects with `overloaded` when there is too much. */
  run<T>(work: () => Promise<T>): Promise<T>;
  close(): void;
}

/** With false nothing is ever too much. */
export function createPressure(maxConcurrent: number | false, patience: Patience = PATIENCE): Pressure {
  return maxConcurrent === false ? NONE : measuredPressure(maxConcurrent, patience);
}

const NONE: Pressure = { run: (work) => work(), close: () => undefined };

/**
 * Not by `monitorEventLoopDelay`: after each reset its histogram leaves one look out, and a loop that is very late has
 * no more than one between two resets, so that it would see least when there is most to see.
 */
function measuredPressure(maxConcurrent: number, { lookMs, lateMs, forMs, few }: Patience): Pressure {
  let underWay = 0;
  let lateLooks = 0;
  let lateForMs = 0;
  let lookedAt = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const sinceMs = now - lookedAt;
    lookedAt = now;
    const late = sinceMs - lookMs > lateMs;
    lateLooks = late ? lateLooks + 1 : 0;
    lateForMs = late ? lateForMs + sinceMs : 0;
  }, lookMs);
  timer.unref();

  return {
    async run(work) {
      const late = lateLooks >= 2 && lateForMs >= forMs;
      if (underWay >= maxConcurrent || (late && underWay > few))
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
    },
  };
}
