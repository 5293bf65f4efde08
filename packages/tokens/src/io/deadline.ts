/** An end for what would otherwise be waited for without one. */
import { TokensError } from "../errors.js";
import type { Clock } from "../ports.js";

/** The work's own outcome, or after `ms` a TokensError `timeout`; then `giveUp` is called. */
export async function inTime<T>(clock: Clock, ms: number, work: Promise<T>, giveUp?: () => void): Promise<T> {
  let timer: unknown;
  const late = new Promise<never>((_, reject) => {
    timer = clock.setTimer(() => {
      reject(new TokensError("timeout", "No answer in time.", { retryable: true }));
      giveUp?.();
    }, ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clock.clearTimer(timer);
  }
}
