/** What to do about a failure, by its code. Knows the contract's problem table; decides nothing about time. */
import type { TokensError } from "../errors.js";

/**
 * `again`: back off and try again. `identity`: ask the page for a new identity token, once. `session`: start a new
 * session, once. `refuse`: nothing more until the page acts.
 */
export type Remedy = "again" | "identity" | "session" | "refuse";

export function remedy({ code, status, retryable }: TokensError): Remedy {
  if (retryable) return "again";
  if (code.startsWith("identity")) return "identity";
  // A 401 that is not ours (a proxy's, say) says that the handle was not accepted.
  return status === 401 && (code.startsWith("session") || code === "invalid_answer") ? "session" : "refuse";
}
