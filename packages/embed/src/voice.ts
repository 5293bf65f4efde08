/**
 * What the element says of itself: its states, its count and its events. The only writer of them; a state has changed
 * before its event is heard. Knows what keeper and messenger tell; asks nothing of them.
 */
import type { ConversationState, TranscriptMessage } from "@guestpass/messaging";
import type { ReportEntry, TokenKeeper } from "@guestpass/tokens";
import { type GuestpassError, toGuestpassError } from "./errors.js";
import * as events from "./events.js";
import type { Page } from "./page.js";

/** A line of the debug report: the keeper's decisions, and the conversation's changes. */
export type ReportLine = Omit<ReportEntry, "what"> & { readonly what: ReportEntry["what"] | "conversation" };

/** A redacted timeline; holds no token, no handle and no message. */
export interface GuestpassReport {
  readonly version: string;
  readonly state: events.GuestpassState;
  readonly conversationState: ConversationState;
  /** Whole seconds that the token has left. */
  readonly expiresIn: number;
  /** The oldest first. */
  readonly entries: readonly ReportLine[];
}

const MAX_LINES = 100;

export class Voice {
  state: events.GuestpassState = "idle";
  conversation: ConversationState = "none";
  unread = 0;
  /** Something failed since a token was last had. */
  trouble = false;
  /** A state of the connection that stands above the token's: ended on purpose elsewhere, or by the platform. */
  #over: "closed" | "expired" | undefined;
  #keeperState: events.GuestpassState = "idle";
  #told = new WeakSet<object>();
  #lines: ReportLine[] = [];
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  say(event: Event): void {
    this.#page.requestUpdate();
    this.#page.dispatchEvent(event);
  }

  /** Passes on what a keeper tells, until the signal; gives what adds a listener for as long. */
  follow(keeper: TokenKeeper, signal: AbortSignal): TokenKeeper["addEventListener"] {
    const on: TokenKeeper["addEventListener"] = (type, listener) => keeper.addEventListener(type, listener, { signal });
    on("state", ({ state }) => this.setKeeper(state));
    on("expiring", ({ expiresIn }) => this.say(new events.GuestpassTokenExpiringEvent(expiresIn)));
    on("refreshed", (e) => this.say(new events.GuestpassTokenRefreshedEvent(e.expiresIn, e.rotated, e.token)));
    on("expired", () => this.say(new events.GuestpassTokenExpiredEvent()));
    on("degraded", ({ error }) => this.say(new events.GuestpassDegradedEvent(toGuestpassError(error))));
    on("recovered", () => this.say(new events.GuestpassRecoveredEvent()));
    on("error", ({ error }) => this.tell(error));
    return on;
  }

  setKeeper(state: events.GuestpassState): void {
    this.#keeperState = state;
    if (state === "ready") this.trouble = false;
    this.#settle();
  }

  /** Sets or lifts the state that stands above the token's. */
  setOver(over: "closed" | "expired" | undefined): void {
    this.#over = over;
    this.#settle();
  }

  setConversation(state: ConversationState): void {
    this.conversation = state;
    this.#lines = [
      ...this.#lines.slice(1 - MAX_LINES),
      { at: new Date().toISOString(), what: "conversation", why: state },
    ];
    this.#page.requestUpdate();
    if (state === "closed") this.setOver("closed");
  }

  setUnread(count: number): void {
    if (count === this.unread) return;
    this.unread = count;
    this.say(new events.GuestpassUnreadEvent(count));
  }

  message(message: TranscriptMessage): void {
    if (message.direction === "received" && !this.#page.watched) this.setUnread(this.unread + 1);
    this.say(new events.GuestpassMessageEvent(message));
  }

  started(newSession: boolean): void {
    this.say(new events.GuestpassConversationStartedEvent(newSession));
  }

  /** Dispatches `guestpass-error`, once for each error however many ways it comes by; an abort is no failure. */
  tell(error: unknown): GuestpassError {
    const told = toGuestpassError(error);
    const source = error instanceof Error ? error : told;
    if (told.code === "aborted" || this.#told.has(source)) return told;
    this.#told.add(source).add(told);
    this.trouble = true;
    this.say(new events.GuestpassErrorEvent(told));
    return told;
  }

  /** Nothing is remembered; only a changed state is told. */
  forget(quietly: boolean): void {
    this.#over = undefined;
    this.#keeperState = "idle";
    this.conversation = "none";
    if (quietly) {
      this.state = "idle";
      this.unread = 0;
      return;
    }
    this.#lines = [];
    this.#settle();
    this.setUnread(0);
  }

  report(version: string, keeper: TokenKeeper | undefined): GuestpassReport {
    const entries: ReportLine[] = [...(keeper?.debugReport().entries ?? []), ...this.#lines];
    return {
      version,
      state: this.state,
      conversationState: this.conversation,
      expiresIn: keeper?.expiresIn ?? 0,
      entries: entries.sort((a, b) => a.at.localeCompare(b.at)),
    };
  }

  #settle(): void {
    const state = this.#over ?? this.#keeperState;
    const previous = this.state;
    if (state === previous) return;
    this.state = state;
    this.say(new events.GuestpassStateEvent(state, previous));
  }
}
