/**
 * What the panel keeps in this browser beside the session: an unsent text, and whether the visitor wants to be alerted.
 * Knows where by the page's `persist`; every access may throw (a sandbox, a full disk), and then nothing is kept.
 */
import type { PersistName } from "./attributes.js";

export interface Keeping {
  readonly deploymentId: string | undefined;
  readonly persist: PersistName;
}

/** An unsent text is this tab's own: two tabs must not overwrite each other's. */
export type Kept = "draft" | "alerts";

export function recall(where: Keeping, what: Kept): string | null | undefined {
  return touch(where, what, (area, key) => area.getItem(key));
}

/** An empty text keeps nothing. */
export function keep(where: Keeping, what: Kept, text: string): void {
  touch(where, what, (area, key) => (text ? area.setItem(key, text) : area.removeItem(key)));
}

export function forgetAll(where: Keeping): void {
  keep(where, "draft", "");
  keep(where, "alerts", "");
}

function touch<Result>(
  { deploymentId, persist }: Keeping,
  what: Kept,
  use: (area: Storage, key: string) => Result,
): Result | undefined {
  try {
    const area = persist === "site" && what === "alerts" ? localStorage : sessionStorage;
    return persist === "none" ? undefined : use(area, `guestpass:${deploymentId}:${what}`);
  } catch {
    return undefined;
  }
}
