/**
 * The one interface of every messenger: the built-in panel, the official one, none. Shapes alone. A messenger knows
 * how to show a conversation; it does not know how a token is had or renewed.
 */
import type { ConversationToken } from "@guestpass/messaging";
import type { MessengerInfo } from "@guestpass/protocol";
import type { GuestSession } from "@guestpass/tokens";
import type { GuestpassEndReason } from "../events.js";
import type { Page } from "../page.js";
import type { Voice } from "../voice.js";

/** What a messenger may ask of the controller that drives it, and where it tells what happens. */
export interface MessengerHost {
  /** What the page has set, as it is now. */
  readonly page: Page;
  readonly voice: Voice;
  getToken(): Promise<ConversationToken>;
  /** The platform refused this token before its time. */
  tokenRefused(token: string): Promise<ConversationToken>;
  messengerInfo(): Promise<MessengerInfo>;
  ended(reason: GuestpassEndReason): void;
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
  show?(): Promise<void>;
  hide?(): Promise<void>;
  /** Forgets what is shown: another user, or a shared computer. */
  clear(): void;
  dispose(): void;
}
