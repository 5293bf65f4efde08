/**
 * The states of a conversation's connection and the words of its machine. Shapes alone; `machine.ts` has the steps.
 */
import type { ConversationState, EndReason } from "../contract.js";

export interface Link {
  /**
   * `asking` for a token, `opening` the socket, `configuring` the session, `renewing` a token that was refused on the
   * open socket, `waiting` for the next try, `stopped` for the reason that `end` names.
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
  readonly end: EndReason | "closed" | null;
}

export const NEW_LINK: Link = {
  phase: "idle",
  attempt: 0,
  refused: false,
  startNew: false,
  wasOpen: false,
  readOnly: false,
  end: null,
};

export type LinkEvent =
  | ["connect"]
  /** The time for the next try has come, or the network has. */
  | ["due"]
  | ["token"]
  /** With whether another try may help. */
  | ["token-failed", boolean]
  | ["opened"]
  | ["session", { connected: boolean; newSession: boolean; readOnly: boolean }]
  /** The session has stood for a while. */
  | ["stable"]
  /** The socket is gone, or counts as gone; or no token came in time. */
  | ["lost"]
  /** 401 or 403: the token was not accepted. */
  | ["refused"]
  /** The platform will not have this session with any token, or closed this connection on purpose. */
  | ["rejected"]
  /** The session is over for good; with whether what was said is gone with it. */
  | ["over", EndReason, wiped?: boolean]
  /** The agent is gone, and nobody may write on. */
  | ["read-only"]
  /** A new conversation; an open session has been closed. */
  | ["restart"]
  | ["reconfigure"]
  | ["disconnect"];

/**
 * - `ask` for a token, `replace` a refused one, `open` the socket, `configure` the session, `hang-up`, `wait` for a try
 * - `sync`: a session stands; `started`: it is the first, or a new one
 * - `wipe` the transcript, `ended` for the reason in `end`, `fail` all that waits: nothing more will be sent
 */
export type Effect =
  | "ask"
  | "replace"
  | "open"
  | "configure"
  | "hang-up"
  | "wait"
  | "sync"
  | "started"
  | "wipe"
  | "ended"
  | "fail";

/** What a caller sees of it. */
export function publicState({ phase, end, readOnly, wasOpen }: Link): ConversationState {
  if (phase === "idle") return "none";
  if (phase === "stopped") return end === "closed" ? "closed" : "ended";
  if (phase === "ready") return readOnly ? "read-only" : "open";
  return wasOpen ? "reconnecting" : "connecting";
}
