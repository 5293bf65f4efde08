/** The moves that a step is made of. Each changes the draft of one step and lists what is to be done; none decides when it is called. */
import type { Session } from "@guestpass/protocol";
import { TokensError } from "../errors.js";
import type { KeeperEventFields } from "../events.js";
import { termsOf } from "./answer.js";
import { nextTry, roomAt } from "./backoff.js";
import { remedy } from "./classify.js";
import type { ReportEntry, ReportWhat } from "./report.js";
import { isExpiring, isLive, plan, secondsLeft } from "./schedule.js";
import { dueAt, type Flight, INITIAL, type State } from "./state.js";

/** What the page may take to give an identity, a challenge or a key before a request is sent: a visitor may have to act. */
const PREPARE_MS = 120_000;
/** Tabs that wake together go in an order drawn within this time. */
const CROWD_MS = 300;
/** A renewal whose request the browser gave up because the page is being left. */
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

export type Effect =
  | { readonly do: "ask-tabs" }
  | { readonly do: "send"; readonly flight: Flight; readonly session: Session | null }
  | { readonly do: "abort" }
  | { readonly do: "keep"; readonly session: Session; readonly origin: Origin | null }
  | { readonly do: "forget"; readonly session: Session | null; readonly tell: boolean }
  | { readonly do: "emit"; readonly type: Emitted; readonly fields: object }
  | { readonly do: "note"; readonly line: Omit<ReportEntry, "at"> };

/** One step in the making. */
export interface Draft {
  state: State;
  readonly effects: Effect[];
  readonly moment: Moment;
}

export function set(draft: Draft, changes: Partial<State>): void {
  draft.state = { ...draft.state, ...changes };
}

export function note(draft: Draft, what: ReportWhat, more: Omit<ReportEntry, "at" | "what"> = {}): void {
  draft.effects.push({ do: "note", line: { what, ...more } });
}

export function emit<K extends Emitted>(draft: Draft, type: K, fields: KeeperEventFields[K]): void {
  draft.effects.push({ do: "emit", type, fields });
}

export function fly(draft: Draft, kind: Flight["kind"], session: Session | null, ask: TokensError | null = null): void {
  const { state } = draft;
  const id = state.flights + 1;
  const flight: Flight = { id, kind, fresh: state.fresh, ask, deadline: draft.moment.at + PREPARE_MS };
  set(draft, { flight, flights: id, yielded: 0, urgent: false });
  draft.effects.push({ do: "send", flight, session });
}

export function abort(draft: Draft): void {
  if (draft.state.flight !== null) draft.effects.push({ do: "abort" });
  set(draft, { flight: null });
}

/** Nothing of the former session is left but the count of requests. */
export function clear(draft: Draft, phase: State["phase"]): void {
  abort(draft);
  const { sent, flights, online } = draft.state;
  draft.state = { ...INITIAL, phase, sent, flights, online };
}

/** Sends a request, unless the last minute has had its share. */
function begin(draft: Draft, why: string, ask: TokensError | null = null): void {
  const { state } = draft;
  const { at } = draft.moment;
  const room = roomAt(state.sent, at);
  if (room > at) {
    note(draft, "circuit-open", { why, inMs: Math.round(room - at) });
    const error = new TokensError("rate_limited", "More requests in a minute than can make sense.", {
      retryable: true,
      retryAfterSeconds: Math.ceil((room - at) / 1000),
    });
    set(draft, { retryAt: room, firm: true, error: state.error ?? error });
    return;
  }
  note(draft, "asking", { why });
  fly(draft, state.fresh || state.grant === null ? "start" : "refresh", state.grant, ask);
}

function refuse(draft: Draft, error: TokensError): void {
  set(draft, { phase: "refused", error, urgent: false });
  note(draft, "stopped", { why: error.code });
  emit(draft, "refused", { error });
  emit(draft, "error", { error });
}

/** The request under way came to nothing. `quiet`: the page is being left, which is no failure. */
export function fail(draft: Draft, error: TokensError, quiet: boolean): void {
  const { state } = draft;
  set(draft, { flight: null });
  if (quiet) {
    set(draft, { retryAt: Math.max(state.retryAt, draft.moment.at + QUIET_MS) });
    return;
  }
  const { status, requestId } = error;
  note(draft, "failed", {
    why: error.code,
    ...(status !== undefined && { status }),
    ...(requestId !== undefined && { requestId }),
  });
  const todo = remedy(error);
  if (todo === "identity" && !state.asked) {
    set(draft, { asked: true });
    begin(draft, "identity", error);
  } else if (todo === "session" && !state.restarted) {
    set(draft, { fresh: true, restarted: true });
    begin(draft, "new-session");
  } else if (todo === "again") backOff(draft, error);
  else refuse(draft, error);
}

function backOff(draft: Draft, error: TokensError): void {
  const { state } = draft;
  const { at, u } = draft.moment;
  const failures = state.failures + 1;
  const wait = error.retryAfterSeconds ?? 0;
  const retryAt = nextTry({ at, failures, u, retryAfterSeconds: wait, expiresAt: state.life?.expiresAt ?? 0 });
  note(draft, "deferred", { why: error.code, inMs: Math.round(retryAt - at) });
  set(draft, { failures, retryAt, firm: wait > 0, error });
  if (isLive(state.life, at)) {
    if (!state.degraded) emit(draft, "degraded", { error });
    set(draft, { degraded: true });
  } else if (failures === 1) emit(draft, "error", { error });
}

/** A new life, by an answer or, where there is an `origin`, from another tab. */
export function grant(draft: Draft, session: Session, sentAt: number, origin: Origin | null): void {
  const { state } = draft;
  const { at, u } = draft.moment;
  const former = state.grant;
  const same = former?.sessionId === session.sessionId;
  const renewed = state.flight?.kind === "refresh";
  const life = plan(termsOf(session), sentAt, u, same ? state.life : null);
  if (origin !== null) abort(draft);
  const { sent, flights, online, leaving } = state;
  draft.state = {
    ...INITIAL,
    phase: "running",
    grant: session,
    life,
    sent,
    flights,
    online,
    leaving,
    restarted: state.restarted && !renewed,
    refusals: state.suspect ? state.refusals : 0,
  };
  draft.effects.push({ do: "keep", session, origin });
  note(draft, "scheduled", { inMs: Math.round(life.refreshAt - at) });
  if (same) {
    const { token } = session;
    const fields = { expiresIn: secondsLeft(life, at), rotated: token !== former.token };
    // Not enumerable: an event that is logged or sent somewhere does not take the token along.
    Object.defineProperty(fields, "token", { value: token });
    emit(draft, "refreshed", fields as KeeperEventFields["refreshed"]);
  } else emit(draft, "ready", {});
  if (state.degraded || state.saidExpired) emit(draft, "recovered", {});
}

/** Says once that a token's life is over. */
function lapse(draft: Draft): void {
  const { life, saidExpired } = draft.state;
  if (life === null || saidExpired || isLive(life, draft.moment.at)) return;
  set(draft, { saidExpired: true, degraded: false });
  emit(draft, "expired", {});
}

/** Looks at the clock: does what is due, says what is over. */
export function look(draft: Draft, why: string): void {
  const { at, u, online, crowd } = draft.moment;
  const { flight } = draft.state;
  if (flight !== null && at >= flight.deadline) {
    abort(draft);
    if (flight.kind !== "end") {
      fail(draft, new TokensError("timeout", "The endpoint did not answer in time.", { retryable: true }), false);
    }
  }
  const { life, grant: session, saidExpired, saidExpiring } = draft.state;
  if (draft.state.phase !== "running") lapse(draft);
  else if (life !== null && at >= life.endsAt) {
    clear(draft, "over");
    draft.effects.push({ do: "forget", session, tell: false });
    note(draft, "stopped", { why: "session-end" });
    if (!saidExpired) emit(draft, "expired", {});
  } else {
    if (life !== null && !saidExpiring && isExpiring(life, at)) {
      set(draft, { saidExpiring: true });
      emit(draft, "expiring", { expiresIn: secondsLeft(life, at) });
    }
    if (draft.state.flight === null && online && at >= dueAt(draft.state)) {
      if (crowd && session !== null && draft.state.yielded === 0 && !draft.state.urgent) {
        set(draft, { yielded: 1, holdUntil: at + u * CROWD_MS });
      } else begin(draft, why);
    }
    // A request that is under way, or another tab's, may still come before anybody notices.
    if (draft.state.flight === null && at >= draft.state.holdUntil) lapse(draft);
  }
}
