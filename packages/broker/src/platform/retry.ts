/**
 * When a call to the platform is worth another try, and after how long. Pure.
 *
 * | outcome | `repeatable` | `once` |
 * |---|---|---|
 * | not reached: nothing was sent | again | again |
 * | 429 | again, after Retry-After | again, after Retry-After |
 * | 5xx but 501 and 505: the platform says that it did not do it | again | again |
 * | lost: sent, but no answer (time-out, reset, an answer without end) | again | never |
 * | anything else | never | never |
 *
 * A 502 or a 504 may hide a guest that was made all the same. Such a guest is an orphan: nobody holds its token, it
 * takes part in no conversation, and it counts once against the quota. A lost answer may hide one as well, but there
 * the next try would come on top of a platform that is already too slow, and its caller has waited a whole time-out.
 */

export type Repeat = "repeatable" | "once";

export type TryOutcome =
  | { kind: "answer"; status: number; retryAfterSeconds?: number | undefined }
  | { kind: "unreached" }
  | { kind: "lost" };

export interface RetryQuestion {
  outcome: TryOutcome;
  repeat: Repeat;
  /** 1 after the first try. */
  triesDone: number;
  triesAllowed: number;
  /** ms until the deadline of the whole call. */
  remainingMs: number;
  /** In [0, 1). */
  random: number;
}

/** First wait of the exponential backoff, ms. */
export const BACKOFF_MS = 500;
/** Longest wait of the backoff, ms (document 4). */
export const BACKOFF_CAP_MS = 30_000;
/** On top of a Retry-After, so that those who wait for the same second do not come back together, ms. */
const RETRY_AFTER_JITTER_MS = 250;
const FOR_GOOD = new Set([501, 505]);
/** A Retry-After beyond it is a mistake of units or a clock, seconds: nobody stays away for days over it. */
const RETRY_AFTER_CAP = 3600;

/** True where another try could do better and can do no harm. */
export function mayTryAgain(outcome: TryOutcome, repeat: Repeat): boolean {
  if (outcome.kind === "unreached") return true;
  if (outcome.kind === "lost") return repeat === "repeatable";
  return outcome.status === 429 || (outcome.status >= 500 && !FOR_GOOD.has(outcome.status));
}

/**
 * ms to wait before the next try, or null where there is none: not allowed, no try left, or the wait would end
 * beyond the deadline (a Retry-After beyond it is the caller's to hear at once).
 */
export function retryDelay(question: RetryQuestion): number | null {
  const { outcome, repeat, triesDone, triesAllowed, remainingMs, random } = question;
  if (triesDone >= triesAllowed || !mayTryAgain(outcome, repeat)) return null;
  const asked = outcome.kind === "answer" ? outcome.retryAfterSeconds : undefined;
  const delayMs =
    asked === undefined
      ? Math.min(BACKOFF_CAP_MS, BACKOFF_MS * 2 ** (triesDone - 1)) * random
      : asked * 1000 + RETRY_AFTER_JITTER_MS * random;
  return delayMs < remainingMs ? Math.ceil(delayMs) : null;
}

/** Seconds that a Retry-After header asks for, as seconds or as a date, an hour at most; undefined for one that says nothing. */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  const value = header?.trim() ?? "";
  if (/^\d{1,9}$/.test(value)) return Math.min(RETRY_AFTER_CAP, Number(value));
  // Only the shapes of an HTTP date: Date.parse alone would take "-1" for a year.
  if (!/^[A-Za-z]{3,9},? \d|^[A-Za-z]{3} [A-Za-z]{3} /.test(value)) return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.min(RETRY_AFTER_CAP, Math.max(0, Math.ceil((at - nowMs) / 1000)));
}
