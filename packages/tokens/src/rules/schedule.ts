/**
 * When a token is renewed. Knows lives and leads, in milliseconds on the keeper's own line of time; knows no timer and
 * no wall clock: everything is counted from the instant when the request was sent.
 */

/** What an answer grants, in seconds. */
export interface Terms {
  readonly expiresIn: number;
  /** The endpoint's own proposal; ignored where it makes no sense. */
  readonly refreshIn: number;
  /** What is left of the session; no token outlives it. */
  readonly session: { readonly expiresIn: number };
}

/** One life of a token, as instants. */
export interface Life {
  readonly sentAt: number;
  /** From here no sooner renewal, whoever asks. */
  readonly floorAt: number;
  /** From here it is expiring: the one instant that the timer and `isExpiring` share. */
  readonly refreshAt: number;
  readonly expiresAt: number;
  /** The session's absolute end. */
  readonly endsAt: number;
  /** False where a renewal has shown that nothing more is to be gained before the session ends. */
  readonly renewable: boolean;
}

/** Two renewals are this far apart, or a third of a life where that is shorter. */
const PACE_MS = 10_000;
/** Six minutes: the longest that a browser holds back a hidden page's timer. */
const LONGEST_OWN_LEAD_MS = 360_000;
const SHORTEST_LEAD_MS = 60_000;

/** How long before the end of a life its renewal is due at the latest. */
export function lead(lifeMs: number, refreshInMs: number): number {
  const asked =
    refreshInMs > 0 && refreshInMs < lifeMs ? lifeMs - refreshInMs : Math.min(lifeMs / 4, LONGEST_OWN_LEAD_MS);
  return Math.min(Math.max(asked, Math.min(lifeMs / 10, SHORTEST_LEAD_MS)), (lifeMs * 2) / 3);
}

/**
 * Plans a life. `u` (0 <= u < 1) spreads the renewals of clients that were born together: up to a whole lead earlier,
 * but not so early that six requests a minute would not do. Where a life is too short for that, a renewal in time counts
 * for more: it comes after three quarters of the life.
 */
export function plan(terms: Terms, sentAt: number, u: number, previous: Life | null = null): Life {
  const sessionMs = terms.session.expiresIn * 1000;
  const lifeMs = Math.max(Math.min(terms.expiresIn * 1000, sessionMs), 0);
  const leadMs = lead(lifeMs, terms.refreshIn * 1000);
  const latest = lifeMs - leadMs;
  const low = Math.max(latest - Math.min(leadMs, latest / 2), Math.min(PACE_MS, (lifeMs * 3) / 4));
  const high = Math.max(latest, low + leadMs / 10);
  const expiresAt = sentAt + lifeMs;
  return {
    sentAt,
    floorAt: sentAt + Math.min(PACE_MS, lifeMs / 3),
    refreshAt: sentAt + high - (high - low) * u,
    expiresAt,
    endsAt: sentAt + sessionMs,
    renewable: lifeMs < sessionMs - 1000 || !previous || expiresAt - previous.expiresAt > 5000,
  };
}

export function isExpiring(life: Life, at: number): boolean {
  return at >= life.refreshAt;
}

export function isLive<Known extends Life>(life: Known | null, at: number): life is Known {
  return life !== null && at < life.expiresAt;
}

/** Whole seconds left. */
export function secondsLeft(life: Life | null, at: number): number {
  return life === null ? 0 : Math.max(0, Math.floor((life.expiresAt - at) / 1000));
}
