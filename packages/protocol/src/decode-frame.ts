/**
 * Frames and messages of the Guest API: unknown JSON in, a closed union out. Total: bad text is an `invalid` frame, a
 * class of a later version an `unknown` one; nothing here throws. What reads rich content is given: see `decode.ts`.
 */
import type {
  Content,
  InboundFrame,
  MessageEventBody,
  Sender,
  SessionResponse,
  StructuredMessage,
} from "./frames-in.js";
import {
  flag,
  type Json,
  list,
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

/** Reads one piece of rich content. */
export type ContentReader = (value: unknown) => Content;

const TYPING_DEFAULT_MS = 5000;
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
export function readFrame(wire: string, readContent: ContentReader): InboundFrame {
  let envelope: Json;
  try {
    envelope = record(JSON.parse(wire));
  } catch {
    return { kind: "invalid", reason: "not JSON" };
  }
  const name = str(envelope["class"]);
  if (name === undefined) return { kind: "invalid", reason: "no class" };
  const isResponse = envelope["type"] === "response";
  const frame = decodeClass(name, num(envelope["code"]) ?? 200, envelope["body"], isResponse, readContent);
  return { ...frame, ...optional({ tracingId: str(envelope["tracingId"]) }) };
}

/** The body of class StructuredMessage, or an entity of the history; null when it has no identity. */
export function readMessage(value: unknown, readContent: ContentReader): StructuredMessage | null {
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
    content: list(body["content"]).map(readContent),
    events: list(body["events"]).map(decodeEvent),
    metadata: stringMap(body["metadata"]),
  };
}

function decodeClass(
  name: string,
  code: number,
  raw: unknown,
  response: boolean,
  readContent: ContentReader,
): InboundFrame {
  const body = record(raw);
  const error = { errorCode: num(body["errorCode"]) ?? code, errorMessage: text(body["errorMessage"]) };
  if (name === "StructuredMessage") {
    const message = readMessage(body, readContent);
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

function decodeEvent(value: unknown): MessageEventBody {
  const { eventType, presence, typing } = record(value);
  if (eventType === "Presence") return { eventType, presence: text(record(presence)["type"]) };
  if (eventType === "Typing") {
    const { duration, durationMs } = record(typing);
    return { eventType, durationMs: num(duration) ?? num(durationMs) ?? TYPING_DEFAULT_MS };
  }
  return { eventType: "Unknown", name: text(eventType) };
}
