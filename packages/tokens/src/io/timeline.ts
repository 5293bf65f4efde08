/** The keeper's own line of time and its one timer, over the two clocks of the outside. */
import type { KeeperPorts } from "../ports.js";
import { began, type Elapsed, elapse } from "../rules/elapsed.js";

export interface Timeline {
  /** Milliseconds since the beginning; never goes back. */
  now(): number;
  /** The same, and whether the clocks have disagreed since this was last asked: a wake, or a clock that was set. */
  read(): Elapsed;
  /** Sets the one timer to an instant, or (Infinity) to none. It may fire early. */
  arm(at: number): void;
}

/** A timer is looked at this often while the page is seen: a laptop that wakes does not always say so. */
const GLANCE_MS = 30_000;
/** The longest that a timer can be set for; a longer way is gone in several steps. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createTimeline({ clock, page }: Pick<KeeperPorts, "clock" | "page">, run: () => void): Timeline {
  let time = began(clock.wall(), clock.monotonic());
  let timer: unknown;
  const glance = (): Elapsed => elapse(time, clock.wall(), clock.monotonic());
  const now = (): number => glance().now;
  return {
    now,
    read() {
      time = glance();
      return time;
    },
    arm(at) {
      clock.clearTimer(timer);
      if (at === Infinity) return;
      const longest = page.visible() ? GLANCE_MS : LONGEST_TIMER_MS;
      timer = clock.setTimer(run, Math.min(Math.max(Math.ceil(at - now()), 0), longest));
    },
  };
}
