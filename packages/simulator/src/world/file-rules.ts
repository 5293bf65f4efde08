/** Which files a guest may send. Pure: what is said of a file in, what is wrong with it out. */
import { ATTACHMENT_KB, FILE_NAME_CHARACTERS, GuestApiCode } from "@guestpass/protocol";
import { BLOCKED_EXTENSIONS, FILE_TYPES } from "./deployment.js";

export interface FileFault {
  errorCode: number;
  errorMessage: string;
}

/** What is wrong with a file by its name, MIME type and size in bytes; null when nothing is. */
export function fileFault(name: string, type: string, bytes: number): FileFault | null {
  const extension = /[^./\\](\.[A-Za-z0-9]+)$/.exec(name)?.[1]?.toLowerCase();
  if (name.length >= FILE_NAME_CHARACTERS) {
    return {
      errorCode: GuestApiCode.FileNameTooLong,
      errorMessage: `The file name has ${FILE_NAME_CHARACTERS} characters or more`,
    };
  }
  if (extension === undefined || /[/\\\p{Cc}]/u.test(name)) {
    return { errorCode: GuestApiCode.FileNameInvalid, errorMessage: "The file name needs an extension and no path" };
  }
  if (BLOCKED_EXTENSIONS.includes(extension)) {
    return { errorCode: GuestApiCode.FileTypeInvalid, errorMessage: `Files that end in ${extension} may not be sent` };
  }
  if (!FILE_TYPES.includes(type.toLowerCase())) {
    return {
      errorCode: GuestApiCode.FileTypeInvalid,
      errorMessage: `Files of the type ${type.slice(0, 128)} may not be sent`,
    };
  }
  if (bytes === 0) return { errorCode: GuestApiCode.FileSizeZero, errorMessage: "The file is empty" };
  if (bytes < 0 || !Number.isInteger(bytes) || bytes > ATTACHMENT_KB * 1024) {
    return { errorCode: GuestApiCode.FileSizeInvalid, errorMessage: `The file is larger than ${ATTACHMENT_KB} KB` };
  }
  return null;
}

/** The platform's word for a MIME type. */
export function mediaTypeOf(mime: string): "Image" | "Video" | "Audio" | "File" {
  const kind = mime.split("/", 1)[0];
  return kind === "image" ? "Image" : kind === "video" ? "Video" : kind === "audio" ? "Audio" : "File";
}
