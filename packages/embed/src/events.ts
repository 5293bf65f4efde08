/**
 * The events that the element dispatches: Event subclasses with typed fields, bubbling and composed. Knows their names
 * and fields; does not know when they happen. The token is in none but `guestpass-token-refreshed`, as a getter.
 */
import type { ConversationState } from "@guestpass/messaging";
import type { Content } from "@guestpass/protocol";
import type { KeeperState } from "@guestpass/tokens";
import type { GuestpassError } from "./errors.js";

/** The element's state: the token's, and `closed` where this connection was ended on purpose elsewhere. */
export type GuestpassState = KeeperState | "closed";

export type GuestpassConversationState = ConversationState;

/** What made the panel open or close. */
export type GuestpassTrigger = "launcher" | "method" | "attribute" | "close-button" | "escape" | "messenger";

/** Why a conversation ended: `guest` is `endConversation()`, `cleared` came from elsewhere. */
export type GuestpassEndReason =
  | "agent"
  | "guest"
  | "expired"
  | "cleared"
  | "signed-in-elsewhere"
  | "logout"
  | "read-only";

type EventClass<Values extends unknown[], Fields> = new (...values: Values) => Event & Readonly<Fields>;

/** Makes the class of one event. `fields` says what its instances have, of what they are made with. */
function eventClass<Values extends unknown[], Fields extends object>(
  name: string,
  fields: (...values: Values) => Fields,
  cancelable = false,
): EventClass<Values, Fields> {
  class GuestpassEvent extends Event {
    constructor(...values: Values) {
      super(`guestpass-${name}`, { bubbles: true, composed: true, cancelable });
      Object.assign(this, fields(...values));
    }
  }
  // That the fields are assigned is nothing that a class can say of itself.
  return GuestpassEvent as unknown as EventClass<Values, Fields>;
}

const triggered = (trigger: GuestpassTrigger) => ({ trigger });

export class GuestpassBeforeOpenEvent extends eventClass("before-open", triggered, true) {}
export class GuestpassBeforeCloseEvent extends eventClass("before-close", triggered, true) {}
export class GuestpassOpenEvent extends eventClass("open", triggered) {}
export class GuestpassCloseEvent extends eventClass("close", triggered) {}

export class GuestpassStateEvent extends eventClass("state", (state: GuestpassState, previous: GuestpassState) => ({
  state,
  previous,
})) {}

export class GuestpassReadyEvent extends eventClass("ready", (sessionId: string, guestId: string) => ({
  sessionId,
  guestId,
})) {}

interface Expiring {
  /** Whole seconds that the token has left. */
  expiresIn: number;
}

interface Refreshed extends Expiring {
  /** False where the same token was renewed: an anonymous guest keeps its UUID. */
  rotated: boolean;
}

export class GuestpassTokenExpiringEvent extends eventClass(
  "token-expiring",
  (expiresIn: number): Expiring => ({ expiresIn }),
) {}

const refreshed = (expiresIn: number, rotated: boolean): Refreshed => ({ expiresIn, rotated });

export class GuestpassTokenRefreshedEvent extends eventClass("token-refreshed", refreshed) {
  readonly #token: string;
  constructor(expiresIn: number, rotated: boolean, token: string) {
    super(expiresIn, rotated);
    this.#token = token;
  }
  /** The new token. A getter, so that no log or JSON of the event carries it. */
  get token(): string {
    return this.#token;
  }
}

export class GuestpassTokenExpiredEvent extends eventClass("token-expired", (): Expiring => ({ expiresIn: 0 })) {}

/** One by one, because most of an error's fields are not enumerable. */
const trouble = ({ code, message, retryable, cause }: GuestpassError) => ({ code, message, retryable, cause });

/** Refreshing fails, but the token still lives. */
export class GuestpassDegradedEvent extends eventClass("degraded", trouble) {}
export class GuestpassErrorEvent extends eventClass("error", trouble) {}
export class GuestpassRecoveredEvent extends eventClass("recovered", () => ({})) {}

interface Message {
  id: string;
  text: string;
  direction: "sent" | "received";
  /** When, in milliseconds since 1970, by the platform's clock. */
  at: number;
  content: readonly Content[];
}

export class GuestpassMessageEvent extends eventClass(
  "message",
  ({ id, text, direction, at, content }: Message): Message => ({ id, text, direction, at, content }),
) {}

export class GuestpassUnreadEvent extends eventClass("unread", (count: number) => ({ count })) {}

interface Started {
  /** False where a conversation of an earlier page goes on. */
  newSession: boolean;
}

export class GuestpassConversationStartedEvent extends eventClass(
  "conversation-started",
  (newSession: boolean): Started => ({ newSession }),
) {}

export class GuestpassConversationEndedEvent extends eventClass("conversation-ended", (reason: GuestpassEndReason) => ({
  reason,
})) {}

/** Every event of the element, by name. */
export interface GuestpassEventMap {
  "guestpass-before-open": GuestpassBeforeOpenEvent;
  "guestpass-before-close": GuestpassBeforeCloseEvent;
  "guestpass-open": GuestpassOpenEvent;
  "guestpass-close": GuestpassCloseEvent;
  "guestpass-state": GuestpassStateEvent;
  "guestpass-ready": GuestpassReadyEvent;
  "guestpass-token-expiring": GuestpassTokenExpiringEvent;
  "guestpass-token-refreshed": GuestpassTokenRefreshedEvent;
  "guestpass-token-expired": GuestpassTokenExpiredEvent;
  "guestpass-degraded": GuestpassDegradedEvent;
  "guestpass-recovered": GuestpassRecoveredEvent;
  "guestpass-message": GuestpassMessageEvent;
  "guestpass-unread": GuestpassUnreadEvent;
  "guestpass-conversation-started": GuestpassConversationStartedEvent;
  "guestpass-conversation-ended": GuestpassConversationEndedEvent;
  "guestpass-error": GuestpassErrorEvent;
}

declare global {
  interface HTMLElementEventMap extends GuestpassEventMap {}
  interface DocumentEventMap extends GuestpassEventMap {}
  interface WindowEventMap extends GuestpassEventMap {}
}
