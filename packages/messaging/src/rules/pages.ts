/**
 * How a page of history is laid over what is known: what on it is new, which messages of ours it confirms, and whether it
 * reaches far enough back. Loaded with the history. Pure.
 */
import type { HistoryPage, StructuredMessage } from "@guestpass/protocol";
import type { Outgoing } from "./outgoing.js";
import { type Entries, type Merged, merge, OWN_ID_KEY } from "./transcript.js";

/** An own message that may or may not have arrived. */
export type Doubt = Pick<Outgoing, "id" | "message" | "blind">;

/** What is known when a page comes. */
export interface Known {
  readonly entries: Entries;
  readonly doubts: readonly Doubt[];
  /** This connection, and the last one up to which nothing is missing. */
  readonly epoch: number;
  readonly solid: number;
  /** Platform's time, milliseconds. */
  readonly now: number;
}

export interface Laid {
  readonly entries: Entries;
  /** Oldest first. */
  readonly merged: readonly Merged[];
  /** The page ends in what is known without a gap. */
  readonly overlap: boolean;
  /** It reaches behind every message that is in doubt. */
  readonly settles: boolean;
  /** Identity of its oldest message. */
  readonly oldest: string | undefined;
  /** Messages that are new. */
  readonly added: number;
}

/** Our estimate of the platform's time may be so far off. */
const CLOCKS_APART_MS = 60_000;

/** `before`: identity of the oldest message of the page before, which is the newer one. */
export function layPage({ messages }: HistoryPage, known: Known, before?: string): Laid {
  const { epoch, solid, now } = known;
  let { entries, doubts } = known;
  let oldest = before;
  const newestFirst = messages.map((message) => {
    const news = { message, epoch, now, before: oldest };
    let merged = merge(entries, news);
    const own = merged.outcome === "added" ? recognise(doubts, message) : undefined;
    if (own) {
      merged = merge(entries, { ...news, tracingId: own.id });
      doubts = doubts.filter((doubt) => doubt !== own);
    }
    entries = merged.entries;
    oldest = merged.entry?.identity ?? oldest;
    return merged;
  });
  const { outcome, entry } = newestFirst.findLast((merged) => merged.entry) ?? {};
  const overlap = outcome === "known" && (entry?.epoch ?? 0) <= solid;
  const waits = new Set(doubts.map(({ id }) => id));
  const oldestAt = entry?.message.at ?? 0;
  return {
    entries,
    merged: newestFirst.toReversed(),
    overlap,
    settles:
      overlap || entries.every(({ message }) => !waits.has(message.id) || oldestAt < message.at - CLOCKS_APART_MS),
    oldest,
    added: newestFirst.filter((merged) => merged.outcome === "added").length,
  };
}

/**
 * The doubtful message that this one must be, where the platform kept no own id in it: the last with the same text, for
 * pages come newest first.
 */
function recognise(doubts: readonly Doubt[], { direction, metadata, text }: StructuredMessage): Doubt | undefined {
  if (direction !== "Inbound" || metadata[OWN_ID_KEY] !== undefined) return undefined;
  return doubts.findLast((doubt) => !doubt.blind && (doubt.message.text ?? "") === text);
}
