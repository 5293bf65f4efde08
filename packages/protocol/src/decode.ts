/** The one place where the Guest API's wire text becomes types, whole: frames, messages, history. Nothing here throws. */
import { decodeContent } from "./decode-content.js";
import { readFrame, readMessage } from "./decode-frame.js";
import { readRest } from "./decode-rest.js";
import type { HistoryPage, InboundFrame, StructuredMessage } from "./frames-in.js";
import { many, num, record } from "./json.js";

/** Wire text of one frame as a typed frame. */
export function decodeFrame(wire: string): InboundFrame {
  return readFrame(wire, { readContent: decodeContent, readRest });
}

/** The body of class StructuredMessage, or an entity of the history; null when it has no identity. */
export function decodeMessage(value: unknown): StructuredMessage | null {
  return readMessage(value, decodeContent);
}

/** The answer of `GET /api/v2/webmessaging/messages`; null when it is not a page. */
export function decodeHistory(value: unknown): HistoryPage | null {
  const { entities, pageNumber, pageSize, total, pageCount } = record(value);
  if (!Array.isArray(entities)) return null;
  const messages = many((entity) => decodeMessage(entity) ?? undefined)(entities);
  const size = num(pageSize) ?? messages.length;
  const all = num(total) ?? messages.length;
  return {
    messages,
    pageNumber: num(pageNumber) ?? 1,
    pageSize: size,
    total: all,
    pageCount: num(pageCount) ?? (Math.ceil(all / (size || 1)) || 1),
  };
}
