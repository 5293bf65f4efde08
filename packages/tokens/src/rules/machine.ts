/**
 * The one rule of how a keeper goes on: `step(state, occurrence)` gives the next state and what is to be done. Pure and
 * total: any occurrence in any state has an answer. Instants are milliseconds on the keeper's own line of time.
 */
import type { Session } from "@guestpass/protocol";
import { TokensError } from "../errors.js";
import { counted } from "./backoff.js";
import { clear, type Draft, type Effect, emit, fly, grant, look, type Moment, note, type Origin } from "./moves.js";
import { type Flight, INITIAL, type State, usable } from "./state.js";

/** One request, its answer's body included. */
const FETCH_MS = 15_000;
/** How long it may take until it is said which of several tabs goes first. */
const LOCK_MS = 1000;
/** How long another tab that is asking the endpoint is waited for, and how often in a row. */
const HOLD_MS = 3000;
const HOLDS = 3;
/** How long a request that came to nothing waits for the news that the page is being left, which is its reason then. */
const BROKEN_MS = 200;
const ONLINE_JITTER_MS = 1000;
/** A token that is refused after this long is a new trouble, not the same one. */
const REFUSALS_MS = 600_000;
/** First a refresh, then a new session; after that fresh tokens are not the remedy. */
const REFUSALS = 2;

export type Occurrence =
  /** The page wants a session; other tabs may answer within `askMs` first. */
  | { readonly type: "start"; readonly askMs: number }
  /** This tab goes first: from then on nobody need be waited for. */
  | { readonly type: "go"; readonly from: number }
  /** The page wants a new life. */
  | { readonly type: "refresh" }
  /** The messenger refused this token. */
  | { readonly type: "reported"; readonly token: string }
  /** The page changed something that may have been the reason of a refusal. */
  | { readonly type: "acted" }
  /** The timer, a wake, a caller: look at the clock. */
  | { readonly type: "look"; readonly why: string }
  | { readonly type: "sent"; readonly flight: Flight }
  | { readonly type: "granted"; readonly flight: Flight; readonly session: Session; readonly sentAt: number }
  | { readonly type: "failed"; readonly flight: Flight; readonly error: TokensError }
  /** The endpoint has answered, or not, that the session is ended. */
  | { readonly type: "closed"; readonly flight: Flight }
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

export function step(state: State, event: Occurrence & Moment): Step {
  const draft: Draft = { next: { ...state }, effects: [], now: event };
  const { next } = draft;
  if (event.online !== next.online) {
    next.online = event.online;
    if (event.online) shorten(draft);
  }
  // The answer to a request that has been given up since is nobody's.
  if (!("flight" in event) || event.flight === next.flight) happen(draft, event);
  look(draft, event.type === "look" ? event.why : event.type);
  return { state: next, effects: draft.effects };
}

function happen(draft: Draft, event: Occurrence & Moment): void {
  const { next, effects } = draft;
  const { at } = event;
  const { phase, life } = next;
  const active = phase === "running" || phase === "refused";
  switch (event.type) {
    case "start":
      if (phase === "running") break;
      if (phase === "refused") again(next);
      else {
        clear(draft, "running");
        if (event.askMs) {
          next.retryAt = at + LOCK_MS;
          effects.push(["askTabs", at + event.askMs]);
        }
      }
      break;
    case "go":
      if (!next.holds && !next.error) next.retryAt = Math.max(at, event.from);
      break;
    case "refresh":
      if (life && !(at < life.floorAt && usable(next, at))) next.urgent = true;
      break;
    case "reported":
      reported(draft, event.token);
      break;
    case "acted":
      if (phase === "refused") again(next);
      break;
    case "look":
      if (event.why === "pagehide") next.leaving = true;
      else if (event.why === "pageshow" || event.why === "visible") next.leaving = false;
      // It said that it was online all the time; now it says so with a reason.
      else if (event.why === "online" && next.error) shorten(draft);
      break;
    case "sent":
      note(draft, "sent", event.flight.kind);
      next.deadline = at + FETCH_MS;
      next.sent = counted(next.sent, at);
      break;
    case "granted":
      note(draft, "answered", event.flight.kind);
      grant(draft, event.session, event.sentAt, null);
      break;
    case "failed":
      // Firefox breaks off what is under way before it says that the page is being left.
      next.broken = event.error;
      next.deadline = event.error.code === "network" ? at + BROKEN_MS : at;
      break;
    case "closed":
      next.flight = null;
      break;
    case "adopted":
      if (phase === "running" && isNews(next, event.session, event.sentAt, at)) {
        note(draft, "adopted");
        grant(draft, event.session, event.sentAt, event.origin);
      }
      break;
    case "hold":
      if (!next.flight && next.holds < HOLDS) {
        next.holds += 1;
        next.retryAt = Math.max(next.retryAt, at + HOLD_MS);
      }
      break;
    case "end":
      if (phase !== "ended") leave(draft, true);
      break;
    case "gone":
      if (active) leave(draft, false);
      break;
  }
}

/** The network is back: one try, soon, but not all clients in the same instant. What the endpoint asked for is kept. */
function shorten({ next, now }: Draft): void {
  if (next.phase !== "running" || next.error?.retryAfterSeconds) return;
  next.error = null;
  next.retryAt = now.at + now.u * ONLINE_JITTER_MS;
}

/** Another tab's session is of use where this page has none, or has the same one with an older token. */
function isNews({ grant: own, life, fresh }: State, session: Session, sentAt: number, at: number): boolean {
  if (at >= sentAt + session.expiresIn * 1000) return false;
  return !own || !life || fresh || (own.sessionId === session.sessionId && sentAt > life.sentAt);
}

/** From `refused`, because the page acted: what is known is tried once more. */
function again(next: Draft["next"]): void {
  const { grant: held, life, fresh, suspect, refusals, sent, online, saidExpired } = next;
  Object.assign(next, INITIAL, {
    phase: "running",
    grant: held,
    life,
    fresh,
    suspect,
    refusals,
    sent,
    online,
    saidExpired,
  });
  next.urgent = true;
}

function leave(draft: Draft, mine: boolean): void {
  const session = draft.next.grant;
  clear(draft, "ended");
  if (mine) fly(draft, "end", session);
  draft.effects.push(["forget", session, mine]);
  note(draft, "stopped", mine ? "end" : "elsewhere");
  emit(draft, "ended", {});
}

function reported(draft: Draft, token: string): void {
  const { next, now } = draft;
  const { grant: session, life } = next;
  if (!life || next.suspect || session?.token !== token) return;
  next.refusals = now.at - life.sentAt > REFUSALS_MS ? 1 : next.refusals + 1;
  if (next.refusals > REFUSALS) emit(draft, "error", { error: new TokensError("invalid_answer", INSATIABLE) });
  else {
    next.suspect = true;
    next.fresh ||= next.refusals === REFUSALS;
    next.retryAt = Math.max(next.retryAt, life.floorAt);
  }
}

const INSATIABLE = "The messenger refuses fresh tokens.";

/** What the messenger's driver hears who reports a token: as any caller, or that fresh tokens are not the remedy. */
export function verdict({ refusals, grant: session }: State, token: string): TokensError | null {
  return refusals > REFUSALS && session?.token === token ? new TokensError("invalid_answer", INSATIABLE) : null;
}
