/**
 * One kept session, and the one writer of its state: runs the machine, does what it asks for, and answers those who
 * wait. Shared by all keepers of a page that want the same session; it knows no public face and no page's choice.
 */
import type { Session } from "@guestpass/protocol";
import { TokensError } from "./errors.js";
import { createFlights, type Flights, type Sending, type Visitor } from "./flights.js";
import { createSharing, type Talk } from "./io/sharing.js";
import { type Place, storageKey } from "./io/storage.js";
import { createTimeline } from "./io/timeline.js";
import type { KeeperPorts, PageSignal } from "./ports.js";
import { readSession } from "./rules/answer.js";
import { type Occurrence, REFUSALS, step } from "./rules/machine.js";
import type { Effect, Emitted } from "./rules/moves.js";
import type { ReportEntry } from "./rules/report.js";
import { secondsLeft } from "./rules/schedule.js";
import { answer, type Flight, INITIAL, nextDeadline, type State, usable } from "./rules/state.js";

/** A keeper of this page that uses the session. */
export interface Member extends Visitor {
  /** The state has changed; this comes before anything that follows from it is told. */
  changed(): void;
  tell(type: Emitted, fields: object): void;
  note(line: Omit<ReportEntry, "at">): void;
}

export interface KeptSession {
  readonly state: State;
  readonly expiresIn: number;
  readonly flights: Flights;
  join(member: Member): void;
  /** `forget`: what is kept for a reload is not this page's user's any more. */
  leave(member: Member, forget: boolean): void;
  start(): Promise<Session>;
  /** A session whose token lives. */
  token(): Promise<Session>;
  refresh(): Promise<Session>;
  reported(token: string): Promise<Session>;
  acted(): void;
  end(): Promise<void>;
}

/** How long other tabs are given to answer, with and without a sign of them. */
const ASK_MS = 250;
const ASK_IN_VAIN_MS = 50;

/** Done (true), or wait on. */
type Judge = (at: number) => boolean;

export function keepSession(ports: KeeperPorts, place: Place, onEmpty: () => void): KeptSession {
  const { page } = ports;
  const site = place.persist === "site";
  let state = INITIAL;
  let crowd = false;
  let awake = false;
  let busy = false;
  let controller: AbortController | null = null;
  let stops: (() => void)[] = [];
  const members = new Set<Member>();
  const queue: { occurrence: Occurrence; judge: Judge | undefined }[] = [];
  const waiting = new Set<Judge>();

  const timeline = createTimeline(ports, () => dispatch({ type: "look", why: "timer" }));
  const { now } = timeline;
  const flights = createFlights(ports, place, now);

  const everybody = (tell: (member: Member) => void): void => {
    for (const member of members) if (members.has(member)) tell(member);
  };

  const note = (line: Omit<ReportEntry, "at">): void => everybody((member) => member.note(line));

  const hear = ({ word, session, sessionId, ageMs = 0, bound = false, serverNow = 0 }: Talk): void => {
    crowd = true;
    if (word === "ask") {
      if (usable(state, now()) !== null) tellGrant();
      else sharing.tell({ word: state.flight === null ? "here" : "sending" });
    } else if (word === "sending") dispatch({ type: "hold" });
    else if (word === "gone" && sessionId === state.grant?.sessionId) dispatch({ type: "gone" });
    else if (word === "granted") {
      let read: Session;
      try {
        read = readSession(session, null);
      } catch {
        return; // Another version's word.
      }
      // Only a session that is kept for the whole site may be taken over by a tab that has none.
      if (!site && read.sessionId !== (state.grant ?? flights.stored())?.sessionId) return;
      dispatch({ type: "adopted", session: read, sentAt: now() - ageMs, origin: { bound, serverNow } });
    }
  };

  const sharing = createSharing(ports, place, hear);

  const tellGrant = (): void => {
    const { grant: session, life } = state;
    if (session === null || life === null) return;
    const { bound } = flights;
    sharing.tell({ word: "granted", session, ageMs: now() - life.sentAt, bound, serverNow: flights.serverNow() });
  };

  const send = async (flight: Flight, held: Session | null): Promise<void> => {
    const own = new AbortController();
    controller = own;
    const { id, kind } = flight;
    const [visitor] = members;
    const sending: Sending = {
      signal: own.signal,
      sent() {
        if (kind !== "end") sharing.tell({ word: "sending" });
        dispatch({ type: "sent", flight: id });
        return now();
      },
    };
    try {
      if (kind === "end") {
        await flights.close(held, sending).catch(() => {});
        dispatch({ type: "closed", flight: id });
      } else if (visitor) {
        const { session, sentAt } = await flights.run(flight, held, visitor, sending);
        if (!own.signal.aborted) dispatch({ type: "granted", flight: id, session, sentAt });
      }
    } catch (cause) {
      if (own.signal.aborted) return;
      const error =
        cause instanceof TokensError
          ? cause
          : new TokensError("network", "The request failed.", { retryable: true, cause });
      dispatch({ type: "failed", flight: id, error, quiet: error.code === "aborted" });
    }
  };

  const perform = (effect: Effect): void => {
    switch (effect.do) {
      case "ask-tabs":
        sharing.tell({ word: "ask" });
        break;
      case "send":
        void send(effect.flight, effect.session);
        break;
      case "abort":
        controller?.abort();
        break;
      case "keep":
        flights.keep(effect.session, effect.origin);
        if (effect.origin === null) tellGrant();
        break;
      case "forget":
        void flights.forget(effect.session);
        if (effect.tell && effect.session) sharing.tell({ word: "gone", sessionId: effect.session.sessionId });
        break;
      case "emit":
        everybody((member) => member.tell(effect.type, effect.fields));
        break;
      case "note":
        note(effect.line);
        break;
    }
  };

  /**
   * Takes one occurrence after another: what one causes, a listener's call too, waits for its end. A `judge` hears of
   * each instant from its own occurrence on, until it is done.
   */
  const dispatch = (occurrence: Occurrence, judge?: Judge): void => {
    queue.push({ occurrence, judge });
    if (busy) return;
    busy = true;
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const at = now();
        if (timeline.jumped()) note({ what: "clock-changed" });
        const moved = step(state, { ...next.occurrence, at, u: ports.random(), online: page.online(), crowd });
        state = moved.state;
        if (next.judge) waiting.add(next.judge);
        everybody((member) => member.changed());
        for (const effect of moved.effects) perform(effect);
        for (const done of waiting) if (done(at)) waiting.delete(done);
      }
    } finally {
      busy = false;
    }
    timeline.arm(awake ? nextDeadline(state) : null);
  };

  const wake = (signal: PageSignal): void => {
    if (signal === "pagehide") sharing.close();
    else sharing.open();
    if (signal !== "hidden" && signal !== "focus") note({ what: "woke", why: signal });
    dispatch({ type: "look", why: signal });
  };

  const listen = (): void => {
    awake = true;
    sharing.open();
    const shelved = (key: string | null): void => {
      const ours = site && flights.bound && (key === null || key === storageKey(place.deploymentId));
      // What was kept for the whole site and is not there any more was taken away in another tab.
      if (ours && state.grant !== null && flights.stored() === null) dispatch({ type: "gone" });
    };
    stops = [page.listen(wake), ports.storage.watch(shelved), () => sharing.close()];
    if (state.phase !== "idle") dispatch({ type: "look", why: "joined" });
  };

  const until = (occurrence: Occurrence, verdict: (at: number) => Session | TokensError | null): Promise<Session> =>
    new Promise((resolve, reject) => {
      dispatch(occurrence, (at) => {
        const heard = verdict(at);
        if (heard instanceof TokensError) reject(heard);
        else if (heard !== null) resolve(heard);
        return heard !== null;
      });
    });

  const start = (): Promise<Session> => {
    const askMs = site ? (flights.stored() === null ? ASK_IN_VAIN_MS : ASK_MS) : 0;
    return until({ type: "start", askMs: sharing.isOpen ? askMs : 0 }, (at) => answer(state, at));
  };

  const token = (): Promise<Session> =>
    state.phase === "idle" ? start() : until({ type: "look", why: "caller" }, (at) => answer(state, at));

  return {
    get state() {
      return state;
    },
    get expiresIn() {
      return secondsLeft(state.life, now());
    },
    flights,
    join(member) {
      members.add(member);
      if (!awake) listen();
    },
    leave(member, forget) {
      members.delete(member);
      if (members.size > 0) return;
      awake = false;
      timeline.arm(null);
      for (const stop of stops) stop();
      if (forget) void flights.forget(state.grant);
      // An element that is moved in the document leaves and comes back at once: it finds everything as it was.
      queueMicrotask(() => {
        if (members.size > 0) return;
        controller?.abort();
        onEmpty();
      });
    },
    start,
    token,
    refresh() {
      const { life } = state;
      return state.phase === "idle" ? start() : until({ type: "refresh" }, (at) => answer(state, at, life));
    },
    reported(refused) {
      if (state.phase === "idle") return start();
      return until({ type: "reported", token: refused }, (at) =>
        state.refusals > REFUSALS && state.grant?.token === refused
          ? new TokensError("invalid_answer", "The messenger refuses fresh tokens.")
          : answer(state, at),
      );
    },
    acted: () => dispatch({ type: "acted" }),
    end: () =>
      new Promise((resolve) => {
        dispatch({ type: "end" }, () => {
          const done = state.flight?.kind !== "end";
          if (done) resolve();
          return done;
        });
      }),
  };
}
