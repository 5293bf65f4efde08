/** When a lost socket is tried again. Figures in, a figure out. */

const FIRST_MS = 500;
const CAP_MS = 30_000;
/** A session that stood this long was no failure: the next loss begins at the first step again. */
export const STABLE_MS = 10_000;

/** Delay before try number `attempt` (0 is the first after a loss): 0.5 s x 2, full jitter, cap 30 s. `random` is 0 to below 1. */
export function reconnectDelayMs(attempt: number, random: number): number {
  return Math.round(random * Math.min(CAP_MS, FIRST_MS * 2 ** Math.min(attempt, 16)));
}
