/**
 * The one place where the Guest API's wire text becomes types. Total: bad text is an `invalid` frame, a class of a
 * later version an `unknown` one; nothing here throws.
 */
import { decodeContent, decodeEvent } from "./decode-content.js";
import type { HistoryPage, InboundFrame, Sender, SessionResponse, StructuredMessage } from "./frames-in.js";
import {
  flag,
  type Json,
  list,
  many,
  num,
  optional,
  type Reader,
  record,
  shape,
  some,
  str,
  stringMap,
  text,
} from "./json.js";

const MESSAGE_TYPES = ["Text", "Structured", "Event", "Receipt", "Message"];

const sender = shape<Sender>({ firstName: str, lastName: str, nickname: str, image: str });

const inbound = shape<Pick<SessionResponse, "fileTypes" | "maxFileSizeKB">>({
  fileTypes: some((value) => str(record(value)["type"])),
  maxFileSizeKB: num,
});

const session = shape<Omit<SessionResponse, "fileTypes" | "maxFileSizeKB">>({
  connected: flag,
  newSession: flag,
  readOnly: flag,
  clearedExistingSession: flag,
  autoStarted: flag,
  blockedExtensions: some(str),
  maxCustomDataBytes: num,
  durationSeconds: num,
  expirationDate: num,
});

/** The classes whose body becomes a frame field by field: the frame's kind, and how its body is read. */
const CLASSES: Record<string, readonly [InboundFrame["kind"], Reader<object>]> = {
  SessionResponse: ["session", (body) => ({ session: decodeSession(body) })],
  JwtResponse: ["jwt", shape({ jwt: text, exp: (value) => num(value) ?? 0 })],
  PresignedUrlResponse: [
    "presigned-url",
    shape({ attachmentId: text, url: text, headers: stringMap, fileName: str, fileSize: num, fileType: str }),
  ],
  UploadSuccessEvent: ["upload-success", shape({ attachmentId: text, downloadUrl: text, timestamp: str })],
  AttachmentDeletedResponse: ["attachment-deleted", shape({ attachmentId: text })],
  SessionExpiredEvent: ["session-expired", shape({})],
  SessionClearedEvent: ["session-cleared", shape({})],
  ConnectionClosedEvent: [
    "connection-closed",
    (body) => {
      const { reason, reasonCode } = record(body);
      return optional({ reason: str(reason) ?? str(reasonCode) });
    },
  ],
  LogoutEvent: ["logout", shape({})],
  GetConfigurationResponse: ["configuration", (body) => ({ configuration: record(body) })],
};

/** The body of class SessionResponse, and what a GetConfigurationResponse says in the same words. */
export function decodeSession(body: unknown): SessionResponse {
  return { ...session(body), ...inbound(record(record(body)["allowedMedia"])["inbound"]) };
}

/** Wire text of one frame as a typed frame. */
export function decodeFrame(wire: string): InboundFrame {
  let envelope: Json;
  try {
    envelope = record(JSON.parse(wire));
  } catch {
    return { kind: "invalid", reason: "not JSON" };
  }
  const name = str(envelope["class"]);
  if (name === undefined) return { kind: "invalid", reason: "no class" };
  const frame = decodeClass(name, num(envelope["code"]) ?? 200, envelope["body"], envelope["type"] === "response");
  return { ...frame, ...optional({ tracingId: str(envelope["tracingId"]) }) };
}

/** The body of class StructuredMessage, or an entity of the history; null when it has no identity. */
export function decodeMessage(value: unknown): StructuredMessage | null {
  const body = record(value);
  const channel = record(body["channel"]);
  const id = text(body["id"]);
  const identity = str(channel["messageId"]) ?? id;
  const type = text(body["type"]);
  if (!identity && type !== "Event") return null;
  const entity = body["originatingEntity"];
  return {
    identity,
    id,
    type: MESSAGE_TYPES.includes(type) ? (type as StructuredMessage["type"]) : "Unknown",
    text: text(body["text"]),
    direction: body["direction"] === "Inbound" ? "Inbound" : "Outbound",
    ...(entity === "Human" || entity === "Bot" ? { originatingEntity: entity } : {}),
    time: text(channel["time"]),
    from: sender(channel["from"]),
    content: list(body["content"]).map(decodeContent),
    events: list(body["events"]).map(decodeEvent),
    metadata: stringMap(body["metadata"]),
  };
}

/** The answer of `GET /api/v2/webmessaging/messages`; null when it is not a page. */
export function decodeHistory(value: unknown): HistoryPage | null {
  const { entities, pageNumber, pageSize, total, pageCount } = record(value);
  if (!Array.isArray(entities)) return null;
  const messages = many((entity) => decodeMessage(entity) ?? undefined)(entities);
  const size = num(pageSize) ?? messages.length;
  const all = num(total) ?? messages.length;
  return {
    messages,
    pageNumber: num(pageNumber) ?? 1,
    pageSize: size,
    total: all,
    pageCount: num(pageCount) ?? (Math.ceil(all / (size || 1)) || 1),
  };
}

function decodeClass(name: string, code: number, raw: unknown, response: boolean): InboundFrame {
  const body = record(raw);
  const error = { errorCode: num(body["errorCode"]) ?? code, errorMessage: text(body["errorMessage"]) };
  if (name === "StructuredMessage") {
    const message = decodeMessage(body);
    return message ? { kind: "message", message, response } : { kind: "invalid", reason: "message without id" };
  }
  if (name === "UploadFailureEvent" || name === "GenerateUrlError") {
    return { kind: "upload-failure", attachmentId: text(body["attachmentId"]), ...error };
  }
  if (name === "TooManyRequestsErrorMessage") {
    return { kind: "too-many-requests", retryAfterSeconds: num(body["retryAfter"]) ?? 1, ...error };
  }
  const known = Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
  const isError = code !== 200 || name === "string" || name.startsWith("Error");
  if (isError) {
    return { kind: "error", code: error.errorCode, text: str(raw) ?? (error.errorMessage || text(body["message"])) };
  }
  if (!known) return { kind: "unknown", name };
  return { kind: known[0], ...known[1](raw) } as InboundFrame;
}
