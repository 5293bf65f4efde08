/**
 * One kept session, and the one writer of its state: runs the machine, does what it asks for, and answers those who
 * wait. Shared by all keepers of a page that want the same session; it knows no public face and no page's choice.
 */
import type { Session } from "@guestpass/protocol";
import { TokensError } from "./errors.js";
import { createFlights, type Flights, type Sending, type Visitor } from "./flights.js";
import { createSharing } from "./io/sharing.js";
import { type Place, readStored, storageKey } from "./io/storage.js";
import { createTimeline } from "./io/timeline.js";
import type { KeeperPorts, PageSignal } from "./ports.js";
import { readSession } from "./rules/answer.js";
import { type Occurrence, step, verdict } from "./rules/machine.js";
import type { Effects, Emitted } from "./rules/moves.js";
import type { ReportLine } from "./rules/report.js";
import { secondsLeft } from "./rules/schedule.js";
import { answer, type Flight, INITIAL, nextDeadline, type State, shown, usable } from "./rules/state.js";

/** A keeper of this page that uses the session. */
export interface Member extends Visitor {
  /** The state has changed; this comes before anything that follows from it is told. */
  changed(): void;
  tell(type: Emitted, fields: object): void;
  note(line: ReportLine): void;
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
  /** Lets go of the lock by which one of several tabs starts. */
  let free = (): void => {};
  const members = new Set<Member>();
  const queue: [Occurrence, Judge?][] = [];
  const waiting = new Set<Judge>();

  /**
   * Takes one occurrence after another: what one causes, a listener's call too, waits for its end. A judge hears of
   * each instant from its own occurrence on, until it is done.
   */
  const dispatch = (...entry: [Occurrence, Judge?]): void => {
    queue.push(entry);
    if (busy) return;
    busy = true;
    try {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const [occurrence, judge] = next;
        const at = now();
        if (timeline.jumped()) perform.note({ what: "clock-changed" });
        const { effects, ...moved } = step(state, {
          ...occurrence,
          at,
          u: ports.random(),
          online: page.online(),
          crowd,
        });
        state = moved.state;
        if (judge) waiting.add(judge);
        for (const member of members) member.changed();
        for (const [name, ...given] of effects) (perform[name] as (...given: unknown[]) => void)(...given);
        for (const done of waiting) if (done(at)) waiting.delete(done);
      }
    } finally {
      busy = false;
    }
    if (!awake || state.error || shown(state) !== "starting") free();
    timeline.arm(awake ? nextDeadline(state) : Infinity);
  };

  const look = (why: string): void => dispatch({ type: "look", why });

  const timeline = createTimeline(ports, () => look("timer"));
  const { now } = timeline;
  const flights = createFlights(ports, place, now);

  const sharing = createSharing(ports, place, ({ word, session, sessionId, ...more }, lateMs) => {
    crowd = true;
    if (word === "ask") {
      if (usable(state, now())) tellGrant();
      else if (state.flight) sharing.tell({ word: "sending" });
    } else if (word === "sending") dispatch({ type: "hold" });
    else if (word === "gone" && sessionId === state.grant?.sessionId) dispatch({ type: "gone" });
    else if (word === "granted") {
      // Only a session that is kept for the whole site may be taken over by a tab that has none.
      if (!site && sessionId !== (state.grant ?? flights.stored())?.sessionId) return;
      const { ageMs = 0, bound = false, serverNow = 0 } = more;
      const origin = { bound, serverNow: serverNow + lateMs };
      const sentAt = now() - ageMs - lateMs;
      dispatch({ type: "adopted", session: readSession(session, null), sentAt, origin });
    }
  });

  const tellGrant = (): void => {
    const { grant: session, life } = state;
    if (!session || !life) return;
    const { sessionId } = session;
    sharing.tell({ word: "granted", session, sessionId, ageMs: now() - life.sentAt, ...flights.origin() });
  };

  const send = async (flight: Flight, held: Session | null): Promise<void> => {
    const own = new AbortController();
    const { signal } = own;
    controller = own;
    const sending: Sending = {
      signal,
      sent() {
        if (flight.kind !== "end") sharing.tell({ word: "sending" });
        dispatch({ type: "sent", flight });
        return now();
      },
    };
    try {
      const [visitor] = members;
      if (flight.kind === "end") {
        await flights.close(held, sending).catch(() => {});
        dispatch({ type: "closed", flight });
      } else if (visitor) {
        dispatch({ type: "granted", flight, ...(await flights.run(flight, held, visitor, sending)) });
      }
    } catch (cause) {
      const error = cause instanceof TokensError ? cause : new TokensError("network", "The request failed.", { cause });
      if (!signal.aborted) dispatch({ type: "failed", flight, error });
    }
  };

  const perform: Effects = {
    askTabs(from) {
      sharing.tell({ word: "ask" });
      // Of tabs that start in the same instant one goes first; the others hear of its session, or go on after a while.
      const go = (mine?: (() => void) | null): void => {
        if (mine) free = mine;
        dispatch(mine === null ? { type: "hold" } : { type: "go", from });
      };
      ports.tryLock(JSON.stringify(place)).then(go, () => go());
    },
    send: (flight, held) => void send(flight, held),
    abort: () => controller?.abort(),
    keep(session, isNew, origin) {
      flights.keep(session, isNew, origin);
      if (!origin) tellGrant();
    },
    forget(session, tell) {
      void flights.forget(session);
      if (tell) sharing.tell({ word: "gone", sessionId: session?.sessionId });
    },
    emit(type, fields) {
      for (const member of members) member.tell(type, fields);
    },
    note(line) {
      for (const member of members) member.note(line);
    },
  };

  const wake = (signal: PageSignal): void => {
    // An open channel keeps the page out of the back-forward cache; `hidden` may come after `pagehide`.
    if (signal === "pagehide") sharing.close();
    else if (signal === "pageshow" || signal === "visible") sharing.open();
    perform.note({ what: "woke", why: signal });
    look(signal);
  };

  const until = (occurrence: Occurrence, hear: (at: number) => Session | TokensError | null): Promise<Session> =>
    new Promise((resolve, reject) => {
      dispatch(occurrence, (at) => {
        const heard = hear(at);
        if (heard instanceof TokensError) reject(heard);
        else if (heard) resolve(heard);
        return !!heard;
      });
    });

  const start = (): Promise<Session> => {
    const askMs = site && sharing.isOpen ? (flights.stored() ? ASK_MS : ASK_IN_VAIN_MS) : 0;
    return until({ type: "start", askMs }, (at) => answer(state, at));
  };

  /** What is asked of a session that has never begun is asked of its start. */
  const orStart = (otherwise: () => Promise<Session>) => (state.phase === "idle" ? start() : otherwise());

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
      if (awake) return;
      awake = true;
      sharing.open();
      const shelved = (key: string | null): void => {
        const ours = site && flights.origin().bound && (key === null || key === storageKey(place.deploymentId));
        // What was kept for the whole site and is not there any more was taken away in another tab.
        if (ours && state.grant && !readStored(ports.storage, place)) dispatch({ type: "gone" });
      };
      stops = [page.listen(wake), ports.storage.watch(shelved), sharing.close, () => timeline.arm(Infinity)];
      look("joined");
    },
    leave(member, forget) {
      members.delete(member);
      if (members.size) return;
      awake = false;
      for (const stop of stops) stop();
      free();
      if (forget && state.grant) void flights.forget(state.grant);
      // An element that is moved in the document leaves and comes back at once: it finds everything as it was.
      queueMicrotask(() => {
        if (members.size) return;
        controller?.abort();
        onEmpty();
      });
    },
    start,
    token: () => orStart(() => until({ type: "look", why: "caller" }, (at) => answer(state, at))),
    refresh: () =>
      orStart(() => {
        const { life } = state;
        return until({ type: "refresh" }, (at) => answer(state, at, life));
      }),
    reported: (token) =>
      orStart(() => until({ type: "reported", token }, (at) => verdict(state, token) ?? answer(state, at))),
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
