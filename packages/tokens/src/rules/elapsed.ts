/**
 * The keeper's own line of time, drawn from two clocks that lie. The wall clock can be set and the monotonic clock can
 * stop in sleep, so where they disagree the one that says more has passed is believed, and the disagreement is told.
 */

export interface Elapsed {
  /** Milliseconds since the keeper began; never goes back. */
  readonly now: number;
  /** The clocks have drawn apart by more than two seconds: a wake or a clock change. */
  readonly jumped: boolean;
  /** The line of time less the monotonic clock. */
  readonly ahead: number;
  /** The wall clock less the monotonic one, when they last agreed. */
  readonly apart: number;
}

const TOLERANCE_MS = 2000;

export function began(wall: number, monotonic: number): Elapsed {
  return { now: 0, jumped: false, ahead: -monotonic, apart: wall - monotonic };
}

/** Reads both clocks again. */
export function elapse(last: Elapsed, wall: number, monotonic: number): Elapsed {
  const slept = wall - monotonic - last.apart;
  const jumped = Math.abs(slept) > TOLERANCE_MS;
  const ahead = jumped ? last.ahead + Math.max(slept, 0) : last.ahead;
  const apart = jumped ? wall - monotonic : last.apart;
  return { now: Math.max(last.now, monotonic + ahead), jumped, ahead, apart };
}
