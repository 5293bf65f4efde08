/** Everything that a keeper knows at one instant, and what the world sees of it. Knows no event and no effect. */
import type { Session } from "@guestpass/protocol";
import { TokensError } from "../errors.js";
import { isLive, type Life } from "./schedule.js";

/** What the world sees. It speaks of the token only, not of a conversation. */
export type KeeperState =
  | "idle"
  | "starting"
  | "ready"
  | "refreshing"
  | "degraded"
  | "offline"
  | "expired"
  | "refused"
  | "ended";

/** One request under way, from the moment it is prepared. At most one at a time. */
export interface Flight {
  readonly id: number;
  /** `start` resumes a stored session where there is one, unless it is `fresh`. */
  readonly kind: "start" | "refresh" | "end";
  readonly fresh: boolean;
  /** The endpoint's refusal of the identity; the page is to be asked for another one first. */
  readonly ask: TokensError | null;
  /** When it counts as hung. */
  readonly deadline: number;
}

export interface State {
  /** `over` is the session's absolute end. */
  readonly phase: "idle" | "running" | "over" | "refused" | "ended";
  readonly grant: Session | null;
  readonly life: Life | null;
  readonly flight: Flight | null;
  readonly flights: number;
  /** The last failure, until something works again. */
  readonly error: TokensError | null;
  readonly failures: number;
  /** No request before this instant. */
  readonly retryAt: number;
  /** `retryAt` is the endpoint's own wish, or ours to stop a loop: `online` does not shorten it. */
  readonly firm: boolean;
  /** Until then another tab is given the chance to answer. */
  readonly holdUntil: number;
  /** How often other tabs were let go first before this request; bounded, so that nobody can hold it back for good. */
  readonly yielded: number;
  /** A renewal is wanted without waiting for its time. */
  readonly urgent: boolean;
  /** The handle is of no use any more: the next request starts a new session. */
  readonly fresh: boolean;
  /** A new session has been started in place of a refused one, and has not been renewed yet. */
  readonly restarted: boolean;
  /** The page has been asked for a new identity since something worked. */
  readonly asked: boolean;
  /** Tokens that the messenger refused, in a row. */
  readonly refusals: number;
  /** The messenger has refused the token that is held. */
  readonly suspect: boolean;
  /** When the requests of the last minute were sent. */
  readonly sent: readonly number[];
  readonly online: boolean;
  /** The page is being left: what fails now is not a failure. */
  readonly leaving: boolean;
  readonly degraded: boolean;
  readonly saidExpiring: boolean;
  readonly saidExpired: boolean;
}

export const INITIAL: State = {
  phase: "idle",
  grant: null,
  life: null,
  flight: null,
  flights: 0,
  error: null,
  failures: 0,
  retryAt: 0,
  firm: false,
  holdUntil: 0,
  yielded: 0,
  urgent: false,
  fresh: false,
  restarted: false,
  asked: false,
  refusals: 0,
  suspect: false,
  sent: [],
  online: true,
  leaving: false,
  degraded: false,
  saidExpiring: false,
  saidExpired: false,
};

export function shown(state: State): KeeperState {
  const { phase } = state;
  if (phase === "over") return "expired";
  if (phase !== "running") return phase;
  if (!state.online) return "offline";
  if (state.life === null) return "starting";
  if (state.saidExpired) return "expired";
  if (state.degraded) return "degraded";
  return state.flight === null && !state.suspect ? "ready" : "refreshing";
}

/** The session whose token may be used now, or null. */
export function usable(state: State, at: number): Session | null {
  return isLive(state.life, at) && !state.suspect ? state.grant : null;
}

/** When a request is due while running; it may lie in the past. */
export function dueAt(state: State): number {
  const { life, urgent, fresh, suspect } = state;
  const renewal = fresh || life === null ? 0 : urgent ? life.floorAt : life.renewable ? life.refreshAt : Infinity;
  return Math.max(renewal, state.retryAt, state.holdUntil, suspect && life ? life.floorAt : 0);
}

/** The next instant at which something is to be looked at, or null: the one timer's. */
export function nextDeadline(state: State): number | null {
  const { life, flight } = state;
  const instants: number[] = [];
  if (flight !== null) instants.push(flight.deadline);
  if (state.phase === "running") {
    if (flight === null && state.online) instants.push(dueAt(state));
    if (life !== null) {
      if (!state.saidExpiring) instants.push(life.refreshAt);
      instants.push(life.endsAt);
    }
  }
  if (life !== null && !state.saidExpired) {
    if (state.phase !== "running") instants.push(life.expiresAt);
    else if (flight === null) instants.push(Math.max(life.expiresAt, state.holdUntil));
  }
  const next = Math.min(...instants);
  return next < Infinity ? next : null;
}

/**
 * What a caller hears who wants a token, or (`since` given) a life newer than that one: a session, an error, or `null`
 * to go on waiting.
 */
export function answer(state: State, at: number, since?: Life | null): Session | TokensError | null {
  const session = usable(state, at);
  if (session !== null && (since === undefined || (since !== state.life && !state.urgent))) return session;
  if (state.phase === "refused") return state.error ?? new TokensError("aborted", "The keeper is refused.");
  if (state.phase === "over") return new TokensError("session_expired", "The session has reached its end.");
  if (state.phase !== "running") return new TokensError("aborted", "The session has ended.");
  if (state.flight !== null) return null;
  if (!state.online) return new TokensError("network", "The browser is offline.", { retryable: true });
  if (state.retryAt > at && state.error !== null) return state.error;
  if (state.urgent || state.life === null || session === null) return null;
  return session;
}
