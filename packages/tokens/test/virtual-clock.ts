/** Time as a test wants it: one truth, two clocks that may lie about it, timers that stand still while the machine sleeps. */
import type { Clock } from "../src/ports.js";

interface Timer {
  readonly due: number;
  readonly order: number;
  run(): void;
}

export class VirtualClock implements Clock {
  /** Milliseconds since the epoch, as they really are: the endpoint's clock. */
  truth = Date.UTC(2026, 0, 1);
  /** How wrong the wall clock is. */
  wallError = 0;
  /** Time during which the machine was awake. */
  awake = 0;
  /** False: the monotonic clock goes on in sleep, as on some systems. */
  monotonicStops = true;
  /** Timers are not fired more often than this: a hidden page's. */
  throttleMs = 0;
  timersSet = 0;
  timersFired = 0;
  longestDelay = 0;
  readonly timers = new Map<number, Timer>();
  private slept = 0;

  wall(): number {
    return this.truth + this.wallError;
  }

  monotonic(): number {
    return this.awake + (this.monotonicStops ? 0 : this.slept);
  }

  setTimer(run: () => void, delayMs: number): number {
    this.timersSet += 1;
    this.longestDelay = Math.max(this.longestDelay, delayMs);
    // As a browser does it: what does not fit into 31 bits fires at once, and so does what is no number.
    const delay = delayMs > 2 ** 31 - 1 || !(delayMs > 0) ? 0 : delayMs;
    const due = this.awake + delay;
    const late = this.throttleMs > 0 ? Math.ceil(due / this.throttleMs) * this.throttleMs : due;
    this.timers.set(this.timersSet, { due: late, order: this.timersSet, run });
    return this.timersSet;
  }

  clearTimer(timer: unknown): void {
    this.timers.delete(timer as number);
  }

  /** Passes time awake; after each timer `settle` lets what it caused come to rest. */
  async advance(ms: number, settle: () => Promise<void>): Promise<void> {
    const end = this.awake + ms;
    await settle();
    for (;;) {
      const next = this.next();
      if (next === undefined || next.due > end) break;
      this.pass(Math.max(0, next.due - this.awake));
      this.timers.delete(next.order);
      this.timersFired += 1;
      next.run();
      await settle();
    }
    this.pass(Math.max(0, end - this.awake));
  }

  /** The same for a world without anything asynchronous; returns at once. */
  next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers.values()) {
      if (!first || timer.due < first.due || (timer.due === first.due && timer.order < first.order)) first = timer;
    }
    return first;
  }

  pass(ms: number): void {
    this.truth += ms;
    this.awake += ms;
  }

  /** The lid is closed: timers stand still, the truth goes on. */
  sleep(ms: number): void {
    this.truth += ms;
    this.slept += ms;
  }
}

/** Numbers that look random and are the same in each run (mulberry32). */
export function seeded(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
