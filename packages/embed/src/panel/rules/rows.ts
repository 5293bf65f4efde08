/**
 * What the transcript shows, line by line: days, groups of one sender's messages, the line above what is unread, the
 * ends of earlier sessions. Pure: messages in, rows out; knows neither markup nor words.
 */
import type { TranscriptMessage } from "@guestpass/messaging";
import type { GuestpassEndReason } from "../../events.js";

export interface Group {
  readonly kind: "group";
  readonly key: string;
  readonly direction: "sent" | "received";
  readonly from: TranscriptMessage["from"];
  readonly messages: readonly TranscriptMessage[];
}

export type Row =
  | { readonly kind: "day"; readonly key: string; readonly at: number }
  | { readonly kind: "unread"; readonly key: string }
  | { readonly kind: "ended"; readonly key: string; readonly reason: GuestpassEndReason }
  | Group;

/** A pause as long as this starts a new group, with its own time. */
export const GROUP_GAP_MS = 5 * 60_000;

/**
 * @param breaks ids of the messages after which a conversation ended, and why.
 * @param unreadFrom id of the first message that has not been seen, for the line above it.
 * @param dayOf the day of an instant as a comparable text, in the reader's time zone.
 */
export function rowsOf(
  messages: readonly TranscriptMessage[],
  breaks: ReadonlyMap<string, GuestpassEndReason>,
  unreadFrom: string | undefined,
  dayOf: (at: number) => string = localDay,
): Row[] {
  const rows: Row[] = [];
  let day: string | undefined;
  let group: TranscriptMessage[] | undefined;
  for (const message of messages) {
    const { id, at, direction, from } = message;
    if (dayOf(at) !== day) {
      day = dayOf(at);
      group = undefined;
      rows.push({ kind: "day", key: `day ${id}`, at });
    }
    if (id === unreadFrom) {
      group = undefined;
      rows.push({ kind: "unread", key: "unread" });
    }
    const last = group?.at(-1);
    if (group && last && belongs(message, last)) group.push(message);
    else {
      group = [message];
      rows.push({ kind: "group", key: id, direction, from, messages: group });
    }
    const reason = breaks.get(id);
    if (reason) {
      group = undefined;
      rows.push({ kind: "ended", key: `ended ${id}`, reason });
    }
  }
  return rows;
}

function belongs(message: TranscriptMessage, last: TranscriptMessage): boolean {
  return (
    message.direction === last.direction &&
    (message.direction === "sent" || (message.from.name === last.from.name && message.from.bot === last.from.bot)) &&
    message.at - last.at < GROUP_GAP_MS
  );
}

function localDay(at: number): string {
  return new Date(at).toDateString();
}
