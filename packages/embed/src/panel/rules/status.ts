/**
 * What the panel says of the connection, and what the visitor may do about it. Pure: states in; the name of a line, a
 * notice and an action out.
 */
import type { ConversationState } from "@guestpass/messaging";
import type { GuestpassEndReason, GuestpassState } from "../../events.js";
import type { Strings } from "../../strings/strings.js";

export interface Situation {
  readonly state: GuestpassState;
  readonly conversation: ConversationState;
  /** Why the last conversation ended, while no new one has started. */
  readonly ended?: GuestpassEndReason | undefined;
  /** The browser says that there is no network. */
  readonly offline: boolean;
  /** The last try to get a session failed; another one follows. */
  readonly trouble: boolean;
}

type Word = keyof Strings;

export interface Status {
  /** One line in the header; none when all is well. */
  readonly line?: Word;
  /** Above the composer. */
  readonly notice?: Word;
  /** The button beside the notice. */
  readonly action?: "again" | "startNew" | "continueHere";
  /** The visitor may write. */
  readonly writable: boolean;
  readonly tone: "quiet" | "busy" | "bad";
}

const ENDED_WORD: Record<GuestpassEndReason, Word> = {
  agent: "ended",
  guest: "endedByYou",
  expired: "expired",
  cleared: "cleared",
  "signed-in-elsewhere": "elsewhere",
  logout: "signedOut",
  "read-only": "readOnly",
};

/** The words for the end of a conversation. */
export function endedWord(reason: GuestpassEndReason): Word {
  return ENDED_WORD[reason];
}

export function statusOf({ state, conversation, ended, offline, trouble }: Situation): Status {
  if (state === "refused") return { notice: "unavailable", action: "again", writable: false, tone: "bad" };
  if (state === "closed" || conversation === "closed") {
    const notice = ended === "signed-in-elsewhere" ? "elsewhere" : "closed";
    return { notice, action: "continueHere", writable: false, tone: "quiet" };
  }
  if (ended === "read-only" || conversation === "read-only") {
    return { notice: "readOnly", action: "startNew", writable: false, tone: "quiet" };
  }
  if (ended === "guest" || ended === "logout" || ended === "signed-in-elsewhere") {
    return { notice: ENDED_WORD[ended], action: "startNew", writable: false, tone: "quiet" };
  }
  if (offline || state === "offline") {
    return { line: "offline", notice: "offlineText", writable: true, tone: "bad" };
  }
  if (ended === "expired" || ended === "cleared") return { notice: ENDED_WORD[ended], writable: true, tone: "quiet" };
  if (state === "starting" || conversation === "connecting") {
    return { line: "connecting", ...(trouble ? { notice: "trouble" } : {}), writable: true, tone: "busy" };
  }
  if (conversation === "reconnecting") return { line: "reconnecting", writable: true, tone: "busy" };
  return { writable: true, tone: "quiet" };
}
