/** How long to wait after a failure, and how many requests a minute may hold. Numbers in, numbers out. */

const FIRST_MS = 1000;
const LONGEST_MS = 60_000;
const LEAST_MS = 100;
const RETRY_AFTER_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Above this many in a minute something loops, whatever each request's own reason was. */
export const REQUESTS_A_MINUTE = 6;
/** Tokens that live so long need more than that; those that live shorter still are a fault themselves. */
const SHORT_LIFE_FROM_MS = 3000;
const SHORT_LIFE_TO_MS = 14_000;
const REQUESTS_OF_SHORT_LIVES = 20;

/**
 * The instant of the next try after a number of failures in a row: what the endpoint asked for, else full jitter, but
 * before the token expires when time allows. Instants in milliseconds on the keeper's line of time; 0 <= u < 1.
 */
export function nextTry(at: number, failures: number, u: number, retryAfterSeconds = 0, expiresAt = 0): number {
  if (retryAfterSeconds > 0) return at + Math.min(retryAfterSeconds * 1000, RETRY_AFTER_MS) * (1 + u / 10);
  const wait = Math.max(LEAST_MS, u * Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1)));
  const left = expiresAt - at;
  return at + (left > 2000 && wait > left - 1000 ? left / 2 : wait);
}

/** The instants of the last minute with one more. */
export function counted(sent: readonly number[], at: number): readonly number[] {
  return [...sent.filter((instant) => instant > at - MINUTE_MS), at];
}

/**
 * When the next request may be sent: `at` itself, or the instant when the minute has room again.
 * @param lifeMs of the token that is to be renewed, if there is one.
 */
export function roomAt(sent: readonly number[], at: number, lifeMs = 0): number {
  const isShort = lifeMs >= SHORT_LIFE_FROM_MS && lifeMs < SHORT_LIFE_TO_MS;
  const first = sent[sent.length - (isShort ? REQUESTS_OF_SHORT_LIVES : REQUESTS_A_MINUTE)];
  return first === undefined ? at : Math.max(at, first + MINUTE_MS);
}

/** Seconds of a `Retry-After` header (a number or an HTTP date); 0 where there is none that makes sense. */
export function retryAfterSeconds(header: string | null | undefined, serverNow: number): number {
  const given = Number(header) || (Date.parse(header ?? "") - serverNow) / 1000;
  return given > 0 && given < Infinity ? Math.ceil(given) : 0;
}
