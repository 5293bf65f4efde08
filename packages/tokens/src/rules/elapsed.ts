/**
 * The keeper's own line of time, drawn from two clocks that lie. The wall clock can be set and the monotonic clock can
 * stop in sleep, so of what both say has passed the larger is believed, and a disagreement is told.
 */

export interface Elapsed {
  /** Milliseconds since the keeper began; never goes back. */
  readonly now: number;
  /** The clocks disagreed about the time since the last reading by more than two seconds: a wake or a clock change. */
  readonly jumped: boolean;
  readonly wall: number;
  readonly monotonic: number;
  readonly origin: { readonly now: number; readonly wall: number; readonly monotonic: number };
}

const TOLERANCE_MS = 2000;

export function began(wall: number, monotonic: number): Elapsed {
  return { now: 0, jumped: false, wall, monotonic, origin: { now: 0, wall, monotonic } };
}

/** Reads both clocks again. */
export function elapse(last: Elapsed, wall: number, monotonic: number): Elapsed {
  const byWall = wall - last.wall;
  const byMonotonic = monotonic - last.monotonic;
  const jumped = Math.abs(byWall - byMonotonic) > TOLERANCE_MS;
  // Counted from an origin, so that the rounding of many readings does not add up; a jump makes a new origin.
  const { origin } = last;
  const now = jumped
    ? last.now + Math.max(byWall, byMonotonic, 0)
    : Math.max(last.now, origin.now + Math.max(wall - origin.wall, monotonic - origin.monotonic));
  return { now, jumped, wall, monotonic, origin: jumped ? { now, wall, monotonic } : origin };
}
