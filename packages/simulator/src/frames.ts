/**
 * What becomes of a guest's frame: limits, whose it is, and the room that answers it. Knows no WebSocket.
 */
import { setTimeout as wait } from "node:timers/promises";
import { ECHOES_PER_MINUTE, FRAMES_PER_MINUTE, MESSAGES_PER_SECOND, record } from "@guestpass/protocol";
import type { Attachments } from "./attachments.js";
import type { Configure } from "./configure.js";
import type { Fault } from "./faults.js";
import type { Platform } from "./platform.js";
import type { GuestSocket, Place, Sessions } from "./sessions.js";
import { isListed } from "./settings.js";
import { type Guest, readSpeaker } from "./speakers.js";
import { allowedMedia, BLOCKED_EXTENSIONS } from "./world/deployment.js";
import { type GuestRequest, type RequestBody, readRequest, type TextRequest } from "./world/request.js";
import { goneFrame } from "./world/session.js";
import { refusal, response, tooMany, traced, type WireFrame } from "./world/wire.js";

/** The method of a fault that hits frames alone. */
const FRAME = "FRAME";
const MINUTE_MS = 60_000;
/** Life of the JWT that reads the history. */
const HISTORY_JWT_SECONDS = 60;

/** Marks the JWT of `getJwt`; its `sub` is the session's id. */
export const HISTORY_JWT = "history";

export interface Frames {
  /** Answers one frame; the next one of the same socket waits for it. */
  handle(socket: GuestSocket, wire: string): Promise<void>;
}

export function createFrames(
  platform: Platform,
  sessions: Sessions,
  configure: Configure,
  attachments: Attachments,
): Frames {
  const { settings, windows, signing, faults } = platform;

  async function handle(socket: GuestSocket, wire: string): Promise<void> {
    const read = readRequest(wire);
    const tracingId = "request" in read ? read.request.tracingId : read.refused.tracingId;
    const tooFast = limited(
      `frames:${socket.id}`,
      FRAMES_PER_MINUTE,
      MINUTE_MS,
      "Request rate too high for this connection",
      tracingId,
    );
    if (tooFast) return socket.send(tooFast);
    if ("refused" in read) return socket.send(refusal(read.refused.code, read.refused.text, tracingId));
    const { request } = read;
    const fault = faults.take(FRAME, `/v1/${request.action}`);
    if (fault && !(await passes(fault, socket, tracingId))) return;
    const speaker = await readSpeaker(request.token, signing);
    if (speaker.kind === "refused") return socket.send(refusal(401, speaker.text, tracingId));
    await dispatch(socket, speaker, request);
  }

  /** Whether a frame that a fault hits is answered by the platform after all. */
  async function passes(fault: Fault, socket: GuestSocket, tracingId: string | undefined): Promise<boolean> {
    if (fault.delayMs) await wait(fault.delayMs, undefined, { ref: false });
    if (fault.drop) socket.cut();
    else if (typeof record(fault.body)["class"] === "string") {
      socket.send(traced(fault.body as WireFrame, tracingId));
    } else if (fault.status !== undefined) {
      const text = typeof fault.body === "string" ? fault.body : "Request failed.";
      socket.send(refusal(fault.status, text, tracingId));
    } else return !fault.hang;
    return false;
  }

  async function dispatch(socket: GuestSocket, speaker: Guest, request: GuestRequest): Promise<void> {
    const { body, tracingId } = request;
    switch (body.action) {
      case "configureSession":
        return configure.anonymous(socket, speaker, { ...body, tracingId });
      case "configureAuthenticatedSession":
        return configure.authenticated(socket, speaker, { ...body, tracingId });
      case "getConfiguration":
        return socket.send(configuration(body.deploymentId, tracingId));
      default: {
        const place = placeOf(socket, speaker);
        if (typeof place === "string") return socket.send(goneFrame(place, tracingId));
        return inSession(socket, place, body, tracingId);
      }
    }
  }

  /** The session that the socket is configured for, where this is its guest. */
  function placeOf(socket: GuestSocket, speaker: Guest): Place | "expired" | "not-found" {
    const key = configure.keyOf(socket.deploymentId, speaker.identity);
    const place = sessions.of(socket);
    if (place && place.session.key === key) return place;
    return sessions.expiredAt(key) === undefined ? "not-found" : "expired";
  }

  async function inSession(
    socket: GuestSocket,
    place: Place,
    body: RequestBody,
    tracingId: string | undefined,
  ): Promise<void> {
    switch (body.action) {
      case "message":
        return guestMessage(socket, place, body, tracingId);
      case "events":
        for (const event of body.events) sessions.happen(place, { what: "guest-event", event, tracingId }, socket);
        return;
      case "echo": {
        const text = "Health check rate too high for this connection";
        const tooFast = limited(`echo:${socket.id}`, ECHOES_PER_MINUTE, MINUTE_MS, text, tracingId);
        if (tooFast) return socket.send(tooFast);
        const { text: said, metadata } = body;
        return sessions.happen(place, { what: "echo", text: said, metadata, tracingId }, socket);
      }
      case "getJwt": {
        const claims = { sub: place.session.id, type: HISTORY_JWT };
        const { jwt, expiresAt } = await signing.mint(claims, HISTORY_JWT_SECONDS);
        return socket.send(response("JwtResponse", { jwt, exp: expiresAt }, tracingId));
      }
      case "closeSession":
        return sessions.happen(place, { what: "close", tracingId }, socket);
      case "onAttachment":
      case "getAttachment":
      case "deleteAttachment":
        return attachments.answer(socket, place, body, tracingId);
    }
  }

  function guestMessage(socket: GuestSocket, place: Place, body: TextRequest, tracingId: string | undefined) {
    const tooOften = "Message rate too high for this session";
    const tooFast = limited(`messages:${place.session.id}`, MESSAGES_PER_SECOND, 1000, tooOften, tracingId);
    if (tooFast) return socket.send(tooFast);
    const files = attachments.contentOf(place, body.attachments);
    if ("errorCode" in files) return socket.send(refusal(files.errorCode, files.errorMessage, tracingId));
    const { type, text, metadata } = body;
    const content = [...files, ...body.answers];
    sessions.happen(place, { what: "guest-message", type, text, content, metadata, tracingId }, socket);
  }

  function limited(
    key: string,
    limit: number,
    periodMs: number,
    text: string,
    tracingId: string | undefined,
  ): WireFrame | null {
    const { allowed, resetSeconds } = windows.take(key, limit, periodMs);
    return allowed ? null : tooMany(resetSeconds, text, tracingId);
  }

  function configuration(deploymentId: string, tracingId: string | undefined): WireFrame {
    if (!isListed(settings.deployments, deploymentId)) return refusal(404, "The deployment was not found", tracingId);
    const body = {
      allowedMedia: allowedMedia(),
      blockedExtensions: BLOCKED_EXTENSIONS,
      maxCustomDataBytes: 2048,
      messageRoutingEnabled: true,
      sessionDurationSeconds: settings.sessionDuration,
    };
    return response("GetConfigurationResponse", body, tracingId);
  }

  return { handle };
}
