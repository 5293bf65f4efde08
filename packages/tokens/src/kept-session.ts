/**
 * One kept session, and the one writer of its state: runs the machine, does what follows from each step, and answers
 * those who wait. Shared by all keepers of a page that want the same session; it knows no public face and no page's choice.
 */
import type { Session } from "@guestpass/protocol";
import { TokensError } from "./errors.js";
import { createFlights, type Visitor } from "./flights.js";
import { createSharing } from "./io/sharing.js";
import { type Place, readStored } from "./io/storage.js";
import { createTimeline } from "./io/timeline.js";
import type { KeeperPorts, PageSignal } from "./ports.js";
import { readSession } from "./rules/answer.js";
import { type Occurrence, step, verdict } from "./rules/machine.js";
import type { Word } from "./rules/moves.js";
import { secondsLeft } from "./rules/schedule.js";
import {
  answer,
  type Flight,
  INITIAL,
  type KeeperState,
  nextDeadline,
  type State,
  shown,
  usable,
} from "./rules/state.js";

/** A keeper of this page that uses the session. */
export interface Member extends Visitor {
  /** The state is this one now; this comes before anything that follows from it is told. */
  show(state: KeeperState): void;
  tell(...word: Word): void;
}

/** What a page may want of its session: that it is there, that its token lives, a new life, an answer to a refusal. */
export type Wish = Extract<Occurrence, readonly ["refresh" | "reported" | "look", ...unknown[]]> | readonly ["start"];

export interface KeptSession {
  readonly state: State;
  readonly expiresIn: number;
  join(member: Member): void;
  /** `forget`: what is kept for a reload is not this page's user's any more. */
  leave(member: Member, forget: boolean): void;
  want(wish: Wish): Promise<Session>;
  acted(): void;
  end(): Promise<unknown>;
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
  let leaving = false;
  let awake = false;
  let busy = false;
  let controller: AbortController | null = null;
  let listening = new AbortController();
  /** Lets go of the lock by which one of several tabs starts. */
  let free = (): void => {};
  const members = new Set<Member>();
  const queue: [Occurrence, Judge?][] = [];
  const waiting = new Set<Judge>();

  const tell = (...word: Word): void => {
    for (const member of members) member.tell(...word);
  };

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
        const { now: at, jumped } = read();
        if (jumped) tell("report", { what: "clock-changed" });
        const former = state;
        const moment = { at, u: ports.random(), online: page.online(), leaving, crowd };
        const { said, asked, ...moved } = step(former, moment, occurrence);
        state = moved;
        if (judge) waiting.add(judge);
        for (const member of members) member.show(shown(state));
        follow(former);
        if (asked) askTabs(asked);
        for (const word of said) tell(...word);
        for (const done of waiting) if (done(at)) waiting.delete(done);
      }
    } finally {
      busy = false;
    }
    if (!awake || state.error || shown(state) !== "starting") free();
    arm(awake ? nextDeadline(state) : Infinity);
  };

  /** Does what the difference between two states asks for. */
  const follow = ({ life: had, flight: former, phase }: State): void => {
    const { life, flight } = state;
    if (life && life !== had) {
      flights.keep(life.session, life.heard);
      if (!life.heard) tellGrant();
    }
    if (flight !== former) {
      controller?.abort();
      if (flight) void send(flight);
    }
    if (phase !== state.phase && ["over", "ended"].includes(state.phase)) {
      void flights.forget(had?.session);
      if (flight) say({ word: "gone", sessionId: had?.session.sessionId });
    }
  };

  const look = (why: string): void => dispatch(["look", why]);

  const { now, read, arm } = createTimeline(ports, () => look("timer"));
  const flights = createFlights(ports, place, now);

  const { isOpen, say, open, close } = createSharing(ports, place, (talk, lateMs) => {
    crowd = true;
    const held = state.life?.session;
    if (talk.word === "ask") {
      if (usable(state, now())) tellGrant();
      else if (state.flight) say({ word: "sending" });
    } else if (talk.word === "sending") dispatch(["hold"]);
    else if (talk.word === "gone") {
      if (talk.sessionId === held?.sessionId) dispatch(["gone"]);
    }
    // Only a session that is kept for the whole site may be taken over by a tab that has none.
    else if (site || talk.sessionId === (held ?? flights.stored())?.sessionId) {
      const { session, ageMs, serverNow } = talk;
      dispatch(["adopted", readSession(session, null), now() - ageMs - lateMs, serverNow + lateMs]);
    }
  });

  const tellGrant = (): void => {
    const { life } = state;
    if (!life) return;
    const { session, sentAt } = life;
    const { sessionId } = session;
    say({ word: "granted", session, sessionId, ageMs: now() - sentAt, serverNow: flights.serverNow() });
  };

  /** Of tabs that start in the same instant one goes first; the others hear of its session, or go on after a while. */
  const askTabs = (from: number): void => {
    say({ word: "ask" });
    const go = (mine?: (() => void) | null): void => {
      if (mine) free = mine;
      dispatch(mine === null ? ["hold"] : ["go", from]);
    };
    ports.tryLock(JSON.stringify(place)).then(go, () => go());
  };

  const send = async (flight: Flight): Promise<void> => {
    controller = new AbortController();
    const { signal } = controller;
    let sentAt = 0;
    const sent = (): void => {
      if (flight.kind !== "end") say({ word: "sending" });
      dispatch(["sent", flight]);
      sentAt = now();
    };
    const [visitor] = members;
    const outcome = await flights.run(flight.kind, state, visitor, { signal, sent }).catch((cause: unknown) => {
      return cause instanceof TokensError ? cause : new TokensError("network", "No answer", { cause });
    });
    dispatch(["landed", flight, outcome, sentAt]);
  };

  const wake = (signal: PageSignal): void => {
    // An open channel keeps the page out of the back-forward cache; `hidden` may come after `pagehide`.
    if (signal === "pagehide") {
      leaving = true;
      close();
    } else if (signal === "pageshow" || signal === "visible") {
      leaving = false;
      open();
    }
    tell("report", { what: "woke", why: signal });
    look(signal);
  };

  /** What was kept for the whole site and is not there any more was taken away in another tab. */
  const shelved = (): void => {
    if (site && state.life?.session.session.bound && !readStored(ports.storage, place)) dispatch(["gone"]);
  };

  const begin = (): void => {
    awake = true;
    open();
    listening = new AbortController();
    page.listen(wake, listening.signal);
    ports.storage.watch(shelved, listening.signal);
  };

  const until = <T>(occurrence: Occurrence, hear: (at: number) => T | TokensError | null): Promise<T> =>
    new Promise((resolve, reject) => {
      dispatch(occurrence, (at) => {
        const heard = hear(at);
        if (heard instanceof TokensError) reject(heard);
        else if (heard) resolve(heard);
        return !!heard;
      });
    });

  return {
    get state() {
      return state;
    },
    get expiresIn() {
      return secondsLeft(state.life, now());
    },
    join(member) {
      members.add(member);
      if (!awake) begin();
      if (state.phase !== "idle") look("joined");
    },
    leave(member, forget) {
      members.delete(member);
      if (members.size) return;
      awake = false;
      listening.abort();
      close();
      arm(Infinity);
      free();
      if (forget && state.life) void flights.forget(state.life.session);
      // An element that is moved in the document leaves and comes back at once: it finds everything as it was.
      queueMicrotask(() => {
        if (members.size) return;
        controller?.abort();
        onEmpty();
      });
    },
    want(wish) {
      // What is asked of a session that has never begun is asked of its start.
      const [name, given] = state.phase === "idle" ? ["start"] : wish;
      const askMs = site && isOpen() ? (flights.stored() ? ASK_MS : ASK_IN_VAIN_MS) : 0;
      const occurrence = name === "start" ? (["start", askMs] as const) : (wish as Exclude<Wish, readonly ["start"]>);
      return until(occurrence, (at) => (given && verdict(state, given)) || answer(state, at, name === "refresh"));
    },
    acted: () => dispatch(["acted"]),
    end: () => until(["end"], () => state.flight?.kind !== "end"),
  };
}
