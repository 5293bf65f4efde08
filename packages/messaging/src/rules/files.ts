/** Whether a file may be attached, before anything is sent. Pure. */
import { FILE_NAME_CHARACTERS } from "@guestpass/protocol";
import type { AttachmentLimits } from "../contract.js";
import { MessagingError } from "../errors.js";

export interface FileFacts {
  readonly name: string;
  /** MIME type; empty where the browser knows none. */
  readonly type: string;
  /** Bytes. */
  readonly size: number;
}

/** What keeps this file from being attached, or null. */
export function fileRefusal(file: FileFacts, limits: AttachmentLimits): MessagingError | null {
  const extension = /\.[^.\s/\\]+$/.exec(file.name)?.[0].toLowerCase();
  const complaint = !limits.enabled
    ? "This messenger takes no attachments."
    : file.size === 0
      ? "The file is empty."
      : file.size > limits.maxFileSizeKB * 1024
        ? `The file is larger than ${limits.maxFileSizeKB} KB.`
        : file.name.length >= FILE_NAME_CHARACTERS
          ? "The file's name is too long."
          : extension === undefined
            ? "The file's name has no extension."
            : limits.blockedExtensions.some((blocked) => blocked.toLowerCase() === extension)
              ? `Files that end in ${extension} are not allowed.`
              : !isAllowedType(mimeType(file), limits.fileTypes)
                ? "Files of this type are not allowed."
                : null;
  return complaint === null ? null : new MessagingError("upload_refused", complaint);
}

/** The file's MIME type, or the one that says nothing. */
export function mimeType(file: Pick<FileFacts, "type">): string {
  return file.type || "application/octet-stream";
}

function isAllowedType(type: string, allowed: readonly string[] | undefined): boolean {
  if (!allowed) return true;
  return allowed.some((pattern) => {
    const wanted = pattern.toLowerCase();
    if (wanted === "*" || wanted === "*/*") return true;
    return wanted.endsWith("/*") ? type.toLowerCase().startsWith(wanted.slice(0, -1)) : wanted === type.toLowerCase();
  });
}
