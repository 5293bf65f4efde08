/**
 * The states of a conversation's connection and the words of its machine. Shapes alone; `machine.ts` has the steps.
 */
import type { ConversationState, EndReason } from "../contract.js";

export interface Link {
  /**
   * `asking` for a token, `opening` the socket, `configuring` the session, `renewing` a token that was refused on the
   * open socket, `waiting` for the next try, `stopped` for a reason that `end` names.
   */
  readonly phase: "idle" | "asking" | "opening" | "configuring" | "ready" | "renewing" | "waiting" | "stopped";
  /** Tries since a session last stood. */
  readonly attempt: number;
  /** The token was refused, and no session has stood since. */
  readonly refused: boolean;
  /** The next configureSession begins a new conversation. */
  readonly startNew: boolean;
  /** It has been open since `connect()`. */
  readonly wasOpen: boolean;
  readonly readOnly: boolean;
  /** The guest's own end that is under way. */
  readonly leaving: "clear" | "close" | "restart" | null;
  readonly end: EndReason | "closed" | null;
}

export const NEW_LINK: Link = {
  phase: "idle",
  attempt: 0,
  refused: false,
  startNew: false,
  wasOpen: false,
  readOnly: false,
  leaving: null,
  end: null,
};

export type LinkEvent =
  | { type: "connect" }
  | { type: "token" }
  | { type: "token-failed"; retryable: boolean }
  | { type: "opened" }
  /** The socket is gone, or counts as gone. */
  | { type: "lost" }
  /** The session has stood for a while. */
  | { type: "stable" }
  | { type: "session"; connected: boolean; newSession: boolean; readOnly: boolean }
  /** 401 or 403: the token was not accepted. */
  | { type: "refused" }
  /** The platform will not have this session, with any token. */
  | { type: "rejected" }
  /** The session is over for good: expired, logged out. */
  | { type: "over"; reason: EndReason }
  | { type: "connection-closed"; signedIn: boolean }
  | { type: "cleared" }
  | { type: "agent-left"; readOnly: boolean }
  /** The time for the next try has come, or the network has. */
  | { type: "due" }
  | { type: "end"; clear: boolean }
  | { type: "clear-refused" }
  | { type: "leave-timeout" }
  | { type: "restart" }
  | { type: "reconfigure" }
  | { type: "disconnect" };

export type Effect =
  | { do: "ask-token" }
  | { do: "refuse-token" }
  | { do: "open" }
  | { do: "configure"; startNew: boolean }
  | { do: "close" }
  | { do: "wait"; attempt: number }
  | { do: "join" }
  /** `again`: it has been open before. */
  | { do: "sync"; newSession: boolean; again: boolean }
  | { do: "started"; newSession: boolean }
  | { do: "clear" }
  | { do: "close-session" }
  | { do: "wipe" }
  | { do: "ended"; reason: EndReason }
  /** Nothing more will be sent on this connection: what waits fails. */
  | { do: "give-up"; because: "refused" | "token" | "closed" | "over" | "disconnected" };

/** The effects that the connection does not run itself. */
export type ConversationEffect = Exclude<
  Effect,
  { do: "ask-token" | "refuse-token" | "open" | "configure" | "close" | "wait" }
>;

/** What a caller sees of it. */
export function publicState(link: Link): ConversationState {
  switch (link.phase) {
    case "idle":
      return "none";
    case "stopped":
      return link.end === "closed" ? "closed" : "ended";
    case "ready":
      return link.readOnly ? "read-only" : "open";
    default:
      return link.wasOpen ? "reconnecting" : "connecting";
  }
}
