/** Everything that a keeper knows at one instant, and what the world sees of it. Knows nothing of what happens. */
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

/** One request, from the moment it is prepared. At most one is under way, and it is told from others by being itself. */
export interface Flight {
  /** `start` resumes a stored session where there is one, unless a `fresh` one is wanted. */
  readonly kind: "start" | "refresh" | "end";
}

/** A session, and the life of its token. */
export interface Grant extends Life {
  readonly session: Session;
  /** What the endpoint's clock showed, milliseconds, where another tab has told of it; 0 where it came from the endpoint. */
  readonly heard: number;
}

/** What is known of one session and of the way to it. */
interface Course {
  readonly life: Grant | null;
  readonly flight: Flight | null;
  /** When the flight counts as hung. */
  readonly deadline: number;
  /** What became of the flight, until it is known whether the page is being left. */
  readonly broken: TokensError | null;
  /** The last failure, until something works again. */
  readonly error: TokensError | null;
  /** Failures in a row that pass by themselves. */
  readonly failures: number;
  /** No request before this instant: because of `error`, or without one to let others go first. */
  readonly retryAt: number;
  /** How often others were let go first before this request; bounded, so that nobody can hold it back for good. */
  readonly holds: number;
  /** A renewal is wanted without waiting for its time. */
  readonly urgent: boolean;
  /** The handle is of no use any more: the next request starts a new session. */
  readonly fresh: boolean;
  /** A new session has been started in place of a refused one, and has not been renewed yet. */
  readonly restarted: boolean;
  /** The endpoint's refusal of the identity since something worked: the page is to be asked for another one, once. */
  readonly ask: TokensError | null;
  /** Tokens that the messenger refused, in a row. */
  readonly refusals: number;
  /** The messenger has refused the token that is held. */
  readonly suspect: boolean;
  readonly saidExpiring: boolean;
  readonly saidExpired: boolean;
}

export interface State extends Course {
  /** `over` is the session's absolute end. */
  readonly phase: "idle" | "running" | "over" | "refused" | "ended";
  /** When the requests of the last minute were sent. */
  readonly sent: readonly number[];
  readonly online: boolean;
}

export const NOTHING: Course = {
  life: null,
  flight: null,
  deadline: 0,
  broken: null,
  error: null,
  failures: 0,
  retryAt: 0,
  holds: 0,
  urgent: false,
  fresh: false,
  restarted: false,
  ask: null,
  refusals: 0,
  suspect: false,
  saidExpiring: false,
  saidExpired: false,
};

export const INITIAL: State = { ...NOTHING, phase: "idle", sent: [], online: true };

export function shown({ phase, online, life, saidExpired, failures, flight, suspect }: State): KeeperState {
  if (phase === "over") return "expired";
  if (phase !== "running") return phase;
  if (!online) return "offline";
  if (!life) return "starting";
  if (saidExpired) return "expired";
  if (failures) return "degraded";
  return flight || suspect ? "refreshing" : "ready";
}

/** The session whose token may be used now, or null. */
export function usable({ life, suspect }: State, at: number): Session | null {
  return isLive(life, at) && !suspect ? life.session : null;
}

/** When a request is due while running; it may lie in the past. */
export function dueAt({ life, fresh, ask, failures, urgent, retryAt }: State): number {
  const renewal =
    fresh || ask || failures || !life ? 0 : urgent ? life.floorAt : life.renewable ? life.refreshAt : Infinity;
  return Math.max(renewal, retryAt);
}

/** Others are let go first: what is due is not late yet. */
export function yields({ retryAt, error }: State, at: number): boolean {
  return at < retryAt && !error;
}

/** The next instant at which something is to be looked at, or Infinity: the one timer's. */
export function nextDeadline(state: State): number {
  const { phase, life, flight, retryAt, error } = state;
  const running = phase === "running";
  let next = flight ? state.deadline : running && state.online ? dueAt(state) : Infinity;
  if (life) {
    if (running) next = Math.min(next, life.endsAt, state.saidExpiring ? Infinity : life.refreshAt);
    if (!state.saidExpired && !(running && flight))
      next = Math.min(next, Math.max(life.expiresAt, error ? 0 : retryAt));
  }
  return next;
}

/**
 * What a caller hears who wants a token, or one whose renewal has come to its end (`anew`): a session, an error, or null
 * to go on waiting.
 */
export function answer(state: State, at: number, anew: boolean): Session | TokensError | null {
  const { phase, urgent, error } = state;
  const session = usable(state, at);
  if (session && !anew) return session;
  if (phase === "refused" && error) return error;
  if (phase === "over") return new TokensError("session_expired", "The session is over");
  if (phase !== "running") return new TokensError("aborted", "The session is over");
  if (state.flight) return null;
  if (!state.online) return new TokensError("network", "Offline");
  if (state.retryAt > at && error) return error;
  return urgent ? null : session;
}
