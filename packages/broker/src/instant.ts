/** Instants as text. Pure. */

/** Seconds that are remembered as they were written. */
const SECONDS_KEPT = 16;
const written = new Map<number, string>();

/**
 * ISO 8601 with milliseconds, as `Date.toISOString` has it; RangeError where it has one. Many instants are of the same
 * second: what they share is written once.
 */
export function isoInstant(ms: number): string {
  const second = Math.floor(Math.trunc(ms) / 1000);
  let start = written.get(second);
  if (start === undefined) {
    start = new Date(second * 1000).toISOString().slice(0, -4);
    if (written.size >= SECONDS_KEPT) written.clear();
    written.set(second, start);
  }
  return `${start}${String(Math.trunc(ms) - second * 1000).padStart(3, "0")}Z`;
}
