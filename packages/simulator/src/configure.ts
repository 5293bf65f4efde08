/**
 * `configureSession` and `configureAuthenticatedSession`: which session a guest gets. The session belongs to the guest,
 * so a renewed token of the same guest finds it again; a guest that the guest API cannot recognise carries it over on the
 * socket that is still open; a guest who signs in finds the one of the person, or takes the present one along.
 */
import { CONFIGURES_PER_MINUTE, CUSTOM_ATTRIBUTES_BYTES, GuestApiCode } from "@guestpass/protocol";
import type { Platform } from "./platform.js";
import type { GuestSocket, Place, Sessions } from "./sessions.js";
import { isListed } from "./settings.js";
import type { SignIns } from "./sign-ins.js";
import type { Guest } from "./speakers.js";
import { allowedMedia, BLOCKED_EXTENSIONS } from "./world/deployment.js";
import { expiryOf, goneFrame } from "./world/session.js";
import { notice, refusal, response, tooMany, type WireFrame } from "./world/wire.js";

/** Other names of a session: renewed tokens of a guest that cannot be recognised, tokens of people signed in. */
const ALIASES = 5000;

const MINUTE_MS = 60_000;
const SIGNED_IN = notice("ConnectionClosedEvent", { reason: "signedIn" });

export interface ConfigureAsk {
  deploymentId: string;
  startNew: boolean;
  tracingId: string | undefined;
}

export interface Configure {
  /** The key of the session that a guest has, or would have. */
  keyOf(deploymentId: string, identity: string): string;
  anonymous(socket: GuestSocket, guest: Guest, ask: ConfigureAsk): void;
  authenticated(socket: GuestSocket, guest: Guest, ask: ConfigureAsk & { jwt: string }): Promise<void>;
}

/** The key of a signed-in person's session. */
export function userKey(deploymentId: string, userId: string): string {
  return `${deploymentId.toLowerCase()}|user:${userId}`;
}

export function createConfigure(platform: Platform, sessions: Sessions, signIns: SignIns): Configure {
  const { settings, windows } = platform;
  const aliases = new Map<string, string>();
  /** Which token each socket was configured with. */
  const tokens = new WeakMap<GuestSocket, string>();

  return { keyOf, anonymous, authenticated };

  function keyOf(deploymentId: string, identity: string): string {
    const key = ownKey(deploymentId, identity);
    return aliases.get(key) ?? key;
  }

  function anonymous(socket: GuestSocket, guest: Guest, ask: ConfigureAsk) {
    const { deploymentId, startNew, tracingId } = ask;
    const key = carryOver(socket, keyOf(deploymentId, guest.identity), guest.floating);
    const refused = refusalOf(socket, key, guest.issuedAt, ask);
    if (refused) return socket.send(refused);
    if (key.includes("|user:")) {
      const text = "An authenticated session can't be used without signing in";
      return socket.send(refusal(GuestApiCode.CannotDowngradeToUnauthenticated, text, tracingId));
    }
    const present = sessions.at(key);
    const isNew = !present || startNew;
    const place = isNew ? sessions.open(key, deploymentId, guest.floating) : present;
    enter(socket, place, guest);
    socket.send(sessionResponse(place, { newSession: isNew }, tracingId));
  }

  async function authenticated(socket: GuestSocket, guest: Guest, ask: ConfigureAsk & { jwt: string }) {
    const { deploymentId, startNew, tracingId } = ask;
    const signIn = await signIns.ofJwt(ask.jwt);
    if (!signIn || signIn.deploymentId !== deploymentId.toLowerCase()) {
      return socket.send(refusal(401, "User is unauthorized", tracingId));
    }
    const key = userKey(deploymentId, signIn.userId);
    const refused = refusalOf(socket, key, signIn.issuedAt, ask);
    if (refused) return socket.send(refused);
    const own = ownKey(deploymentId, guest.identity);
    const talk = sessions.at(own);
    const persons = sessions.at(key);
    alias(own, key);
    if (talk && !startNew) {
      if (persons) sessions.drop(persons, SIGNED_IN);
      sessions.rename(talk, key);
      enter(socket, talk, guest);
      const change = { newSession: false, clearedExistingSession: persons !== undefined };
      socket.send(sessionResponse(talk, change, tracingId));
      return sessions.happen(talk, { what: "sign-in", person: signIn.person, announce: true });
    }
    if (persons) sendAwayOthers(persons, guest.identity);
    const isNew = !persons || startNew;
    const place = isNew ? sessions.open(key, deploymentId, false) : persons;
    sessions.happen(place, { what: "sign-in", person: signIn.person, announce: false });
    enter(socket, place, guest);
    socket.send(sessionResponse(place, { newSession: isNew }, tracingId));
  }

  function ownKey(deploymentId: string, identity: string): string {
    return `${deploymentId.toLowerCase()}|${identity}`;
  }

  /** A floating guest's renewed token is the guest of the socket that it is shown on. */
  function carryOver(socket: GuestSocket, key: string, floating: boolean): string {
    const present = sessions.of(socket);
    if (!floating || !present?.floating || sessions.at(key)) return key;
    alias(key, present.session.key);
    return present.session.key;
  }

  function alias(other: string, key: string): void {
    aliases.delete(other);
    aliases.set(other, key);
    const oldest = aliases.keys().next();
    if (aliases.size > ALIASES && !oldest.done) aliases.delete(oldest.value);
  }

  function enter(socket: GuestSocket, place: Place, guest: Guest): void {
    tokens.set(socket, guest.identity);
    sessions.join(place, socket, guest.names);
  }

  /** A person who signs in here is sent away from every other device. */
  function sendAwayOthers(place: Place, identity: string): void {
    for (const socket of place.sockets) if (tokens.get(socket) !== identity) sessions.dismiss(socket, SIGNED_IN);
  }

  function refusalOf(socket: GuestSocket, key: string, issuedAt: number, ask: ConfigureAsk): WireFrame | null {
    const { deploymentId, tracingId } = ask;
    if (deploymentId.toLowerCase() !== socket.deploymentId.toLowerCase()) {
      return refusal(403, "The deployment is not the one of this connection", tracingId);
    }
    if (!isListed(settings.deployments, deploymentId)) return refusal(404, "The deployment was not found", tracingId);
    const { allowed, resetSeconds } = windows.take(`configure:${key}`, CONFIGURES_PER_MINUTE, MINUTE_MS);
    if (!allowed) return tooMany(resetSeconds, "Configure rate too high for this session", tracingId);
    const expiredAt = sessions.expiredAt(key);
    // a token made since then is a new start; its instant is known to the second
    return expiredAt !== undefined && issuedAt + 999 < expiredAt ? goneFrame("expired", tracingId) : null;
  }

  function sessionResponse(
    { session }: Place,
    change: { newSession: boolean; clearedExistingSession?: boolean },
    tracingId: string | undefined,
  ): WireFrame {
    const body = {
      connected: true,
      readOnly: session.readOnly,
      clearedExistingSession: false,
      allowedMedia: allowedMedia(),
      blockedExtensions: BLOCKED_EXTENSIONS,
      maxCustomDataBytes: CUSTOM_ATTRIBUTES_BYTES,
      durationSeconds: settings.sessionDuration,
      expirationDate: Math.floor(expiryOf(session, settings) / 1000),
      ...change,
    };
    return response("SessionResponse", body, tracingId);
  }
}
