/** Counts in a window that slides by a twelfth of itself, small enough to be kept for many and written as text. Pure. */

/** Parts of a window. */
export const SLOTS = 12;

/** Oldest first; the slot is the number of its twelfth since the epoch. */
export type Counts = readonly (readonly [slot: number, count: number])[];

function counting([at]: Counts[number], slot: number): boolean {
  return at > slot - SLOTS && at <= slot + 1;
}

/** What still counts; a clock that is ahead by up to a slot is believed. */
export function current(counts: Counts, slot: number): Counts {
  return counts.every((pair) => counting(pair, slot)) ? counts : counts.filter((pair) => counting(pair, slot));
}

/** Both together. */
export function plus(counts: Counts, more: Counts): Counts {
  const [last, first] = [counts.at(-1), more[0]];
  // The next of the same twelfth, as nearly all are.
  if (last !== undefined && first !== undefined && more.length === 1 && last[0] === first[0])
    return counts.with(-1, [last[0], last[1] + first[1]]);
  const sum = new Map(counts);
  for (const [at, count] of more) sum.set(at, (sum.get(at) ?? 0) + count);
  return [...sum].sort(([a], [b]) => a - b);
}

export function total(counts: Counts): number {
  return counts.reduce((sum, [, count]) => sum + count, 0);
}

/** What instances write for each other: the counts, and the slot in which one of them has spoken of it. */
export interface SharedCounts {
  counts: Counts;
  noticedAt: number | undefined;
}

/** `noticed|slot:count,slot:count|writer`; the writer makes each text one of a kind. */
export function encode({ counts, noticedAt }: SharedCounts, writer: string): string {
  return [noticedAt ?? "", counts.map((pair) => pair.join(":")).join(","), writer].join("|");
}

export function decode(text: string | undefined): SharedCounts {
  const [noticed = "", pairs = ""] = (text ?? "").split("|");
  const counts = pairs
    .split(",")
    .map((pair) => pair.split(":").map(Number))
    .filter((pair): pair is [number, number] => pair.length === 2 && pair.every(Number.isSafeInteger));
  return { counts, noticedAt: /^\d{1,15}$/.test(noticed) ? Number(noticed) : undefined };
}
