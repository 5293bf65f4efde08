/**
 * What has been said, in the platform's order. Knows how a message from the socket, an echo and a page of history turn
 * out to be the same one. Knows nothing of sending. Pure: each function gives new entries.
 */
import type { Content, Sender, StructuredMessage } from "@guestpass/protocol";
import type { TranscriptMessage } from "../contract.js";

export interface Entry {
  readonly message: TranscriptMessage;
  /** The platform's name of it; absent until the platform has answered. */
  readonly identity?: string;
  /** The connection on which the platform first told of it; -1: it has not. */
  readonly epoch: number;
}

export type Entries = readonly Entry[];

/** More are not kept: the oldest go. */
export const TRANSCRIPT_LIMIT = 2_000;

/** The metadata key under which Genesys' own client lets a message carry its own id. */
export const OWN_ID_KEY = "customMessageId";

/** What the platform tells of one message. */
export interface News {
  readonly message: StructuredMessage;
  readonly tracingId?: string;
  readonly epoch: number;
  /** Platform's time where the message has none, milliseconds. */
  readonly now: number;
  /** Identity of the message that history shows after it: of two with the same time this is the earlier. */
  readonly before?: string | undefined;
}

export interface Merged {
  readonly entries: Entries;
  /** `added`: new to the transcript. `confirmed`: an own message that the platform now has. `known`: neither. */
  readonly outcome: "added" | "confirmed" | "known" | "ignored";
  readonly entry?: Entry;
}

/** An own message that is on its way: always at the end. `at`: milliseconds since 1970. */
export function addOwn(entries: Entries, id: string, text: string, at: number): Entries {
  const message: TranscriptMessage = {
    id,
    direction: "sent",
    status: "sending",
    text,
    at,
    from: { bot: false },
    content: [],
  };
  return trim([...entries, { message, epoch: -1 }]);
}

/** One message from the socket or from history. */
export function merge(entries: Entries, news: News): Merged {
  const { message, epoch, before } = news;
  const { identity, type, text, content } = message;
  const isSaid = type !== "Event" && type !== "Receipt" && (text || content.length > 0);
  if (!isSaid) return { entries, outcome: "ignored" };
  const index = find(entries, news);
  const old = entries[index];
  const told = toTranscript(news, old?.message.id ?? identity);
  if (old?.identity !== undefined) {
    // A later copy may know more (a renewed link), but neither moves the message nor makes it younger.
    const entry = { ...old, message: { ...told, at: old.message.at } };
    return { entries: entries.with(index, entry), outcome: "known", entry };
  }
  const entry = { message: told, identity, epoch };
  const others = old ? entries.toSpliced(index, 1) : entries;
  return { entries: insert(others, entry, before), outcome: old ? "confirmed" : "added", entry };
}

/** The own message with this id, changed; a failed one takes the place of its time, one on its way the end. */
export function amend(entries: Entries, id: string, change: Partial<TranscriptMessage>): Entries {
  const index = entries.findLastIndex((entry) => entry.message.id === id && entry.identity === undefined);
  const old = entries[index];
  if (!old) return entries;
  const { error: _, ...kept } = old.message;
  const entry = { ...old, message: { ...kept, ...change } };
  if (place(entry) === place(old)) return entries.with(index, entry);
  return insert(entries.toSpliced(index, 1), entry);
}

/** What stays when the conversation is wiped: own messages that the platform has not had. */
export function unsent(entries: Entries): Entries {
  return entries.filter((entry) => entry.identity === undefined);
}

/** By tracing id, by the id that the message carries, by the platform's identity. */
function find(entries: Entries, { message, tracingId }: News): number {
  const own = message.direction === "Inbound" ? (message.metadata[OWN_ID_KEY] ?? tracingId) : undefined;
  return entries.findLastIndex(
    (entry) => entry.identity === message.identity || (entry.message.id === own && entry.message.direction === "sent"),
  );
}

function toTranscript({ message, now }: News, id: string): TranscriptMessage {
  const { from, content } = message;
  const name = senderName(from);
  return {
    id,
    direction: message.direction === "Inbound" ? "sent" : "received",
    status: "delivered",
    text: message.text || answerText(content),
    at: Date.parse(message.time) || now,
    from: {
      bot: message.originatingEntity === "Bot",
      ...(name && { name }),
      ...(from.image && { image: from.image }),
    },
    content,
  };
}

/** A nickname, else the names that there are, else nothing. */
export function senderName({ nickname, firstName, lastName }: Sender): string {
  return nickname ?? [firstName, lastName].filter(Boolean).join(" ");
}

/** What a guest chose, where the platform left the text empty. */
function answerText(content: readonly Content[]): string {
  const choices = content.map((item) => ("buttonResponse" in item ? item.buttonResponse.text : ""));
  return choices.filter(Boolean).join(", ");
}

/** Own messages on their way stay last; the others stand by the platform's time. */
function place(entry: Entry): number {
  return entry.identity === undefined && entry.message.status !== "failed" ? Infinity : entry.message.at;
}

/** Of two with the same time the one that was said first stays first. */
function insert(entries: Entries, entry: Entry, before?: string): Entries {
  const at = place(entry);
  const later = entries.findIndex((other) => other.identity === before && place(other) === at);
  const index = before && later >= 0 ? later : entries.findLastIndex((other) => place(other) <= at) + 1;
  return trim(entries.toSpliced(index, 0, entry));
}

function trim(entries: Entries): Entries {
  return entries.length > TRANSCRIPT_LIMIT ? entries.slice(-TRANSCRIPT_LIMIT) : entries;
}
