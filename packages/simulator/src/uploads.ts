/**
 * Files of guests: approved, uploaded, sent, deleted. Bounded in memory. Knows no route and no frame.
 */
import { createHmac, randomBytes } from "node:crypto";
import { GuestApiCode } from "@guestpass/protocol";
import type { Clock } from "./clock.js";
import { type FileFault, fileFault, mediaTypeOf } from "./world/file-rules.js";
import type { UploadRequest } from "./world/request.js";

/** Uploaded bytes kept at most; the oldest file goes first. */
const KEPT_BYTES = 64 * 1024 * 1024;
/** Files known at most. */
const KEPT_FILES = 2000;
/** Life of an upload's and of a download's URL. */
const URL_LIFE_MS = 10 * 60_000;
/** What the storage wants to see again with the bytes. */
export const UPLOAD_TAG = "origin=web-messaging";

export interface StoredFile {
  /** Known in the URLs alone. */
  readonly key: string;
  readonly sessionId: string;
  readonly attachmentId: string;
  readonly fileName: string;
  readonly fileType: string;
  readonly fileSize: number;
  /** Milliseconds; when the upload's URL dies. */
  readonly uploadUntil: number;
  bytes: Buffer | null;
  sent: boolean;
}

export interface Uploads {
  approve(sessionId: string, request: UploadRequest): StoredFile | FileFault;
  byKey(key: string): StoredFile | undefined;
  /** Takes the bytes; a fault when they are not what was approved. */
  receive(file: StoredFile, bytes: Buffer): FileFault | null;
  /** An uploaded file of a session, or why there is none. */
  find(sessionId: string, attachmentId: string): StoredFile | FileFault;
  remove(file: StoredFile): void;
  uploadUrl(file: StoredFile): string;
  /** Serves the bytes, for ten minutes. */
  downloadUrl(file: StoredFile): string;
  mayDownload(file: StoredFile, query: { until?: string; signature?: string }): boolean;
}

export function createUploads(clock: Clock, origin: () => string): Uploads {
  const files = new Map<string, StoredFile>();
  const secret = randomBytes(32);

  function signature(key: string, until: string): string {
    return createHmac("sha256", secret).update(`${key}:${until}`).digest("hex");
  }

  function ofSession(sessionId: string, attachmentId: string): StoredFile | undefined {
    return [...files.values()].find((file) => file.sessionId === sessionId && file.attachmentId === attachmentId);
  }

  function makeRoom(coming: number): void {
    let total = coming;
    for (const { bytes } of files.values()) total += bytes?.length ?? 0;
    for (const [key, { bytes }] of files) {
      if (total <= KEPT_BYTES && files.size < KEPT_FILES) return;
      files.delete(key);
      total -= bytes?.length ?? 0;
    }
  }

  return {
    approve(sessionId, { attachmentId, fileName, fileType, fileSize }) {
      const fault = fileFault(fileName, fileType, fileSize);
      if (fault) return fault;
      const before = ofSession(sessionId, attachmentId);
      if (before) files.delete(before.key);
      makeRoom(0);
      const file: StoredFile = {
        key: randomBytes(24).toString("base64url"),
        sessionId,
        attachmentId,
        fileName,
        fileType,
        fileSize,
        uploadUntil: clock.now() + URL_LIFE_MS,
        bytes: null,
        sent: false,
      };
      files.set(file.key, file);
      return file;
    },
    byKey: (key) => files.get(key),
    receive(file, bytes) {
      if (bytes.length !== file.fileSize) {
        const errorMessage = `The file has ${bytes.length} bytes, and ${file.fileSize} were announced`;
        return { errorCode: GuestApiCode.FileSizeInvalid, errorMessage };
      }
      makeRoom(bytes.length);
      files.set(file.key, file);
      file.bytes = bytes;
      return null;
    },
    find(sessionId, attachmentId) {
      const file = ofSession(sessionId, attachmentId);
      if (!file) return { errorCode: GuestApiCode.AttachmentNotFound, errorMessage: "The attachment was not found" };
      if (!file.bytes) {
        return {
          errorCode: GuestApiCode.AttachmentNotSuccessfullyUploaded,
          errorMessage: "The attachment has not been uploaded",
        };
      }
      return file;
    },
    remove: ({ key }) => void files.delete(key),
    uploadUrl: ({ key, uploadUntil }) => `${origin()}/uploads/${key}?until=${uploadUntil}`,
    downloadUrl({ key, fileName }) {
      const until = String(clock.now() + URL_LIFE_MS);
      const query = new URLSearchParams({ until, signature: signature(key, until) });
      return `${origin()}/downloads/${key}/${encodeURIComponent(fileName)}?${query.toString()}`;
    },
    mayDownload: ({ key }, { until = "", signature: given }) =>
      given === signature(key, until) && Number(until) > clock.now(),
  };
}

/** As a message shows it. */
export function attachmentContent(file: StoredFile, url: string): Record<string, unknown> {
  const { attachmentId, fileName, fileSize, fileType } = file;
  return {
    contentType: "Attachment",
    attachment: {
      id: attachmentId,
      url,
      filename: fileName,
      fileSize,
      mediaType: mediaTypeOf(fileType),
      mime: fileType,
    },
  };
}
