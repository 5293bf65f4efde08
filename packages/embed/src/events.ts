/**
 * The events that the element dispatches: Event subclasses with typed fields, bubbling and composed. Knows their names
 * and fields; does not know when they happen. The token is in none but `guestpass-token-refreshed`, as a getter.
 */
import type { ConversationState } from "@guestpass/messaging";
import type { Content } from "@guestpass/protocol";
import type { KeeperState } from "@guestpass/tokens";
import type { GuestpassError, GuestpassErrorCode } from "./errors.js";

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

abstract class GuestpassEvent extends Event {
  constructor(name: string, cancelable = false) {
    super(`guestpass-${name}`, { bubbles: true, composed: true, cancelable });
  }
}

abstract class TriggeredEvent extends GuestpassEvent {
  readonly trigger: GuestpassTrigger;
  constructor(name: string, trigger: GuestpassTrigger, cancelable?: boolean) {
    super(name, cancelable);
    this.trigger = trigger;
  }
}

export class GuestpassBeforeOpenEvent extends TriggeredEvent {
  constructor(trigger: GuestpassTrigger) {
    super("before-open", trigger, true);
  }
}

export class GuestpassBeforeCloseEvent extends TriggeredEvent {
  constructor(trigger: GuestpassTrigger) {
    super("before-close", trigger, true);
  }
}

export class GuestpassOpenEvent extends TriggeredEvent {
  constructor(trigger: GuestpassTrigger) {
    super("open", trigger);
  }
}

export class GuestpassCloseEvent extends TriggeredEvent {
  constructor(trigger: GuestpassTrigger) {
    super("close", trigger);
  }
}

export class GuestpassStateEvent extends GuestpassEvent {
  readonly state: GuestpassState;
  readonly previous: GuestpassState;
  constructor(state: GuestpassState, previous: GuestpassState) {
    super("state");
    this.state = state;
    this.previous = previous;
  }
}

export class GuestpassReadyEvent extends GuestpassEvent {
  readonly sessionId: string;
  readonly guestId: string;
  constructor(sessionId: string, guestId: string) {
    super("ready");
    this.sessionId = sessionId;
    this.guestId = guestId;
  }
}

abstract class TokenEvent extends GuestpassEvent {
  /** Whole seconds that the token has left. */
  readonly expiresIn: number;
  constructor(name: string, expiresIn: number) {
    super(`token-${name}`);
    this.expiresIn = expiresIn;
  }
}

export class GuestpassTokenExpiringEvent extends TokenEvent {
  constructor(expiresIn: number) {
    super("expiring", expiresIn);
  }
}

export class GuestpassTokenRefreshedEvent extends TokenEvent {
  /** False where the same token was renewed: an anonymous guest keeps its UUID. */
  readonly rotated: boolean;
  #token: string;
  constructor(expiresIn: number, rotated: boolean, token: string) {
    super("refreshed", expiresIn);
    this.rotated = rotated;
    this.#token = token;
  }
  /** The new token. A getter, so that no log or JSON of the event carries it. */
  get token(): string {
    return this.#token;
  }
}

export class GuestpassTokenExpiredEvent extends TokenEvent {
  constructor() {
    super("expired", 0);
  }
}

abstract class TroubleEvent extends GuestpassEvent {
  readonly code: GuestpassErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly cause: unknown;
  constructor(name: string, error: GuestpassError) {
    super(name);
    this.code = error.code;
    this.message = error.message;
    this.retryable = error.retryable;
    this.cause = error.cause;
  }
}

/** Refreshing fails, but the token still lives. */
export class GuestpassDegradedEvent extends TroubleEvent {
  constructor(error: GuestpassError) {
    super("degraded", error);
  }
}

export class GuestpassErrorEvent extends TroubleEvent {
  constructor(error: GuestpassError) {
    super("error", error);
  }
}

export class GuestpassRecoveredEvent extends GuestpassEvent {
  constructor() {
    super("recovered");
  }
}

export class GuestpassMessageEvent extends GuestpassEvent {
  readonly id: string;
  readonly text: string;
  readonly direction: "sent" | "received";
  /** When, in milliseconds since 1970, by the platform's clock. */
  readonly at: number;
  readonly content: readonly Content[];
  constructor(message: Pick<GuestpassMessageEvent, "id" | "text" | "direction" | "at" | "content">) {
    super("message");
    this.id = message.id;
    this.text = message.text;
    this.direction = message.direction;
    this.at = message.at;
    this.content = message.content;
  }
}

export class GuestpassUnreadEvent extends GuestpassEvent {
  readonly count: number;
  constructor(count: number) {
    super("unread");
    this.count = count;
  }
}

export class GuestpassConversationStartedEvent extends GuestpassEvent {
  /** False where a conversation of an earlier page goes on. */
  readonly newSession: boolean;
  constructor(newSession: boolean) {
    super("conversation-started");
    this.newSession = newSession;
  }
}

export class GuestpassConversationEndedEvent extends GuestpassEvent {
  readonly reason: GuestpassEndReason;
  constructor(reason: GuestpassEndReason) {
    super("conversation-ended");
    this.reason = reason;
  }
}

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
