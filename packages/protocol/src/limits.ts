/**
 * The figures that the platform and the documents set. Sources are named beside each;
 * units are in the name.
 */

/** One message text from a guest, UTF-8 bytes (error 4011 names the figure). */
export const MESSAGE_TEXT_BYTES = 4096;
/** Custom attributes of one message: UTF-8 bytes of keys and values together (error 4013). */
export const CUSTOM_ATTRIBUTES_BYTES = 2048;
/** `messages.per.session.rate.per.second`. */
export const MESSAGES_PER_SECOND = 5;
/** `requests.per.connection.rate.per.minute`: all frames of one socket. */
export const FRAMES_PER_MINUTE = 60;
/** `configure.per.session.rate.per.minute`. */
export const CONFIGURES_PER_MINUTE = 60;
/** `health.check.per.connection.rate.per.minute`: `echo`. */
export const ECHOES_PER_MINUTE = 2;
/** `get.history.rate.per.minute` of one session. */
export const HISTORY_PER_MINUTE = 10;
/** `session.connections.max`: one more closes the oldest with ConnectionClosedEvent. */
export const SOCKETS_PER_SESSION = 3;
/** Default page of `GET /api/v2/webmessaging/messages`. */
export const HISTORY_PAGE_SIZE = 25;
/** At most one typing event in this time, from the client. */
export const TYPING_INTERVAL_MS = 5000;
/** Default `maxFileSizeKB` of an attachment. */
export const ATTACHMENT_KB = 10240;
/** An attachment's name has fewer characters than this (error 4005). */
export const FILE_NAME_CHARACTERS = 1024;
/** The tracing id that Genesys' own client gives its health checks. */
export const ECHO_TRACING_ID = "SGVhbHRoQ2hlY2tNZXNzYWdlSWQ=";

/** `attributes` of a session request: pairs. */
export const ATTRIBUTE_PAIRS = 20;
/** `attributes`: code points of a key. */
export const ATTRIBUTE_KEY_CHARACTERS = 128;
/** `attributes`: code points of a value. */
export const ATTRIBUTE_VALUE_CHARACTERS = 512;
/** `attributes`: UTF-8 bytes of keys and values together. */
export const ATTRIBUTES_BYTES = 2048;
/** `externalId` of the guest-tokens API: code points. */
export const EXTERNAL_ID_CHARACTERS = 255;

/** Length in Unicode code points, as the documents count. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Length in bytes of UTF-8, without allocating the bytes. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const sign of text) bytes += sign < "\u{80}" ? 1 : sign < "\u{800}" ? 2 : sign.length === 1 ? 3 : 4;
  return bytes;
}

/** UTF-8 bytes of all keys and values together. */
export function attributesBytes(attributes: Readonly<Record<string, string>>): number {
  let bytes = 0;
  for (const [key, value] of Object.entries(attributes)) bytes += utf8Bytes(key) + utf8Bytes(value);
  return bytes;
}
