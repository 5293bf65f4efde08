/** What the platform's error codes mean for a message, a file or a session. Pure. */
import { endsSession, refusesToken } from "@guestpass/protocol";
import { MessagingError, type MessagingErrorCode } from "../errors.js";
import { redact } from "./redact.js";

/** By the platform's code; `GuestApiCode` of the protocol has their names. */
const MEANING: Readonly<Record<number, MessagingErrorCode>> = {
  408: "timeout",
  429: "message_rate_limited",
  4008: "upload_failed",
  4009: "upload_failed",
  4010: "upload_failed",
  4011: "message_too_long",
  4013: "attributes_too_large",
  4029: "message_rate_limited",
  4102: "upload_refused",
};

/** The platform's refusal as an error: its own words without secrets, its code beside them. */
export function refusal(code: number, text: string, otherwise: MessagingErrorCode = "socket_refused"): MessagingError {
  const known = MEANING[code] ?? (code > 4000 && code < 4006 ? "upload_refused" : otherwise);
  // 5000: the platform's own trouble.
  const options = code < 5000 ? {} : { retryable: true };
  return new MessagingError(known, `The messenger refused: ${redact(text)} (${code})`, options);
}

/** What an error means for the session: it is over, the token must be replaced, a later try may help, none will; or nothing. */
export function verdict(
  code: number,
  text: string,
  configuring: boolean,
): "over" | "refused" | "lost" | "rejected" | null {
  if (endsSession(code)) return "over";
  if (configuring) {
    if (refusesToken(code)) return "refused";
    return code === 408 || code === 429 || code === 4029 || (code >= 500 && code < 600) || code >= 5000
      ? "lost"
      : "rejected";
  }
  // On an open session a 403 is about what was asked, unless it says that it is about who asks.
  return code === 401 || (code === 403 && /^(session auth|try to auth)/i.test(text)) ? "refused" : null;
}
