/**
 * What each frame of the platform means: which part of the conversation it is for. Knows the kinds of frames and keeps
 * nothing. A kind of a later version means nothing, and does no harm.
 */
import { ECHO_TRACING_ID, type InboundFrame, type StructuredMessage } from "@guestpass/protocol";
import type { Connection } from "./connection.js";
import type { MessagingError } from "./errors.js";
import type { Exchange } from "./exchange.js";
import type { Presence } from "./presence.js";
import { pauseMs } from "./rules/limits.js";
import { isAboutMessage, refusal } from "./rules/refusal.js";

export interface HearingHost {
  readonly connection: Connection;
  readonly exchange: Exchange;
  readonly presence: Presence;
  failed(error: MessagingError): void;
}

export function hear(host: HearingHost, frame: InboundFrame): void {
  const { connection, exchange } = host;
  switch (frame.kind) {
    case "message":
      said(host, frame.message, frame.tracingId);
      break;
    case "connection-closed":
      connection.dispatch({ type: "connection-closed", signedIn: frame.reason === "signedIn" });
      break;
    case "session-cleared":
      connection.dispatch({ type: "cleared" });
      break;
    case "session-expired":
      connection.dispatch({ type: "over", reason: "expired" });
      break;
    case "logout":
      connection.dispatch({ type: "over", reason: "logout" });
      break;
    case "too-many-requests":
      if (exchange.awaits(frame.tracingId)) exchange.giveBack(frame.tracingId, refusal(429, frame.errorMessage));
      else if (frame.tracingId === undefined) exchange.doubtAfter(pauseMs(frame.retryAfterSeconds));
      break;
    case "error":
      refused(host, frame.code, frame.text, frame.tracingId);
      break;
    default:
  }
}

function said({ presence, exchange }: HearingHost, message: StructuredMessage, tracingId: string | undefined): void {
  if (tracingId === ECHO_TRACING_ID) {
    presence.told(message.metadata);
  } else if (message.type === "Event" || message.type === "Receipt") {
    presence.hear(message);
  } else {
    presence.said(message);
    exchange.receive(message, tracingId);
  }
}

function refused(host: HearingHost, code: number, text: string, tracingId: string | undefined): void {
  const { connection, exchange } = host;
  // 409: the conversation is read-only.
  const error = refusal(code, text, code === 409 ? "socket_closed" : undefined);
  const { leaving } = connection.link;
  if (leaving === "clear" && (tracingId === host.presence.clearId || tracingId === undefined)) {
    connection.dispatch({ type: "clear-refused" });
    return;
  }
  const id = tracingId ?? (isAboutMessage(code) ? exchange.oldestWritten : undefined);
  if (!exchange.awaits(id)) {
    if (tracingId === undefined) host.failed(error);
    return;
  }
  if (code === 401 || error.code === "message_rate_limited") exchange.giveBack(id, error);
  else exchange.refuse(id, error);
}
