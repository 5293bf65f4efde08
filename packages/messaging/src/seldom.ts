/**
 * What the platform seldom says, and what it means for the conversation: errors, pauses, ends. Loaded with the first frame
 * that is more than a session or a plain message; the platform is there then. Keeps nothing. A kind of a later version
 * means nothing, and does no harm.
 */
import type { InboundFrame } from "@guestpass/protocol";
import type { MessagingError } from "./errors.js";
import type { ConnectionHost } from "./rooms.js";
import { eventFrame } from "./rules/frames.js";
import { pauseMs } from "./rules/limits.js";
import { refusal, verdict } from "./rules/refusal.js";

export { decodeContent as readContent, readRest } from "@guestpass/protocol";

const GOODBYE_TIMEOUT_MS = 10_000;
/** A rate passes; a token that was replaced is refused only once more. */
const RATE_RETURNS = 20;
const TOKEN_RETURNS = 2;

/** `configuring`: nothing but the answer to that is of interest. */
export function hearSeldom(host: ConnectionHost, frame: InboundFrame, configuring: boolean): void {
  const { connection } = host;
  if (frame.kind === "too-many-requests") {
    tooFast(host, frame, configuring);
  } else if (frame.kind === "error") {
    wrong(host, frame, configuring);
  } else if (configuring) {
    return;
  } else if (frame.kind === "connection-closed") {
    if (frame.reason === "signedIn") connection.dispatch("over", "signed-in-elsewhere");
    else connection.dispatch("rejected");
  } else if (frame.kind === "session-cleared") {
    connection.dispatch("over", "cleared", true);
  } else if (frame.kind === "session-expired") {
    connection.dispatch("over", "expired");
  } else if (frame.kind === "logout") {
    connection.dispatch("over", "logout");
  }
}

type Of<Kind extends InboundFrame["kind"]> = Extract<InboundFrame, { kind: Kind }>;

function tooFast(host: ConnectionHost, frame: Of<"too-many-requests">, configuring: boolean): void {
  const { connection, exchange, timers } = host;
  const { tracingId, retryAfterSeconds, errorMessage } = frame;
  const pause = pauseMs(retryAfterSeconds);
  connection.pause(pause);
  if (configuring) connection.lose();
  else if (tracingId) refuse(host, tracingId, refusal(429, errorMessage), RATE_RETURNS);
  else if (exchange.all("written").length > 0) {
    // Something was refused, and no word says what: history is asked after the pause.
    timers.arm("doubt", pause, () => {
      if (exchange.doubt()) void host.recheck();
    });
  }
}

function wrong(host: ConnectionHost, { code, text, tracingId }: Of<"error">, configuring: boolean): void {
  const { connection, exchange, emit } = host;
  const found = verdict(code, text, configuring);
  // 409: the conversation is read-only.
  const error = refusal(code, text, code === 409 ? "socket_closed" : undefined);
  if (found === "lost") connection.lose(error);
  else if (found === "over") connection.dispatch("over", "expired");
  else if (found) {
    connection.cause = error;
    connection.dispatch(found);
  }
  // What it was about is told last: nothing may go again with a token that was just refused.
  if (configuring || found === "over") return;
  // Too long, or with too many attributes: that can only be a message.
  const id = tracingId ?? (code === 4011 || code === 4013 ? exchange.all("written")[0]?.id : undefined);
  if (id) refuse(host, id, error, found ? TOKEN_RETURNS : error.code === "message_rate_limited" ? RATE_RETURNS : 0);
  else emit("error", { error });
}

/** A message that the platform did not take: for a rate or a token it goes again, so often at the most. */
function refuse({ exchange }: ConnectionHost, id: string, error: MessagingError, returns: number): void {
  const item = exchange.all("queued", "written", "doubtful").find((waiting) => waiting.id === id);
  if (!item) return;
  item.returned = (item.returned ?? 0) + 1;
  if (item.returned < returns) {
    item.state = "queued";
    exchange.mark(id, { status: "sending" });
    exchange.pump();
  } else exchange.refuse(item, error);
}

/** Presence Clear where the deployment allows it, else closeSession. Where that is not known, the platform says so. */
export function leave(host: ConnectionHost, gone: (wiped?: boolean) => void): void {
  const { connection, settings } = host;
  const { config, ports } = settings;
  const close = () => closeSession(host, () => gone(false));
  if (connection.state === "read-only" || config?.clearEnabled === false) {
    close();
    return;
  }
  const event = { eventType: "Presence", presence: { type: "Clear" } } as const;
  const clear = eventFrame(ports.uuid(), event);
  const answers = (frame: InboundFrame) =>
    closes(frame) || frame.kind === "session-cleared" || (frame.kind === "error" && !frame.tracingId);
  connection.ask(clear, GOODBYE_TIMEOUT_MS, answers, (reply) => (reply?.kind === "error" ? close() : gone()));
}

export function closeSession({ connection, settings }: ConnectionHost, closed: () => void): void {
  const frame = { action: "closeSession", tracingId: settings.ports.uuid(), closeAllConnections: true } as const;
  connection.ask(frame, GOODBYE_TIMEOUT_MS, closes, closed);
}

function closes(frame: InboundFrame): boolean {
  return frame.kind === "connection-closed" || (frame.kind === "session" && !frame.session.connected);
}
