/**
 * Every guest session and who is connected to it: the one writer of sessions. Runs what `step` says, lets sessions
 * expire, and gives the agent its cue. Knows no frame's text and no WebSocket.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { SOCKETS_PER_SESSION } from "@guestpass/protocol";
import type { Clock } from "./clock.js";
import type { Settings } from "./settings.js";
import { AGENT, type AgentLine, answer, BOT, greeting } from "./world/agent.js";
import type { Stamp } from "./world/message.js";
import { type Effect, expiryOf, type Happening, type Session, step } from "./world/session.js";
import { notice, type WireFrame } from "./world/wire.js";

/** Sessions kept at most; those that nobody is connected to go first. */
const KEPT = 5000;
/** Names of a session kept at most; the oldest go first. */
const NAMES = 20;

/** One connection of a guest. */
export interface GuestSocket {
  readonly id: number;
  /** Of the upgrade's query. */
  readonly deploymentId: string;
  send(frame: WireFrame): void;
  /** Closes with a close frame, after what was sent. */
  end(code: number, reason: string): void;
  /** Cuts the connection without a close frame. */
  cut(): void;
}

/** A session in its place: connected sockets, oldest first. */
export interface Place {
  session: Session;
  readonly sockets: Set<GuestSocket>;
  /** A renewed token of this guest is somebody new to the platform. */
  readonly floating: boolean;
  /** Tokens and guest ids that the session was configured with; the last few. */
  readonly names: Set<string>;
  /** Milliseconds; the agent's next line comes after this. */
  agentBusyUntil: number;
  stopWatching(): void;
}

export interface Sessions {
  at(key: string): Place | undefined;
  /** Where a socket is configured. */
  of(socket: GuestSocket): Place | undefined;
  byId(id: string): Place | undefined;
  /** By the session's id, or by a token or id of its guest. */
  named(name: string): Place | undefined;
  /** The one that was configured last. */
  latest(): Place | undefined;
  all(): Place[];
  /** When the session of this key expired, milliseconds. */
  expiredAt(key: string): number | undefined;
  /** A new session in this place, with nothing said yet; sockets stay. */
  open(key: string, deploymentId: string, floating: boolean): Place;
  /** Connects a socket, and closes the oldest beyond three; `names` are the guest's. */
  join(place: Place, socket: GuestSocket, names: readonly string[]): void;
  leave(socket: GuestSocket): void;
  happen(place: Place, happening: Happening, sender?: GuestSocket): void;
  /** Sends a frame to a connection and ends it. */
  dismiss(socket: GuestSocket, frame: WireFrame): void;
  /** A frame to every connection of a session. */
  tell(place: Place, frame: WireFrame): void;
  /** Tells every connection that the person has logged out; none is of the session any more. */
  logOut(place: Place): void;
  /** The same session under another key: its guest has signed in. */
  rename(place: Place, key: string): void;
  /** Drops a session that was taken over by another; its sockets are dismissed with this frame. */
  drop(place: Place, frame: WireFrame): void;
}

export function createSessions(clock: Clock, settings: Settings, origin: () => string): Sessions {
  const places = new Map<string, Place>();
  const whereabouts = new Map<GuestSocket, string>();
  const expired = new Map<string, number>();
  let latestKey: string | undefined;

  const stamp = (): Stamp => ({ now: clock.now(), hex: randomBytes(16).toString("hex"), uuid: randomUUID() });

  function happen(place: Place, happening: Happening, sender?: GuestSocket): void {
    const { session, effects } = step(place.session, happening, settings, stamp());
    place.session = session;
    for (const effect of effects) run(place, effect, sender);
  }

  function run(place: Place, effect: Effect, sender: GuestSocket | undefined): void {
    if ("send" in effect) {
      if (effect.to === "sender") sender?.send(effect.send);
      else for (const socket of place.sockets) socket.send(effect.send);
    } else if ("end" in effect) {
      for (const socket of place.sockets) if (effect.to === "all" || socket !== sender) dismiss(socket, effect.end);
    } else if ("prompt" in effect) {
      cueAgent(
        place,
        effect.prompt === "join" ? greeting() : answer(effect.text, { now: clock.now(), origin: origin() }),
      );
    } else {
      forget(place, effect.forget);
    }
  }

  function cueAgent(place: Place, lines: AgentLine[]): void {
    if (settings.quietAgent) return;
    let due = Math.max(place.agentBusyUntil, clock.now());
    for (const { by, afterMs, ...said } of lines) {
      due += afterMs;
      clock.at(due, () => {
        const who = by === "bot" ? { entity: "Bot" as const, from: BOT } : { entity: "Human" as const, from: AGENT };
        if (isHere(place)) happen(place, { what: "agent", ...who, ...said });
      });
    }
    place.agentBusyUntil = due;
  }

  /** False once the session has ended or another has taken its place. */
  function isHere(place: Place): boolean {
    return places.get(place.session.key) === place;
  }

  function dismiss(socket: GuestSocket, frame: WireFrame): void {
    leave(socket);
    socket.send(frame);
    socket.end(1000, "The connection was closed by the platform");
  }

  function leave(socket: GuestSocket): void {
    const key = whereabouts.get(socket);
    whereabouts.delete(socket);
    if (key !== undefined) places.get(key)?.sockets.delete(socket);
  }

  function forget(place: Place, why: "cleared" | "expired"): void {
    const { key } = place.session;
    place.stopWatching();
    places.delete(key);
    for (const socket of place.sockets) whereabouts.delete(socket);
    if (latestKey === key) latestKey = undefined;
    if (why === "expired") {
      expired.set(key, clock.now());
      dropOldest(expired);
    }
  }

  /** Looks again when the session could be over; each message has moved that instant. */
  function watch(place: Place): void {
    place.stopWatching = clock.at(expiryOf(place.session, settings), () => {
      if (expiryOf(place.session, settings) <= clock.now()) happen(place, { what: "expire" });
      else watch(place);
    });
  }

  function makeRoom(): void {
    if (places.size < KEPT) return;
    const unused = [...places.values()].find(({ sockets }) => sockets.size === 0);
    if (unused) forget(unused, "cleared");
  }

  return {
    at: (key) => places.get(key),
    of: (socket) => places.get(whereabouts.get(socket) ?? ""),
    byId: (id) => [...places.values()].find(({ session }) => session.id === id),
    named: (name) => [...places.values()].find(({ session, names }) => session.id === name || names.has(name)),
    latest: () => places.get(latestKey ?? ""),
    all: () => [...places.values()],
    expiredAt: (key) => expired.get(key),
    open(key, deploymentId, floating) {
      makeRoom();
      const { now, uuid } = stamp();
      const session: Session = {
        id: uuid,
        key,
        deploymentId,
        conversationId: randomUUID(),
        joined: false,
        readOnly: false,
        lastMessageAt: now,
        person: null,
        messages: [],
      };
      const before = places.get(key);
      before?.stopWatching();
      const place: Place = {
        session,
        sockets: before?.sockets ?? new Set(),
        floating,
        names: before?.names ?? new Set(),
        agentBusyUntil: now,
        stopWatching: () => undefined,
      };
      places.set(key, place);
      expired.delete(key);
      watch(place);
      return place;
    },
    join(place, socket, names) {
      if (whereabouts.get(socket) !== place.session.key) leave(socket);
      whereabouts.set(socket, place.session.key);
      place.sockets.add(socket);
      latestKey = place.session.key;
      for (const name of names) place.names.add(name);
      for (const name of place.names) if (place.names.size > NAMES) place.names.delete(name);
      const [oldest] = place.sockets;
      if (place.sockets.size > SOCKETS_PER_SESSION && oldest) dismiss(oldest, notice("ConnectionClosedEvent"));
    },
    leave,
    happen,
    dismiss,
    tell(place, frame) {
      for (const socket of place.sockets) socket.send(frame);
    },
    logOut(place) {
      for (const socket of place.sockets) {
        leave(socket);
        socket.send(notice("LogoutEvent"));
      }
    },
    rename(place, key) {
      places.delete(place.session.key);
      place.session = { ...place.session, key };
      places.set(key, place);
      for (const socket of place.sockets) whereabouts.set(socket, key);
    },
    drop(place, frame) {
      for (const socket of place.sockets) dismiss(socket, frame);
      forget(place, "cleared");
    },
  };
}

function dropOldest(map: Map<string, number>): void {
  const oldest = map.keys().next();
  if (map.size > KEPT && !oldest.done) map.delete(oldest.value);
}
