/** What a caller is told when a conversation does not go on. Pure. */
import type { ConversationState } from "../contract.js";
import { MessagingError } from "../errors.js";
import type { Effect } from "./link.js";

export type Because = Extract<Effect, { do: "give-up" }>["because"];

/** Nothing can be said in this state, and it does not change by itself. */
export function notOpen(state: ConversationState): MessagingError {
  return new MessagingError("socket_closed", `The conversation is ${state}.`, { retryable: false });
}

export function disposed(): MessagingError {
  return new MessagingError("aborted", "The conversation was disposed of.");
}

/** Why what waited will not be done. `cause`: what the connection last failed of. */
export function givenUp(because: Because, state: ConversationState, cause: unknown): MessagingError {
  if (because === "disconnected") return new MessagingError("aborted", "The conversation was disconnected.");
  if (because === "closed" || because === "over") return notOpen(state);
  if (cause instanceof MessagingError) return cause;
  return new MessagingError("socket_refused", "No token could be had for the messenger.", { cause });
}
