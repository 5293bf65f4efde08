/**
 * `configureSession`: which session a guest gets. The session belongs to the guest, so a renewed token of the same guest
 * finds it again; a guest that the guest API cannot recognise carries it over on the socket that is still open.
 */
import { CONFIGURES_PER_MINUTE, CUSTOM_ATTRIBUTES_BYTES, GuestApiCode } from "@guestpass/protocol";
import type { Platform } from "./platform.js";
import type { GuestSocket, Place, Sessions } from "./sessions.js";
import { isListed } from "./settings.js";
import type { Speaker } from "./speakers.js";
import { allowedMedia, BLOCKED_EXTENSIONS } from "./world/deployment.js";
import { expiryOf, goneFrame, type Session } from "./world/session.js";
import { refusal, response, tooMany, type WireFrame } from "./world/wire.js";

/** Other names of a session: renewed tokens of a guest that cannot be recognised. */
const ALIASES = 5000;

const MINUTE_MS = 60_000;

export interface Configure {
  /** The key of the session that a speaker has, or would have. */
  keyOf(deploymentId: string, identity: string): string;
  configure(socket: GuestSocket, speaker: Speaker & { kind: "guest" }, ask: ConfigureAsk): void;
}

export interface ConfigureAsk {
  deploymentId: string;
  startNew: boolean;
  tracingId: string | undefined;
}

export function createConfigure(platform: Platform, sessions: Sessions): Configure {
  const { settings, windows } = platform;
  const aliases = new Map<string, string>();

  function keyOf(deploymentId: string, identity: string): string {
    const key = `${deploymentId.toLowerCase()}|${identity}`;
    return aliases.get(key) ?? key;
  }

  /** A floating guest's renewed token is the guest of the socket that it is shown on. */
  function carryOver(socket: GuestSocket, key: string, floating: boolean): string {
    const present = sessions.of(socket);
    if (!floating || !present?.floating || sessions.at(key)) return key;
    aliases.set(key, present.session.key);
    const oldest = aliases.keys().next();
    if (aliases.size > ALIASES && !oldest.done) aliases.delete(oldest.value);
    return present.session.key;
  }

  return {
    keyOf,
    configure(socket, speaker, { deploymentId, startNew, tracingId }) {
      const refused = checkDeployment(socket, deploymentId, tracingId);
      if (refused) return socket.send(refused);
      const key = carryOver(socket, keyOf(deploymentId, speaker.identity), speaker.floating);
      const verdict = windows.take(`configure:${key}`, CONFIGURES_PER_MINUTE, MINUTE_MS);
      if (!verdict.allowed) {
        const text = "Configure rate too high for this session";
        return socket.send(tooMany(verdict.retryAfterSeconds, text, tracingId));
      }
      const expiredAt = sessions.expiredAt(key);
      // a token made since then is a new start
      if (expiredAt !== undefined && speaker.issuedAt + 999 < expiredAt)
        return socket.send(goneFrame("expired", tracingId));
      const present = sessions.at(key);
      if (key.includes("|user:")) {
        const text = "An authenticated session can't be used without signing in";
        return socket.send(refusal(GuestApiCode.CannotDowngradeToUnauthenticated, text, tracingId));
      }
      const isNew = !present || startNew;
      const place = isNew ? sessions.open(key, deploymentId, speaker.floating) : present;
      sessions.join(place, socket);
      socket.send(sessionResponse(place, isNew, tracingId));
    },
  };

  function checkDeployment(socket: GuestSocket, deploymentId: string, tracingId: string | undefined): WireFrame | null {
    if (deploymentId.toLowerCase() !== socket.deploymentId.toLowerCase()) {
      return refusal(403, "The deployment is not the one of this connection", tracingId);
    }
    return isListed(settings.deployments, deploymentId)
      ? null
      : refusal(404, "The deployment was not found", tracingId);
  }

  function sessionResponse({ session }: Place, newSession: boolean, tracingId: string | undefined): WireFrame {
    return response("SessionResponse", { ...sessionBody(session), newSession }, tracingId);
  }

  function sessionBody(session: Session): Record<string, unknown> {
    return {
      connected: true,
      newSession: false,
      readOnly: session.readOnly,
      clearedExistingSession: false,
      allowedMedia: allowedMedia(),
      blockedExtensions: BLOCKED_EXTENSIONS,
      maxCustomDataBytes: CUSTOM_ATTRIBUTES_BYTES,
      durationSeconds: settings.sessionDuration,
      expirationDate: Math.floor(expiryOf(session, settings) / 1000),
    };
  }
}
