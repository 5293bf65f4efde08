/**
 * What each frame of the platform means: which part of the conversation it is for. Knows the kinds of frames and keeps
 * nothing. A kind of a later version means nothing, and does no harm.
 */
import { ECHO_TRACING_ID, type InboundFrame } from "@guestpass/protocol";
import type { MessagingError } from "./errors.js";
import type { Presence } from "./presence.js";
import type { Connection, Exchange } from "./rooms.js";
import { pauseMs } from "./rules/limits.js";
import { refusal, verdict } from "./rules/refusal.js";

export interface HearingHost {
  readonly connection: Connection;
  readonly exchange: Exchange;
  readonly presence: Presence;
  failed(error: MessagingError): void;
}

export function hearFrame({ connection, exchange, presence, failed }: HearingHost, frame: InboundFrame): void {
  const { kind, tracingId } = frame;
  if (kind === "message") {
    const { message } = frame;
    if (tracingId === ECHO_TRACING_ID) {
      presence.livesOn(message.metadata);
      return;
    }
    if (message.type === "Event" || message.type === "Receipt") {
      presence.hear(message);
      return;
    }
    presence.said(message);
    exchange.receive(message, tracingId);
  } else if (kind === "connection-closed") {
    if (frame.reason === "signedIn") connection.dispatch("over", "signed-in-elsewhere");
    else connection.dispatch("connection-closed");
  } else if (kind === "session-cleared") {
    connection.dispatch("cleared");
  } else if (kind === "session-expired") {
    connection.dispatch("over", "expired");
  } else if (kind === "logout") {
    connection.dispatch("over", "logout");
  } else if (kind === "too-many-requests") {
    if (exchange.awaits(tracingId)) exchange.giveBack(tracingId, refusal(429, frame.errorMessage));
    else if (!tracingId) exchange.doubtAfter(pauseMs(frame.retryAfterSeconds));
  } else if (kind === "error") {
    const { code, text } = frame;
    if (connection.link.leaving === "clear" && (!tracingId || tracingId === presence.goodbyeId)) {
      connection.dispatch("clear-refused");
      return;
    }
    // 409: the conversation is read-only.
    const error = refusal(code, text, code === 409 ? "socket_closed" : undefined);
    // Too long, or with too many attributes: that can only be a message.
    const id = tracingId ?? (code === 4011 || code === 4013 ? exchange.oldestWritten : undefined);
    if (!exchange.awaits(id)) {
      if (!tracingId) failed(error);
    } else if (verdict(code, text, false) === "refused" || error.code === "message_rate_limited") {
      exchange.giveBack(id, error);
    } else {
      exchange.refuse(id, error);
    }
  }
}
