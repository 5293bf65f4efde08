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
  readonly line: Word | undefined;
  /** Above the composer. */
  readonly notice: Word | undefined;
  /** The button beside the notice. */
  readonly action: "again" | "startNew" | "continueHere" | undefined;
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
  if (state === "refused") return say("bad", "unavailable", "again");
  if (state === "closed" || conversation === "closed") {
    return say("quiet", ended === "signed-in-elsewhere" ? "elsewhere" : "closed", "continueHere");
  }
  if (ended === "read-only" || conversation === "read-only") return say("quiet", "readOnly", "startNew");
  if (ended === "guest" || ended === "logout" || ended === "signed-in-elsewhere") {
    return say("quiet", ENDED_WORD[ended], "startNew");
  }
  if (offline || state === "offline") return say("bad", "offlineText", undefined, "offline");
  if (ended === "expired" || ended === "cleared") return say("quiet", ENDED_WORD[ended]);
  if (state === "starting" || conversation === "connecting") {
    return say("busy", trouble ? "trouble" : undefined, undefined, "connecting");
  }
  if (conversation === "reconnecting") return say("busy", undefined, undefined, "reconnecting");
  return say("quiet");
}

/** Where there is something to be done first, nothing may be written. */
function say(tone: Status["tone"], notice?: Word, action?: Status["action"], line?: Word): Status {
  return { tone, notice, action, line, writable: !action };
}
