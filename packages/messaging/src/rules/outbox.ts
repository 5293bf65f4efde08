/**
 * Own messages that the platform has not confirmed, in the order in which they were said. Decides which one goes next,
 * and what becomes of each when it is confirmed, refused, timed out, or when its connection is lost. Pure.
 *
 * A message goes a second time only when the platform certainly does not have it: it said so, or the history after a
 * reconnect does not show it.
 */
import type { OutboundMessage, StructuredMessage } from "@guestpass/protocol";
import { OWN_ID_KEY } from "./transcript.js";

export interface Outgoing {
  /** Tracing id on the wire and id in the transcript. */
  readonly id: string;
  readonly message: OutboundMessage;
  /** `doubtful`: written on a connection that is gone; history has to tell. */
  readonly state: "queued" | "written" | "doubtful";
  /** Monotonic milliseconds of the last writing. */
  readonly writtenAt: number;
  /** Written before history was known: an older message of the same text could be taken for it. */
  readonly blind: boolean;
  /** How often no answer came on a connection that stood. */
  readonly timeouts: number;
  /** How often the platform gave it back: too fast, or with a token that it no longer takes. */
  readonly returned: number;
}

export type Outbox = readonly Outgoing[];

/** More than this waiting is refused. */
export const OUTBOX_LIMIT = 500;
/** No echo after this long: the connection counts as dead. */
export const ECHO_TIMEOUT_MS = 10_000;
/** One try and one more. */
const TIMEOUTS_MAX = 2;
/** A rate passes; a token that was replaced is refused only once more. */
export const RATE_RETURNS = 20;
export const TOKEN_RETURNS = 2;

export function enqueue(outbox: Outbox, id: string, message: OutboundMessage): Outbox {
  return [...outbox, { id, message, state: "queued", writtenAt: 0, blind: false, timeouts: 0, returned: 0 }];
}

/** The next to be written; null while an earlier one is in doubt, so that the order holds. */
export function next(outbox: Outbox): Outgoing | null {
  const first = outbox.find((item) => item.state !== "written");
  return first?.state === "queued" ? first : null;
}

export function written(outbox: Outbox, id: string, now: number, blind: boolean): Outbox {
  return change(outbox, id, (item) => ({ ...item, state: "written", writtenAt: now, blind }));
}

/** Confirmed or given up. */
export function without(outbox: Outbox, id: string): Outbox {
  return outbox.filter((item) => item.id !== id);
}

/** The platform did not take it and said so: it goes again, but not for ever. */
export function giveBack(outbox: Outbox, id: string, most: number): { outbox: Outbox; givenUp: boolean } {
  const returned = change(outbox, id, (item) => ({ ...item, state: "queued", returned: item.returned + 1 }));
  return { outbox: returned, givenUp: returned.some((item) => item.id === id && item.returned >= most) };
}

/** The connection is gone: what was written on it is in doubt. */
export function lost(outbox: Outbox): Outbox {
  return outbox.map((item) => (item.state === "written" ? { ...item, state: "doubtful" } : item));
}

/** History has told what it knows: what is still in doubt never arrived. */
export function settled(outbox: Outbox): Outbox {
  return outbox.map((item) => (item.state === "doubtful" ? { ...item, state: "queued" } : item));
}

/** Written ones without an echo in time: `dead` ones have had their second chance, `late`: there are others. */
export function overdue(outbox: Outbox, now: number): { outbox: Outbox; late: boolean; dead: string[] } {
  const isLate = (item: Outgoing) => item.state === "written" && now - item.writtenAt >= ECHO_TIMEOUT_MS;
  const counted = outbox.map((item) => (isLate(item) ? { ...item, timeouts: item.timeouts + 1 } : item));
  const dead = counted.filter((item) => item.timeouts >= TIMEOUTS_MAX).map((item) => item.id);
  const kept = counted.filter((item) => !dead.includes(item.id));
  return { outbox: kept, late: kept.some(isLate), dead };
}

/** Monotonic instant at which the first written one is overdue; null when none is on its way. */
export function echoDueAt(outbox: Outbox): number | null {
  const instants = outbox.filter((item) => item.state === "written").map((item) => item.writtenAt + ECHO_TIMEOUT_MS);
  return instants.length > 0 ? Math.min(...instants) : null;
}

/**
 * The doubtful message that this one of history must be, where the platform kept no own id in it: the last with the
 * same text, for pages come newest first. Only to be asked about a message that was not known before.
 */
export function recognise(outbox: Outbox, message: StructuredMessage): string | undefined {
  if (message.direction !== "Inbound" || message.metadata[OWN_ID_KEY] !== undefined) return undefined;
  const fits = (item: Outgoing) => item.state === "doubtful" && !item.blind && item.message.text === message.text;
  return outbox.findLast(fits)?.id;
}

function change(outbox: Outbox, id: string, make: (item: Outgoing) => Outgoing): Outbox {
  return outbox.map((item) => (item.id === id ? make(item) : item));
}
