/** When the platform's session runs out unless something is said, by the platform's clock. Pure. */

const LEAD_MS = 300_000;
/** Of a short session no more than this part is warning. */
const LEAD_PART = 1 / 3;

/** What the platform has said: seconds of life after each message, and unix seconds of the end. */
export interface Life {
  readonly durationSeconds?: number;
  readonly expirationDate?: number;
}

/** Milliseconds since 1970 of the end, or null where the platform does not say. `saidAt`: when it said so. */
export function endsAt(life: Life, saidAt: number): number | null {
  if (life.expirationDate !== undefined) return life.expirationDate * 1000;
  return life.durationSeconds === undefined ? null : saidAt + life.durationSeconds * 1000;
}

/** Milliseconds before the end at which a guest is warned. */
export function warningLeadMs(life: Life): number {
  return life.durationSeconds === undefined ? LEAD_MS : Math.min(LEAD_MS, life.durationSeconds * 1000 * LEAD_PART);
}
