/** How long before its end a token is to be refreshed. One function, for every life. Pure. */

/**
 * Seconds from now until the refresh. The lead is `leadSeconds`, and at most a third of the life, so that a token that
 * lives 15 s is refreshed after 10 and not at once.
 */
export function refreshIn(lifeSeconds: number, leadSeconds: number): number {
  if (lifeSeconds <= 1) return Math.max(0, lifeSeconds);
  return Math.max(1, Math.floor(lifeSeconds - Math.min(leadSeconds, lifeSeconds / 3)));
}
