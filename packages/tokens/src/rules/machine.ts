/**
 * The one rule of how a keeper goes on: `step(state, moment, occurrence)` gives the next state and what is told. Pure and
 * total: any occurrence in any state has an answer. Instants are milliseconds on the keeper's own line of time.
 */
import type { Session } from "@guestpass/protocol";
import { TokensError } from "../errors.js";
import { counted } from "./backoff.js";
import { clear, type Draft, emit, fly, grant, look, type Moment, note, wait } from "./moves.js";
import { type Flight, type State, usable } from "./state.js";

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

/** What may occur, and what becomes of it. */
const happen = {
  /** The page wants a session; other tabs may answer within `askMs` first. */
  start(next: Draft, askMs: number) {
    const { phase, at } = next;
    if (phase === "running" || again(next)) return;
    clear(next, "running");
    if (askMs) {
      next.retryAt = at + LOCK_MS;
      next.asked = at + askMs;
    }
  },
  /** This tab goes first: from then on nobody need be waited for. */
  go(next: Draft, from: number) {
    if (!next.holds && !next.error) next.retryAt = Math.max(next.at, from);
  },
  /** The page wants a new life. */
  refresh(next: Draft) {
    const { life, at } = next;
    if (life && !(at < life.floorAt && usable(next, at))) next.urgent = true;
  },
  /** The messenger refused this token. */
  reported(next: Draft, token: string) {
    const { at, life } = next;
    if (!life || next.suspect || life.session.token !== token) return;
    next.refusals = at - life.sentAt > REFUSALS_MS ? 1 : next.refusals + 1;
    const error = verdict(next, token);
    if (error) emit(next, "error", { error });
    else {
      next.suspect = next.urgent = true;
      next.fresh ||= next.refusals === REFUSALS;
      wait(next, life.floorAt);
    }
  },
  /** The page changed something that may have been the reason of a refusal. */
  acted: again,
  /** The timer, a wake, a caller: look at the clock. */
  look(next: Draft, why: string) {
    // It said that it was online all the time; now it says so with a reason.
    if (why === "online" && next.error) shorten(next);
  },
  sent(next: Draft, flight: Flight) {
    if (flight !== next.flight) return;
    note(next, "sent", flight.kind);
    next.deadline = next.at + FETCH_MS;
    next.sent = counted(next.sent, next.at);
  },
  /** What became of a request; nothing but its end where it was a session's. That of one given up since is nobody's. */
  landed(next: Draft, flight: Flight, outcome: Session | TokensError | null, sentAt: number) {
    if (flight !== next.flight) return;
    if (outcome instanceof TokensError) {
      // Firefox breaks off what is under way before it says that the page is being left.
      next.broken = outcome;
      next.deadline = outcome.code === "network" ? next.at + BROKEN_MS : next.at;
    } else if (outcome) {
      note(next, "answered", flight.kind);
      grant(next, outcome, sentAt, 0);
    } else next.flight = null;
  },
  /** Another tab got it; what the endpoint's clock shows was `heard` with it. */
  adopted(next: Draft, session: Session, sentAt: number, heard: number) {
    const { phase, at, life, fresh } = next;
    if (phase !== "running" || at >= sentAt + session.expiresIn * 1000) return;
    // Of use where this page has none, or has the same one with an older token.
    if (life && !fresh && (life.session.sessionId !== session.sessionId || sentAt <= life.sentAt)) return;
    note(next, "adopted");
    grant(next, session, sentAt, heard);
  },
  /** Another tab is about to get it. */
  hold(next: Draft) {
    if (!next.flight && next.holds < HOLDS) {
      next.holds += 1;
      wait(next, next.at + HOLD_MS);
    }
  },
  end(next: Draft) {
    if (next.phase === "ended") return;
    leave(next, "end");
    fly(next, "end");
  },
  /** Ended in another tab. */
  gone(next: Draft) {
    if (next.phase === "running" || next.phase === "refused") leave(next, "elsewhere");
  },
};

type Happenings = typeof happen;

/** The name of what occurred, and what is to be said of it. */
export type Occurrence = {
  [K in keyof Happenings]: Happenings[K] extends (next: Draft, ...given: infer Given) => unknown
    ? readonly [K, ...Given]
    : never;
}[keyof Happenings];

export function step(state: State, moment: Moment, occurrence: Occurrence): Draft {
  const [name, ...given] = occurrence;
  const next: Draft = { ...state, ...moment, said: [], asked: 0 };
  if (next.online && !state.online) shorten(next);
  (happen[name] as (next: Draft, ...given: unknown[]) => unknown)(next, ...given);
  look(next, occurrence[0] === "look" ? occurrence[1] : name);
  return next;
}

/** The network is back: one try, soon, but not all clients in the same instant. What the endpoint asked for is kept. */
function shorten(next: Draft): void {
  if (next.phase !== "running" || next.error?.retryAfterSeconds) return;
  next.error = null;
  next.retryAt = next.at + next.u * ONLINE_JITTER_MS;
}

/** From `refused`, because the page acted: what is known is tried once more. */
function again(next: Draft): boolean {
  if (next.phase !== "refused") return false;
  Object.assign(next, {
    phase: "running",
    urgent: true,
    restarted: false,
    ask: null,
    error: null,
    failures: 0,
    retryAt: 0,
  });
  return true;
}

function leave(next: Draft, why: string): void {
  clear(next, "ended");
  note(next, "stopped", why);
  emit(next, "ended", {});
}

/** What the messenger's driver hears who reports a token: as any caller, or that fresh tokens are not the remedy. */
export function verdict({ refusals, life }: State, token: string): TokensError | null {
  return refusals > REFUSALS && life?.session.token === token
    ? new TokensError("invalid_answer", "Fresh tokens are refused")
    : null;
}
