/**
 * The one place where the Guest API's wire text becomes types. Total: bad text is an `invalid` frame, a class of a
 * later version an `unknown` one; nothing here throws.
 */
import { decodeContent, decodeEvent } from "./decode-content.js";
import type { DeploymentConfig, HistoryPage, InboundFrame, SessionResponse, StructuredMessage } from "./frames-in.js";
import { bool, type Json, list, num, optional, record, str, stringMap } from "./json.js";

const MESSAGE_TYPES = new Set(["Text", "Structured", "Event", "Receipt", "Message"]);

/** Wire text of one frame as a typed frame. */
export function decodeFrame(text: string): InboundFrame {
  let envelope: Json;
  try {
    envelope = record(JSON.parse(text));
  } catch {
    return { kind: "invalid", reason: "not JSON" };
  }
  const name = str(envelope["class"]);
  if (name === undefined) return { kind: "invalid", reason: "no class" };
  const frame = decodeClass(name, num(envelope["code"]) ?? 200, envelope["body"], envelope["type"] === "response");
  const tracingId = str(envelope["tracingId"]);
  return tracingId === undefined ? frame : { ...frame, tracingId };
}

/** The body of class StructuredMessage, or an entity of the history; null when it has no identity. */
export function decodeMessage(value: unknown): StructuredMessage | null {
  const body = record(value);
  const channel = record(body["channel"]);
  const id = str(body["id"]) ?? "";
  const identity = str(channel["messageId"]) ?? id;
  const type = str(body["type"]) ?? "";
  if (identity === "" && type !== "Event") return null;
  const from = record(channel["from"]);
  const entity = body["originatingEntity"];
  return {
    identity,
    id,
    type: MESSAGE_TYPES.has(type) ? (type as StructuredMessage["type"]) : "Unknown",
    text: str(body["text"]) ?? "",
    direction: body["direction"] === "Inbound" ? "Inbound" : "Outbound",
    ...(entity === "Human" || entity === "Bot" ? { originatingEntity: entity } : {}),
    time: str(channel["time"]) ?? "",
    from: optional({
      firstName: str(from["firstName"]),
      lastName: str(from["lastName"]),
      nickname: str(from["nickname"]),
      image: str(from["image"]),
    }),
    content: list(body["content"]).map(decodeContent),
    events: list(body["events"]).map(decodeEvent),
    metadata: stringMap(body["metadata"]),
  };
}

/** The answer of `GET /api/v2/webmessaging/messages`; null when it is not a page. */
export function decodeHistory(value: unknown): HistoryPage | null {
  const page = record(value);
  if (!Array.isArray(page["entities"])) return null;
  const messages = page["entities"].map(decodeMessage).filter((message) => message !== null);
  return {
    messages,
    pageNumber: num(page["pageNumber"]) ?? 1,
    pageSize: num(page["pageSize"]) ?? messages.length,
    total: num(page["total"]) ?? messages.length,
    pageCount: num(page["pageCount"]) ?? 1,
  };
}

/** A deployment's public config.json; null when it is none. */
export function decodeDeploymentConfig(value: unknown): DeploymentConfig | null {
  const config = record(value);
  const id = str(config["id"]);
  if (id === undefined) return null;
  const messenger = record(config["messenger"]);
  const auth = record(config["auth"]);
  const talk = record(record(messenger["apps"])["conversations"]);
  const disconnect = record(talk["conversationDisconnect"]);
  const upload = record(messenger["fileUpload"]);
  const visibility = record(messenger["launcherButton"])["visibility"];
  return {
    id,
    version: str(config["version"]) ?? "",
    languages: list(config["languages"]).filter((item) => typeof item === "string"),
    defaultLanguage: str(config["defaultLanguage"]) ?? "en-us",
    active: config["status"] !== "Inactive",
    authEnabled: bool(auth["enabled"]),
    allowSessionUpgrade: bool(auth["allowSessionUpgrade"]),
    launcherVisibility: visibility === "Off" || visibility === "OnDemand" ? visibility : "On",
    fileUploadEnabled:
      typeof upload["enableAttachments"] === "boolean" ? upload["enableAttachments"] : list(upload["modes"]).length > 0,
    showAgentTyping: bool(talk["showAgentTypingIndicator"]),
    showUserTyping: bool(talk["showUserTypingIndicator"]),
    autoStart: bool(record(talk["autoStart"])["enabled"]),
    disconnect: !bool(disconnect["enabled"]) ? "none" : disconnect["type"] === "ReadOnly" ? "ReadOnly" : "Send",
    clearEnabled: bool(record(talk["conversationClear"])["enabled"]),
    markdown: bool(record(talk["markdown"])["enabled"]),
    ...optional({
      primaryColor: str(record(messenger["styles"])["primaryColor"]),
      sessionDurationSeconds: num(talk["sessionDurationSeconds"]),
    }),
  };
}

function decodeClass(name: string, code: number, raw: unknown, response: boolean): InboundFrame {
  const body = record(raw);
  const attachmentId = str(body["attachmentId"]) ?? "";
  switch (name) {
    case "SessionResponse":
      return code === 200 ? { kind: "session", session: decodeSession(body) } : failure(code, raw);
    case "StructuredMessage": {
      const message = decodeMessage(body);
      return message ? { kind: "message", message, response } : { kind: "invalid", reason: "message without id" };
    }
    case "JwtResponse": {
      const jwt = str(body["jwt"]);
      return jwt ? { kind: "jwt", jwt, exp: num(body["exp"]) ?? 0 } : failure(code, raw);
    }
    case "PresignedUrlResponse":
      return {
        kind: "presigned-url",
        attachmentId,
        url: str(body["url"]) ?? "",
        headers: stringMap(body["headers"]),
        ...optional({
          fileName: str(body["fileName"]),
          fileSize: num(body["fileSize"]),
          fileType: str(body["fileType"]),
        }),
      };
    case "UploadSuccessEvent":
      return {
        kind: "upload-success",
        attachmentId,
        downloadUrl: str(body["downloadUrl"]) ?? "",
        ...optional({ timestamp: str(body["timestamp"]) }),
      };
    case "UploadFailureEvent":
    case "GenerateUrlError":
      return {
        kind: "upload-failure",
        attachmentId,
        errorCode: num(body["errorCode"]) ?? code,
        errorMessage: str(body["errorMessage"]) ?? "",
      };
    case "AttachmentDeletedResponse":
      return { kind: "attachment-deleted", attachmentId };
    case "SessionExpiredEvent":
      return { kind: "session-expired" };
    case "SessionClearedEvent":
      return { kind: "session-cleared" };
    case "ConnectionClosedEvent":
      return { kind: "connection-closed", ...optional({ reason: str(body["reason"]) ?? str(body["reasonCode"]) }) };
    case "LogoutEvent":
      return { kind: "logout" };
    case "TooManyRequestsErrorMessage":
      return {
        kind: "too-many-requests",
        retryAfterSeconds: num(body["retryAfter"]) ?? 1,
        errorCode: num(body["errorCode"]) ?? code,
        errorMessage: str(body["errorMessage"]) ?? "",
      };
    case "GetConfigurationResponse":
      return { kind: "configuration", configuration: body };
    case "string":
    case "Error":
    case "ErrorMessage":
      return failure(code, raw);
    default:
      return code === 200 ? { kind: "unknown", name } : failure(code, raw);
  }
}

function failure(code: number, raw: unknown): InboundFrame {
  const body = record(raw);
  return {
    kind: "error",
    code: num(body["errorCode"]) ?? code,
    text: str(raw) ?? str(body["errorMessage"]) ?? str(body["message"]) ?? "",
  };
}

function decodeSession(body: Json): SessionResponse {
  const inbound = record(record(body["allowedMedia"])["inbound"]);
  const types = inbound["fileTypes"];
  const blocked = body["blockedExtensions"];
  return {
    connected: bool(body["connected"]),
    newSession: bool(body["newSession"]),
    readOnly: bool(body["readOnly"]),
    clearedExistingSession: bool(body["clearedExistingSession"]),
    autoStarted: bool(body["autoStarted"]),
    ...optional({
      fileTypes: Array.isArray(types)
        ? types.map((type) => str(record(type)["type"])).filter((t) => t !== undefined)
        : undefined,
      maxFileSizeKB: num(inbound["maxFileSizeKB"]),
      blockedExtensions: Array.isArray(blocked) ? blocked.filter((item) => typeof item === "string") : undefined,
      maxCustomDataBytes: num(body["maxCustomDataBytes"]),
      durationSeconds: num(body["durationSeconds"]),
      expirationDate: num(body["expirationDate"]),
    }),
  };
}
