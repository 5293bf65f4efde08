/**
 * What a guest asks for on the socket: the one place where wire text becomes a request or a refusal. Pure and total.
 */
import {
  attributesBytes,
  CUSTOM_ATTRIBUTES_BYTES,
  GuestApiCode,
  type Json,
  list,
  MESSAGE_TEXT_BYTES,
  num,
  record,
  str,
  stringMap,
  utf8Bytes,
} from "@guestpass/protocol";

export interface TextRequest {
  action: "message";
  type: "Text" | "Structured";
  text: string;
  /** Ids of attachments. */
  attachments: string[];
  /** Answers to rich content, as they came. */
  answers: Json[];
  metadata: Record<string, string>;
}

export type GuestEvent = "Join" | "Clear" | "Typing";

export interface UploadRequest {
  action: "onAttachment";
  attachmentId: string;
  fileName: string;
  fileType: string;
  /** Bytes. */
  fileSize: number;
  errorsAsJson: boolean;
}

export type RequestBody =
  | { action: "configureSession"; deploymentId: string; startNew: boolean }
  | { action: "configureAuthenticatedSession"; deploymentId: string; startNew: boolean; jwt: string }
  | TextRequest
  | { action: "events"; events: GuestEvent[] }
  | { action: "echo"; text: string; metadata: Record<string, string> }
  | { action: "getJwt" }
  | { action: "closeSession"; closeAllConnections: boolean }
  | { action: "getConfiguration"; deploymentId: string }
  | UploadRequest
  | { action: "getAttachment"; attachmentId: string }
  | { action: "deleteAttachment"; attachmentId: string };

export interface GuestRequest {
  /** The action's name on the wire. */
  action: string;
  token: string;
  tracingId?: string;
  body: RequestBody;
}

export interface Refused {
  code: number;
  text: string;
  tracingId?: string;
}

/** Thrown and caught in this file alone. */
class Refusal extends Error {
  readonly code: number;
  constructor(code: number, text: string) {
    super(text);
    this.code = code;
  }
}

/** Wire text of one frame as a request, or why it is none. */
export function readRequest(wire: string): { request: GuestRequest } | { refused: Refused } {
  let frame: Json;
  try {
    const json: unknown = JSON.parse(wire);
    frame = record(json);
    if (frame !== json) return { refused: { code: 400, text: "The frame is not a JSON object" } };
  } catch {
    return { refused: { code: 400, text: "The frame is not JSON" } };
  }
  const tracingId = str(frame["tracingId"]);
  const traced = tracingId === undefined ? {} : { tracingId };
  try {
    const action = needed(frame, "action");
    const token = needed(frame, "token");
    return { request: { action, token, ...traced, body: readBody(action, frame) } };
  } catch (error) {
    if (error instanceof Refusal) return { refused: { code: error.code, text: error.message, ...traced } };
    throw error;
  }
}

function readBody(action: string, frame: Json): RequestBody {
  switch (action) {
    case "configureSession":
      return { action, deploymentId: needed(frame, "deploymentId"), startNew: frame["startNew"] === true };
    case "configureAuthenticatedSession": {
      const jwt = needed(record(frame["data"]), "code", "data.code");
      return { action, deploymentId: needed(frame, "deploymentId"), startNew: frame["startNew"] === true, jwt };
    }
    case "onMessage":
      return readMessage(record(frame["message"]));
    case "echo": {
      const message = record(frame["message"]);
      return { action, text: str(message["text"]) ?? "", metadata: stringMap(message["metadata"]) };
    }
    case "getJwt":
      return { action };
    case "closeSession":
      return { action, closeAllConnections: frame["closeAllConnections"] === true };
    case "getConfiguration":
      return { action, deploymentId: needed(frame, "deploymentId") };
    case "onAttachment":
      return {
        action,
        attachmentId: needed(frame, "attachmentId"),
        fileName: needed(frame, "fileName"),
        fileType: needed(frame, "fileType"),
        fileSize: num(frame["fileSize"]) ?? missing("fileSize"),
        errorsAsJson: frame["errorsAsJson"] === true,
      };
    case "getAttachment":
    case "deleteAttachment":
      return { action, attachmentId: needed(frame, "attachmentId") };
    default:
      throw new Refusal(GuestApiCode.FeatureUnavailable, `Action ${action.slice(0, 64)} is not supported`);
  }
}

function readMessage(message: Json): RequestBody {
  const type = needed(message, "type", "message.type");
  checkAttributes(message);
  if (type === "Event") return { action: "events", events: readEvents(message) };
  if (type !== "Text" && type !== "Structured")
    throw new Refusal(400, `Message type ${type.slice(0, 64)} is not supported`);
  const text = str(message["text"]) ?? "";
  const bytes = utf8Bytes(text);
  if (bytes > MESSAGE_TEXT_BYTES) {
    throw new Refusal(GuestApiCode.MessageTooLong, `Message length ${bytes} is larger than ${MESSAGE_TEXT_BYTES}`);
  }
  const content = list(message["content"]).map(record);
  const attachments = content
    .filter((item) => item["contentType"] === "Attachment")
    .map((item) => needed(record(item["attachment"]), "id", "content.attachment.id"));
  if (attachments.length > 1) throw new Refusal(400, "A message may have one attachment");
  const answers = content.filter((item) => item["contentType"] === "ButtonResponse" || item["contentType"] === "Form");
  if (attachments.length + answers.length < content.length) throw new Refusal(400, "A contentType is not supported");
  if (text === "" && content.length === 0) missing("message.text");
  return { action: "message", type, text, attachments, answers, metadata: stringMap(message["metadata"]) };
}

function checkAttributes(message: Json): void {
  const given = record(record(record(message["channel"])["metadata"])["customAttributes"]);
  const attributes = stringMap(given);
  if (Object.keys(attributes).length < Object.keys(given).length)
    throw new Refusal(400, "Custom attributes must be strings");
  if (attributesBytes(attributes) > CUSTOM_ATTRIBUTES_BYTES) {
    const text = `Custom Attributes in channel metadata is larger than ${CUSTOM_ATTRIBUTES_BYTES} bytes`;
    throw new Refusal(GuestApiCode.CustomAttributeSizeTooLarge, text);
  }
}

function readEvents(message: Json): GuestEvent[] {
  const events = list(message["events"]).map(record);
  if (events.length === 0) missing("message.events");
  return events.map((event) => {
    const presence = str(record(event["presence"])["type"]);
    if (event["eventType"] === "Typing") return "Typing";
    if (event["eventType"] === "Presence" && (presence === "Join" || presence === "Clear")) return presence;
    throw new Refusal(403, `${String(event["eventType"])} events ${presence ?? ""} are not supported`);
  });
}

function needed(fields: Json, name: string, shown = name): string {
  return str(fields[name]) || missing(shown);
}

function missing(name: string): never {
  throw new Refusal(GuestApiCode.MissingParameter, `Required parameter ${name} is missing`);
}
