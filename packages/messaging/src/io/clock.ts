/** The real time, network and visibility of a browser or of Node. Knows nothing of conversations; safe without a window. */
import type { Clock, Signal } from "../ports.js";

/** More than this between the two clocks is sleep or a changed wall clock, less is rounding. */
const SLEEP_MS = 1_000;
/** `setTimeout` fires at once above this. */
const LONGEST_MS = 2 ** 31 - 1;

/** A clock that only grows and counts sleep too, although `performance.now()` stops then on some systems. */
export function systemClock(): Clock {
  let lastWall = Date.now();
  let lastMono = performance.now();
  let elapsed = 0;
  return {
    now() {
      const wall = Date.now();
      const mono = performance.now();
      const byMono = mono - lastMono;
      const byWall = wall - lastWall;
      elapsed += byWall - byMono > SLEEP_MS ? byWall : byMono;
      lastWall = wall;
      lastMono = mono;
      return elapsed;
    },
    wall: () => Date.now(),
    after(delayMs, run) {
      const timer = setTimeout(run, Math.min(delayMs, LONGEST_MS));
      return () => clearTimeout(timer);
    },
  };
}

/** `navigator.onLine`; true where nobody knows. */
export function networkSignal(): Signal {
  return signal(() => globalThis.navigator?.onLine !== false, [globalThis, "online"], [globalThis, "offline"]);
}

/** The page is not hidden; true where there is no page. A page that comes back from the cache or from freezing changes too. */
export function visibilitySignal(): Signal {
  const { document } = globalThis;
  return signal(
    () => document?.visibilityState !== "hidden",
    [document, "visibilitychange"],
    [document, "resume"],
    [globalThis, "pageshow"],
  );
}

function signal(current: () => boolean, ...events: [target: Partial<EventTarget> | undefined, type: string][]): Signal {
  return {
    current,
    onChange(listener) {
      const stop = new AbortController();
      for (const [target, type] of events) target?.addEventListener?.(type, listener, stop);
      return () => stop.abort();
    },
  };
}
