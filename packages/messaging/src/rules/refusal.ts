/** What the platform's error codes mean for a message, a file or a session. Pure. */
import { endsSession, GuestApiCode, refusesToken } from "@guestpass/protocol";
import { MessagingError, type MessagingErrorCode } from "../errors.js";
import { redact } from "./redact.js";

const MEANING: Readonly<Record<number, MessagingErrorCode>> = {
  408: "timeout",
  429: "message_rate_limited",
  [GuestApiCode.FileTypeInvalid]: "upload_refused",
  [GuestApiCode.FileSizeInvalid]: "upload_refused",
  [GuestApiCode.FileContentInvalid]: "upload_refused",
  [GuestApiCode.FileNameInvalid]: "upload_refused",
  [GuestApiCode.FileNameTooLong]: "upload_refused",
  [GuestApiCode.FileSizeZero]: "upload_refused",
  [GuestApiCode.AttachmentHasExpired]: "upload_failed",
  [GuestApiCode.AttachmentNotFound]: "upload_failed",
  [GuestApiCode.AttachmentNotSuccessfullyUploaded]: "upload_failed",
  [GuestApiCode.MessageTooLong]: "message_too_long",
  [GuestApiCode.CustomAttributeSizeTooLarge]: "attributes_too_large",
  [GuestApiCode.RequestRateTooHigh]: "message_rate_limited",
};

/** The platform's refusal as an error: its own words without secrets, its code beside them. */
export function refusal(code: number, text: string, otherwise: MessagingErrorCode = "socket_refused"): MessagingError {
  const known = MEANING[code];
  return new MessagingError(
    known ?? otherwise,
    `The messenger refused: ${redact(text) || "no reason given"} (${code}).`,
    {
      retryable: known === "message_rate_limited" || known === "timeout" || known === "upload_failed" || code >= 5000,
    },
  );
}

/** Codes that can only be about a message. */
export function isAboutMessage(code: number): boolean {
  return code === GuestApiCode.MessageTooLong || code === GuestApiCode.CustomAttributeSizeTooLarge;
}

/** What an error means for the session: it is over, the token must be replaced, or neither. */
export function verdict(
  code: number,
  text: string,
  configuring: boolean,
): "over" | "token" | "temporary" | "refused" | null {
  if (endsSession(code)) return "over";
  if (configuring) {
    if (refusesToken(code)) return "token";
    return code === 408 ||
      code === 429 ||
      code === GuestApiCode.RequestRateTooHigh ||
      (code >= 500 && code < 600) ||
      code >= 5000
      ? "temporary"
      : "refused";
  }
  // On an open session a 403 is about what was asked, unless it says that it is about who asks.
  if (code === 401 || (code === 403 && /^(session authentication failed|try to authenticate again)/i.test(text)))
    return "token";
  return null;
}
