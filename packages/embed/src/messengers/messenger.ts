/**
 * The one interface of every messenger: the built-in panel, the official one, none. Shapes alone. A messenger knows
 * how to show a conversation; it does not know how a token is had or renewed.
 */
import type { ConversationState, ConversationToken, TranscriptMessage } from "@guestpass/messaging";
import type { Authorization, MessengerInfo } from "@guestpass/protocol";
import type { GuestSession } from "@guestpass/tokens";
import type { GuestpassError } from "../errors.js";
import type { GuestpassEndReason } from "../events.js";

/** What a messenger may ask of, and tells, the controller that drives it. */
export interface MessengerHost {
  readonly deploymentId: string;
  /** What the page has set, as it is now. */
  settings(): {
    readonly customAttributes: Record<string, string> | undefined;
    readonly authorization: Authorization | undefined;
  };
  /** Somebody is looking at the conversation: what comes now is read. */
  readonly watched: boolean;
  getToken(): Promise<ConversationToken>;
  /** The platform refused this token before its time. */
  tokenRefused(token: string): Promise<ConversationToken>;
  messengerInfo(): Promise<MessengerInfo>;
  conversationState(state: ConversationState): void;
  message(message: TranscriptMessage): void;
  started(newSession: boolean): void;
  ended(reason: GuestpassEndReason): void;
  failed(error: GuestpassError): void;
  /** Something that is shown has changed. */
  changed(): void;
  /** The messenger's own window was opened or closed by the visitor. */
  windowOpened(open: boolean): void;
}

/** What comes before a message that nothing is there for yet. */
export interface First {
  start(): Promise<void>;
  /** A failed start that may yet work is waited for. */
  readonly patient: boolean;
}

export interface Messenger {
  /** It shows a launcher of its own. */
  readonly hasLauncher?: boolean;
  /** Initialises the messenger with a live token; resolves when it can be used. Once per session. */
  start(session: GuestSession): Promise<void>;
  /** The page has changed a setting that the session goes on with. */
  configured?(): void;
  /** The same session has a renewed token. */
  refreshed(session: GuestSession): void;
  /**
   * Sends a text; resolves with the platform's id of it.
   * @param first what must be waited for before it can go, where the conversation is not under way.
   */
  send(text: string, first?: First): Promise<{ id: string }>;
  /** The session has reached its end: nothing more goes by its token. */
  expire?(): void;
  /** Ends the conversation at the platform. */
  end(): Promise<void>;
  /** Shows or hides a window of the messenger's own; the built-in panel is drawn by the element. */
  show(): Promise<void>;
  hide(): Promise<void>;
  /** Forgets what is shown: another user, or a shared computer. */
  clear(): void;
  dispose(): void;
}
