/**
 * The one rule of how a keeper goes on: `step(state, occurrence)` gives the next state and what is to be done. Pure and
 * total: any occurrence in any state has an answer. Instants are milliseconds on the keeper's own line of time.
 */
import type { Session } from "@guestpass/protocol";
import { TokensError } from "../errors.js";
import { counted } from "./backoff.js";
import {
  clear,
  type Draft,
  type Effect,
  emit,
  fail,
  fly,
  grant,
  look,
  type Moment,
  note,
  type Origin,
  set,
} from "./moves.js";
import { type State, usable } from "./state.js";

/** One request, its answer's body included. */
const FETCH_MS = 15_000;
/** How long another tab that is asking the endpoint is waited for, and how often in a row. */
const HOLD_MS = 3000;
const HOLDS = 3;
const ONLINE_JITTER_MS = 1000;
/** A token that is refused after this long is a new trouble, not the same one. */
const REFUSALS_MS = 600_000;
/** First a refresh, then a new session; after that fresh tokens are not the remedy. */
export const REFUSALS = 2;

export type Occurrence =
  /** The page wants a session; other tabs may answer within `askMs` first. */
  | { readonly type: "start"; readonly askMs: number }
  /** The page wants a new life. */
  | { readonly type: "refresh" }
  /** The messenger refused this token. */
  | { readonly type: "reported"; readonly token: string }
  /** The page changed something that may have been the reason of a refusal. */
  | { readonly type: "acted" }
  /** The timer, a wake, a caller: look at the clock. */
  | { readonly type: "look"; readonly why: string }
  | { readonly type: "sent"; readonly flight: number }
  | { readonly type: "granted"; readonly flight: number; readonly session: Session; readonly sentAt: number }
  | { readonly type: "failed"; readonly flight: number; readonly error: TokensError; readonly quiet: boolean }
  /** The endpoint has answered, or not, that the session is ended. */
  | { readonly type: "closed"; readonly flight: number }
  /** Another tab got it. */
  | { readonly type: "adopted"; readonly session: Session; readonly sentAt: number; readonly origin: Origin }
  /** Another tab is about to get it. */
  | { readonly type: "hold" }
  | { readonly type: "end" }
  /** Ended in another tab. */
  | { readonly type: "gone" };

export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
}

export function step(before: State, event: Occurrence & Moment): Step {
  const draft: Draft = { state: before, effects: [], moment: event };
  const { at, u, online } = event;
  if (online !== before.online) {
    set(draft, { online });
    if (online && !before.firm) set(draft, { retryAt: at + u * ONLINE_JITTER_MS, error: null });
  }
  happen(draft, event);
  look(draft, event.type === "look" ? event.why : event.type);
  return draft;
}

function happen(draft: Draft, event: Occurrence & Moment): void {
  const { state } = draft;
  const { at } = event;
  const { phase, life } = state;
  // The answer to a request that has been given up since is nobody's.
  if ("flight" in event && event.flight !== state.flight?.id) return;
  switch (event.type) {
    case "start":
      if (phase === "refused") again(draft);
      else if (phase !== "running") {
        clear(draft, "running");
        if (event.askMs > 0) {
          set(draft, { holdUntil: at + event.askMs });
          draft.effects.push({ do: "ask-tabs" });
        }
      }
      break;
    case "refresh":
      if (life !== null && !(at < life.floorAt && usable(state, at))) set(draft, { urgent: true });
      break;
    case "reported":
      reported(draft, event.token);
      break;
    case "acted":
      if (phase === "refused") again(draft);
      break;
    case "look":
      if (event.why === "pagehide") set(draft, { leaving: true });
      else if (event.why === "pageshow" || event.why === "visible") set(draft, { leaving: false });
      else if (event.why === "online" && state.error !== null && !state.firm) {
        // It said that it was online all the time; now it says so with a reason.
        set(draft, { retryAt: Math.min(state.retryAt, at + event.u * ONLINE_JITTER_MS) });
      }
      break;
    case "sent":
      if (state.flight === null) break;
      note(draft, "sent", { why: state.flight.kind });
      set(draft, { flight: { ...state.flight, deadline: at + FETCH_MS }, sent: counted(state.sent, at) });
      break;
    case "granted":
      note(draft, "answered", { inMs: Math.round(at - event.sentAt) });
      grant(draft, event.session, event.sentAt, null);
      break;
    case "failed":
      fail(draft, event.error, event.quiet || (state.leaving && event.error.code === "network"));
      break;
    case "closed":
      set(draft, { flight: null });
      break;
    case "adopted":
      if (phase === "running" && isNews(state, event.session, event.sentAt, at)) {
        note(draft, "adopted");
        grant(draft, event.session, event.sentAt, event.origin);
      }
      break;
    case "hold":
      if (state.flight === null && state.yielded < HOLDS) {
        set(draft, { holdUntil: at + HOLD_MS, yielded: state.yielded + 1 });
      }
      break;
    case "end":
      if (phase !== "ended") leave(draft, true);
      break;
    case "gone":
      if (phase === "running" || phase === "refused") leave(draft, false);
      break;
  }
}

/** Another tab's session is of use where this page has none, or has the same one with an older token. */
function isNews(state: State, session: Session, sentAt: number, at: number): boolean {
  const { grant: own, life, fresh } = state;
  if (at >= sentAt + session.expiresIn * 1000) return false;
  return own === null || life === null || fresh || (own.sessionId === session.sessionId && sentAt > life.sentAt);
}

/** From `refused`, because the page acted: what is known is tried once more. */
function again(draft: Draft): void {
  set(draft, {
    phase: "running",
    error: null,
    failures: 0,
    retryAt: 0,
    firm: false,
    restarted: false,
    asked: false,
    urgent: true,
  });
}

function leave(draft: Draft, mine: boolean): void {
  const session = draft.state.grant;
  clear(draft, "ended");
  if (mine) fly(draft, "end", session);
  draft.effects.push({ do: "forget", session, tell: mine });
  note(draft, "stopped", { why: mine ? "end" : "ended-elsewhere" });
  emit(draft, "ended", {});
}

function reported(draft: Draft, token: string): void {
  const { grant: session, life, suspect, refusals, fresh } = draft.state;
  if (session === null || life === null || suspect || session.token !== token) return;
  const count = draft.moment.at - life.sentAt > REFUSALS_MS ? 1 : refusals + 1;
  set(draft, { refusals: count });
  if (count > REFUSALS) {
    const error = new TokensError("invalid_answer", "The messenger refuses fresh tokens.");
    emit(draft, "error", { error });
  } else set(draft, { suspect: true, urgent: true, fresh: fresh || count === REFUSALS });
}
