/**
 * The classes of the Guest API that a conversation seldom hears: errors, attachments, ends. Unknown JSON in, a closed union
 * out. Total: what is no frame is `invalid`, a class of a later version `unknown`; nothing here throws.
 */
import type { InboundFrame } from "./frames-in.js";
import { type Json, num, optional, type Reader, record, shape, str, stringMap, text } from "./json.js";

/** The classes whose body becomes a frame field by field: the frame's kind, and how its body is read. */
const CLASSES: Record<string, readonly [InboundFrame["kind"], Reader<object>]> = {
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

export function readRest(envelope: Json): InboundFrame {
  const { class: name, body: raw } = envelope;
  const code = num(envelope["code"]) ?? 200;
  const body = record(raw);
  const error = { errorCode: num(body["errorCode"]) ?? code, errorMessage: text(body["errorMessage"]) };
  if (typeof name !== "string") return { kind: "invalid", reason: "not JSON, or no class" };
  if (name === "StructuredMessage") return { kind: "invalid", reason: "message without id" };
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
