/** The moves that a step is made of. Each changes the draft of one step and lists what is to be done; none decides when it is called. */
import type { Session } from "@guestpass/protocol";
import { TokensError } from "../errors.js";
import type { KeeperEventFields } from "../events.js";
import { nextTry, roomAt } from "./backoff.js";
import { remedy } from "./classify.js";
import type { ReportLine, ReportWhat } from "./report.js";
import { isExpiring, isLive, plan, secondsLeft } from "./schedule.js";
import { dueAt, type Flight, INITIAL, type State, yields } from "./state.js";

/** What the page may take to give an identity, a challenge or a key before a request is sent: a visitor may have to act. */
const PREPARE_MS = 120_000;
/** Tabs that wake together go in an order drawn within this time. */
const CROWD_MS = 300;
/** Until the next look at a renewal that the browser gave up because the page is being left. */
const QUIET_MS = 1000;

export interface Moment {
  readonly at: number;
  /** 0 <= u < 1, drawn anew for each event. */
  readonly u: number;
  readonly online: boolean;
  /** Other tabs are known to be there. */
  readonly crowd: boolean;
}

/** What another tab told along with a session. */
export interface Origin {
  /** The handle is bound to this site's key. */
  readonly bound: boolean;
  /** What the endpoint's clock shows, milliseconds. */
  readonly serverNow: number;
}

export type Emitted = Exclude<keyof KeeperEventFields, "state" | "report">;

export interface Effects {
  /** `from`: they are given until then to answer. */
  askTabs(from: number): void;
  send(flight: Flight, held: Session | null): void;
  abort(): void;
  /** `isNew`: a session that was not there before; `origin`: where it comes from, if not from the endpoint. */
  keep(session: Session, isNew: boolean, origin: Origin | null): void;
  forget(session: Session | null, tell: boolean): void;
  emit(type: Emitted, fields: object): void;
  note(line: ReportLine): void;
}

/** The name of an effect and what it is given. */
export type Effect = { [K in keyof Effects]: readonly [K, ...Parameters<Effects[K]>] }[keyof Effects];

/** One step in the making: the next state, what is to be done, and the moment of it all. */
export interface Draft {
  readonly next: { -readonly [K in keyof State]: State[K] };
  readonly effects: Effect[];
  readonly now: Moment;
}

export function note({ effects }: Draft, what: ReportWhat, why?: string, inMs?: number, error?: TokensError): void {
  const { status, requestId } = error ?? {};
  effects.push(["note", { what, why, inMs: inMs && Math.round(inMs), status, requestId }]);
}

export function emit<K extends Emitted>({ effects }: Draft, type: K, fields: KeeperEventFields[K]): void {
  effects.push(["emit", type, fields]);
}

export function fly({ next, effects, now }: Draft, kind: Flight["kind"], held: Session | null): void {
  const flight: Flight = { kind, fresh: next.fresh, ask: next.ask };
  Object.assign(next, { flight, deadline: now.at + PREPARE_MS, broken: null, holds: 0, urgent: false });
  effects.push(["send", flight, held]);
}

export function abort({ next, effects }: Draft): void {
  if (next.flight) effects.push(["abort"]);
  next.flight = null;
}

/** Nothing of the former session is left but the count of requests. */
export function clear(draft: Draft, phase: State["phase"]): void {
  const { sent, online, leaving } = draft.next;
  abort(draft);
  Object.assign(draft.next, INITIAL, { phase, sent, online, leaving });
}

/** Sends a request, unless the last minute has had its share. */
function begin(draft: Draft, why: string): void {
  const { next } = draft;
  const { at } = draft.now;
  const room = roomAt(next.sent, at, next.life ? next.life.expiresAt - next.life.sentAt : 0);
  if (room > at) {
    note(draft, "circuit-open", why, room - at);
    next.retryAt = room;
    next.error ??= new TokensError("rate_limited", "Too many requests.", {
      retryAfterSeconds: Math.ceil((room - at) / 1000),
    });
  } else {
    note(draft, "asking", why);
    fly(draft, next.fresh || !next.grant ? "start" : "refresh", next.grant);
  }
}

/** The request under way came to nothing. Because the page is being left: that is no failure. */
function fail(draft: Draft, error: TokensError): void {
  const { next } = draft;
  const { at, u } = draft.now;
  const { code } = error;
  if (code === "aborted" || (code === "network" && next.leaving)) {
    next.urgent = true;
    next.retryAt = Math.max(next.retryAt, at + QUIET_MS);
    return;
  }
  note(draft, "failed", code, undefined, error);
  const todo = remedy(error);
  // What is mended at once is due at once: it is sent by the look that ends each step, unless something forbids it.
  if (todo === "identity" && !next.ask) next.ask = error;
  else if (todo === "session" && !next.restarted) next.fresh = next.restarted = true;
  else if (todo === "again") {
    const first = !next.failures;
    next.failures += 1;
    next.error = error;
    next.retryAt = nextTry(at, next.failures, u, error.retryAfterSeconds, next.life?.expiresAt);
    note(draft, "deferred", code, next.retryAt - at);
    if (first) emit(draft, isLive(next.life, at) ? "degraded" : "error", { error });
  } else {
    Object.assign(next, { phase: "refused", error, urgent: false });
    note(draft, "stopped", code);
    emit(draft, "refused", { error });
    emit(draft, "error", { error });
  }
}

/** A new life, by an answer or, where there is an `origin`, from another tab. */
export function grant(draft: Draft, session: Session, sentAt: number, origin: Origin | null): void {
  const { next, effects } = draft;
  const { at, u } = draft.now;
  const { grant: former, failures, saidExpired, suspect } = next;
  const same = former?.sessionId === session.sessionId;
  const life = plan(session, sentAt, u, same ? next.life : null);
  const restarted = next.restarted && next.flight?.kind !== "refresh";
  const refusals = suspect ? next.refusals : 0;
  if (!origin) next.flight = null;
  clear(draft, "running");
  Object.assign(next, { grant: session, life, restarted, refusals });
  effects.push(["keep", session, !same, origin]);
  note(draft, "scheduled", undefined, life.refreshAt - at);
  if (same) {
    const { token } = session;
    const fields = { expiresIn: secondsLeft(life, at), rotated: token !== former.token };
    // Not enumerable: an event that is logged or sent somewhere does not take the token along.
    Object.defineProperty(fields, "token", { value: token });
    emit(draft, "refreshed", fields as KeeperEventFields["refreshed"]);
  } else emit(draft, "ready", {});
  if (failures || saidExpired) if (former) emit(draft, "recovered", {});
}

/** Looks at the clock: does what is due, says what is over. */
export function look(draft: Draft, why: string): void {
  const { next, effects } = draft;
  const { at, u, online, crowd } = draft.now;
  const { flight } = next;
  if (flight && (at >= next.deadline || (next.broken && next.leaving))) {
    abort(draft);
    if (flight.kind !== "end") fail(draft, next.broken ?? new TokensError("timeout", "The endpoint did not answer."));
  }
  const { life, grant: session, saidExpired } = next;
  const running = next.phase === "running";
  if (running && life && at >= life.endsAt) {
    clear(draft, "over");
    effects.push(["forget", session, false]);
    note(draft, "stopped", "session-end");
    if (!saidExpired) emit(draft, "expired", {});
    return;
  }
  if (running && life && !next.saidExpiring && isExpiring(life, at)) {
    next.saidExpiring = true;
    emit(draft, "expiring", { expiresIn: secondsLeft(life, at) });
  }
  if (running && !next.flight && online && at >= dueAt(next)) {
    if (crowd && session && !next.holds && !next.urgent) {
      next.holds = 1;
      next.retryAt = at + u * CROWD_MS;
    } else begin(draft, why);
  }
  // A request that is under way, or another tab's, may still come before anybody notices that this life is over.
  if (life && !saidExpired && !isLive(life, at) && !(running && (next.flight || yields(next, at)))) {
    next.saidExpired = true;
    emit(draft, "expired", {});
  }
}
