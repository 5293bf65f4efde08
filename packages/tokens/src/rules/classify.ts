/** What to do about a failure, by its code. Knows the contract's problem table; decides nothing about time. */
import type { TokensError } from "../errors.js";

/**
 * `again`: back off and try again. `identity`: ask the page for a new identity token, once. `session`: start a new
 * session, once. `refuse`: nothing more until the page acts.
 */
export type Remedy = "again" | "identity" | "session" | "refuse";

/** Statuses below 500 that pass by themselves. */
const PASSING = [408, 425, 429];

export function remedy(error: Pick<TokensError, "code" | "status">): Remedy {
  const { code, status } = error;
  if (code.startsWith("identity_") && code !== "identity_unavailable") return "identity";
  if (code.startsWith("session_")) return "session";
  if (code === "unsupported") return "refuse";
  if (status === undefined || status < 400 || status >= 500 || PASSING.includes(status)) return "again";
  // A 401 that is not ours (a proxy's, say) says that the handle was not accepted.
  return status === 401 && code === "invalid_answer" ? "session" : "refuse";
}
