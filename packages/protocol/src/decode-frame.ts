/**
 * What an ordinary conversation hears of the Guest API: sessions, messages, the JWT for the history. Unknown JSON in, types
 * out. Total: nothing here throws. What reads rich content and every other class is given: `decode.ts` has it whole.
 */
import type {
  Content,
  InboundFrame,
  MessageEventBody,
  Sender,
  SessionResponse,
  StructuredMessage,
} from "./frames-in.js";
import { flag, type Json, list, num, record, shape, some, str, stringMap, text } from "./json.js";

/** What reads the rest: a part of its own, because most conversations never need it. */
export interface Rest {
  /** One piece of rich content. */
  readContent(value: unknown): Content;
  /** A frame of any other class, or of a class with an error; an empty one is no frame at all. */
  readRest(envelope: Json): InboundFrame;
}

const TYPING_DEFAULT_MS = 5000;
const MESSAGE_TYPES = ["Text", "Structured", "Event", "Receipt", "Message"];

const sender = shape<Sender>({ firstName: str, lastName: str, nickname: str, image: str });

const session = shape<SessionResponse>({
  connected: flag,
  newSession: flag,
  readOnly: flag,
  clearedExistingSession: flag,
  autoStarted: flag,
  fileTypes: some((value) => str(record(value)["type"])),
  maxFileSizeKB: num,
  blockedExtensions: some(str),
  maxCustomDataBytes: num,
  durationSeconds: num,
  expirationDate: num,
});

/** The body of class SessionResponse, and what a GetConfigurationResponse says in the same words. */
export function decodeSession(value: unknown): SessionResponse {
  const body = record(value);
  return session({ ...body, ...record(record(body["allowedMedia"])["inbound"]) });
}

/** Wire text of one frame as a typed frame. */
export function readFrame(wire: string, rest: Rest): InboundFrame {
  const envelope = parse(wire);
  const frame = readClass(envelope, rest);
  const tracingId = str(envelope["tracingId"]);
  return tracingId === undefined ? frame : { ...frame, tracingId };
}

function parse(wire: string): Json {
  try {
    return record(JSON.parse(wire));
  } catch {
    return {};
  }
}

function readClass(envelope: Json, rest: Rest): InboundFrame {
  const { class: name, body } = envelope;
  if (name === "StructuredMessage") {
    const message = readMessage(body, rest.readContent);
    if (message) return { kind: "message", message };
  } else if ((num(envelope["code"]) ?? 200) === 200) {
    if (name === "SessionResponse") return { kind: "session", session: decodeSession(body) };
    if (name === "JwtResponse") {
      const { jwt, exp } = record(body);
      return { kind: "jwt", jwt: text(jwt), exp: num(exp) ?? 0 };
    }
  }
  return rest.readRest(envelope);
}

/** The body of class StructuredMessage, or an entity of the history; null when it has no identity. */
export function readMessage(value: unknown, readContent: Rest["readContent"]): StructuredMessage | null {
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

function decodeEvent(value: unknown): MessageEventBody {
  const { eventType, presence, typing } = record(value);
  if (eventType === "Presence") return { eventType, presence: text(record(presence)["type"]) };
  if (eventType === "Typing") {
    const { duration, durationMs } = record(typing);
    return { eventType, durationMs: num(duration) ?? num(durationMs) ?? TYPING_DEFAULT_MS };
  }
  return { eventType: "Unknown", name: text(eventType) };
}
