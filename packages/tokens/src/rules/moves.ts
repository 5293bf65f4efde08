/** The moves that a step is made of. Each changes the state in the making and says what is told; none decides when it is called. */
import type { Session } from "@guestpass/protocol";
import { TokensError } from "../errors.js";
import type { KeeperEventFields } from "../events.js";
import { nextTry, roomAt } from "./backoff.js";
import { remedy } from "./classify.js";
import type { ReportLine, ReportWhat } from "./report.js";
import { isExpiring, isLive, plan, secondsLeft } from "./schedule.js";
import { dueAt, type Flight, NOTHING, type State, yields } from "./state.js";

/** What the page may take to give an identity, a challenge or a key before a request is sent: a visitor may have to act. */
const PREPARE_MS = 120_000;
/** Tabs that wake together go in an order drawn within this time. */
const CROWD_MS = 300;
/** Until the next look at a renewal that the browser gave up because the page is being left. */
const QUIET_MS = 1000;

export interface Moment {
  readonly at: number;
  /** 0 <= u < 1, drawn anew for each occurrence. */
  readonly u: number;
  readonly online: boolean;
  /** The page is being left: what fails now is not a failure. */
  readonly leaving: boolean;
  /** Other tabs are known to be there. */
  readonly crowd: boolean;
}

/** What a page is told of a session: its events, but for the state's, which the keeper's face sees by itself. */
export interface Told extends Omit<KeeperEventFields, "state" | "report"> {
  report: ReportLine;
}

/** The name of what is told, and its fields. */
export type Word = { [K in keyof Told]: readonly [K, Told[K]] }[keyof Told];

/** One step in the making: the next state, the moment of it all, and what is to be done besides. */
export type Draft = { -readonly [K in keyof State]: State[K] } & Moment & {
    readonly said: Word[];
    /** Other tabs are asked, and given until then to answer; 0: they are not. */
    asked: number;
  };

export function emit({ said }: Draft, ...word: Word): void {
  said.push(word);
}

export function note(next: Draft, what: ReportWhat, why?: string, inMs?: number, error?: TokensError): void {
  const { status, requestId } = error ?? {};
  emit(next, "report", { what, why, inMs: inMs && Math.round(inMs), status, requestId });
}

/** No request before this instant. */
export function wait(next: Draft, until: number): void {
  next.retryAt = Math.max(next.retryAt, until);
}

export function fly(next: Draft, kind: Flight["kind"]): void {
  const flight: Flight = { kind };
  Object.assign(next, { flight, deadline: next.at + PREPARE_MS, broken: null, holds: 0, urgent: false });
}

/** Nothing of the former session is left but the count of requests. */
export function clear(next: Draft, phase: State["phase"]): void {
  Object.assign(next, NOTHING, { phase });
}

/** Sends a request, unless the last minute has had its share. */
function begin(next: Draft, why: string): void {
  const { at, life } = next;
  const room = roomAt(next.sent, at, life ? life.expiresAt - life.sentAt : 0);
  if (room > at) {
    note(next, "circuit-open", why, room - at);
    next.retryAt = room;
    next.error ??= new TokensError("rate_limited", "Too many requests", {
      retryAfterSeconds: Math.ceil((room - at) / 1000),
    });
  } else {
    note(next, "asking", why);
    fly(next, next.fresh || !life ? "start" : "refresh");
  }
}

/** The request under way came to nothing. Because the page is being left: that is no failure. */
function fail(next: Draft, error: TokensError): void {
  const { at, u, life } = next;
  const { code } = error;
  if (code === "aborted" || (code === "network" && next.leaving)) {
    next.urgent = true;
    wait(next, at + QUIET_MS);
    return;
  }
  note(next, "failed", code, undefined, error);
  const todo = remedy(error);
  // What is mended at once is due at once: it is sent by the look that ends each step, unless something forbids it.
  if (todo === "identity" && !next.ask) next.ask = error;
  else if (todo === "session" && !next.restarted) next.fresh = next.restarted = true;
  else {
    next.error = error;
    if (todo === "again") {
      next.failures += 1;
      next.retryAt = nextTry(at, next.failures, u, error.retryAfterSeconds, life?.expiresAt);
      note(next, "deferred", code, next.retryAt - at);
      if (next.failures === 1) emit(next, isLive(life, at) ? "degraded" : "error", { error });
    } else {
      Object.assign(next, { phase: "refused", urgent: false });
      note(next, "stopped", code);
      emit(next, "refused", { error });
      emit(next, "error", { error });
    }
  }
}

/** A new life, by an answer or, where it is `heard` of, from another tab. */
export function grant(next: Draft, session: Session, sentAt: number, heard: number): void {
  const { at, u, life: former, flight, failures, saidExpired } = next;
  const known = former?.session;
  const same = known?.sessionId === session.sessionId;
  const life = { ...plan(session, sentAt, u, same ? former : null), session, heard };
  const restarted = next.restarted && flight?.kind !== "refresh";
  const refusals = next.suspect ? next.refusals : 0;
  clear(next, "running");
  Object.assign(next, { life, restarted, refusals });
  note(next, "scheduled", undefined, life.refreshAt - at);
  if (same) {
    const { token } = session;
    const fields = { expiresIn: secondsLeft(life, at), rotated: token !== known.token, token };
    // Not enumerable: an event that is logged or sent somewhere does not take the token along.
    emit(next, "refreshed", Object.defineProperty(fields, "token", { enumerable: false }));
  } else emit(next, "ready", {});
  if (known && (failures || saidExpired)) emit(next, "recovered", {});
}

/** Looks at the clock: does what is due, says what is over. */
export function look(next: Draft, why: string): void {
  const { at, u, online, crowd, flight } = next;
  if (flight && (at >= next.deadline || (next.broken && next.leaving))) {
    next.flight = null;
    if (flight.kind !== "end") fail(next, next.broken ?? new TokensError("timeout", "No answer in time"));
  }
  const { life, saidExpired } = next;
  const running = next.phase === "running";
  if (running && life) {
    if (at >= life.endsAt) {
      clear(next, "over");
      note(next, "stopped", "session-end");
      if (!saidExpired) emit(next, "expired", {});
      return;
    }
    if (!next.saidExpiring && isExpiring(life, at)) {
      next.saidExpiring = true;
      emit(next, "expiring", { expiresIn: secondsLeft(life, at) });
    }
  }
  if (running && !next.flight && online && at >= dueAt(next)) {
    if (crowd && life && !next.holds && !next.urgent) {
      next.holds = 1;
      next.retryAt = at + u * CROWD_MS;
    } else begin(next, why);
  }
  // A request that is under way, or another tab's, may still come before anybody notices that this life is over.
  if (life && !saidExpired && !isLive(life, at) && !(running && (next.flight || yields(next, at)))) {
    next.saidExpired = true;
    emit(next, "expired", {});
  }
}
