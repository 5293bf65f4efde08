/** Sliding windows of calls: pure, instants in, verdict out. */

export interface QuotaVerdict {
  allowed: boolean;
  /** The window after this call; a refused call does not count. */
  window: number[];
  /** Calls in the window, this one included where it was allowed. */
  count: number;
  /** Whole seconds until a call would be allowed again, at least 1. */
  retryAfterSeconds: number;
  /** Whole seconds until the oldest call leaves the window. */
  resetSeconds: number;
}

/** One more call at `now` (ms), where `limit` calls fit into `periodMs`. */
export function takeQuota(window: readonly number[], now: number, limit: number, periodMs: number): QuotaVerdict {
  const recent = window.filter((instant) => instant > now - periodMs);
  const allowed = recent.length < limit;
  if (allowed) recent.push(now);
  const oldest = recent[0] ?? now;
  const resetSeconds = Math.max(1, Math.ceil((oldest + periodMs - now) / 1000));
  return { allowed, window: recent, count: recent.length, retryAfterSeconds: resetSeconds, resetSeconds };
}
