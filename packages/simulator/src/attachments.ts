/**
 * Attachments as a guest's frames see them: a URL to put a file to, a fresh URL to get it from, and news of it on every
 * connection of the session. Knows no HTTP.
 */
import type { Platform } from "./platform.js";
import type { GuestSocket, Place, Sessions } from "./sessions.js";
import { attachmentContent, type StoredFile, UPLOAD_TAG, type Uploads } from "./uploads.js";
import type { FileFault } from "./world/file-rules.js";
import type { RequestBody } from "./world/request.js";
import { notice, refusal, response, type WireFrame } from "./world/wire.js";

/** The storage tells the platform of a new file a little later. */
const NEWS_MS = 50;

type AttachmentRequest = Extract<RequestBody, { action: "onAttachment" | "getAttachment" | "deleteAttachment" }>;

export interface Attachments {
  answer(socket: GuestSocket, place: Place, request: AttachmentRequest, tracingId: string | undefined): void;
  /** The content of a message that sends these attachments, or why it can't. */
  contentOf(place: Place, ids: readonly string[]): Record<string, unknown>[] | FileFault;
  /** The bytes have come; a fault when they are not what was approved. */
  arrived(file: StoredFile, fault: FileFault | null): void;
}

export function createAttachments(platform: Platform, sessions: Sessions, uploads: Uploads): Attachments {
  const { clock } = platform;

  function approve(
    place: Place,
    request: AttachmentRequest & { action: "onAttachment" },
    tracingId?: string,
  ): WireFrame {
    const { attachmentId, errorsAsJson } = request;
    const file = uploads.approve(place.session.id, request);
    if ("errorCode" in file) {
      if (!errorsAsJson) return refusal(file.errorCode, file.errorMessage, tracingId);
      return notice("GenerateUrlError", { attachmentId, ...file }, tracingId);
    }
    const { fileName, fileType, fileSize } = file;
    const headers = { "x-amz-tagging": UPLOAD_TAG };
    const body = { attachmentId, url: uploads.uploadUrl(file), headers, fileName, fileType, fileSize };
    return response("PresignedUrlResponse", body, tracingId);
  }

  return {
    answer(socket, place, request, tracingId) {
      if (request.action === "onAttachment") return socket.send(approve(place, request, tracingId));
      const { attachmentId } = request;
      const file = uploads.find(place.session.id, attachmentId);
      if ("errorCode" in file) return socket.send(refusal(file.errorCode, file.errorMessage, tracingId));
      if (request.action === "getAttachment") {
        const { fileName, fileType, fileSize } = file;
        const body = { attachmentId, url: uploads.downloadUrl(file), headers: {}, fileName, fileType, fileSize };
        return socket.send(response("PresignedUrlResponse", body, tracingId));
      }
      if (file.sent) return socket.send(refusal(409, "The attachment was sent and can't be deleted", tracingId));
      uploads.remove(file);
      socket.send(notice("AttachmentDeletedResponse", { attachmentId }, tracingId));
    },
    contentOf(place, ids) {
      const files = ids.map((id) => uploads.find(place.session.id, id));
      const fault = files.find((file) => "errorCode" in file);
      if (fault) return fault;
      const sound = files.filter((file) => "key" in file);
      for (const file of sound) file.sent = true;
      return sound.map((file) => attachmentContent(file, uploads.downloadUrl(file)));
    },
    arrived(file, fault) {
      const { attachmentId, sessionId } = file;
      clock.at(clock.now() + NEWS_MS, () => {
        const place = sessions.byId(sessionId);
        if (!place) return;
        const timestamp = new Date(clock.now()).toISOString();
        const news = fault
          ? notice("UploadFailureEvent", { attachmentId, ...fault, timestamp })
          : notice("UploadSuccessEvent", { attachmentId, downloadUrl: uploads.downloadUrl(file), timestamp });
        sessions.tell(place, news);
      });
    },
  };
}
