/**
 * Who made how many guests in the last minute: a part for each process, which that process alone writes. Parts are put
 * together by taking the newer of each, so that nothing is counted twice and nothing is lost by a store that fails,
 * forgets, or comes back with an older sight of it. Pure.
 */

export const WINDOW_MS = 60_000;
const STEP_MS = 1000;
/** Processes that share a store may differ by this, ms. */
const AHEAD_MS = 5000;
/** A process that has made nothing for so long is not counted as one of those who share, ms. */
export const PRESENT_MS = 600_000;
/** Processes without a creation that still counts, at most. */
const IDLE_KEPT = 100;

/** Creations that still count, oldest first; those within a second count until the last of them is out. */
export type Steps = readonly (readonly [ms: number, count: number])[];

export interface Part {
  /** When its process last wrote it, ms since the epoch by that process. */
  readonly writtenAt: number;
  readonly steps: Steps;
}

/** By the process's id. */
export type Ledger = ReadonlyMap<string, Part>;

/** What of the steps still counts. What a clock that is ahead has written does not. */
function counting(steps: Steps, now: number): Steps {
  return steps.filter(([ms]) => ms > now - WINDOW_MS && ms <= now + AHEAD_MS);
}

/** The ledger without what is over. */
export function current(ledger: Ledger, now: number): Ledger {
  const parts = [...ledger]
    .map(([id, { writtenAt, steps }]) => [id, { writtenAt, steps: counting(steps, now) }] as const)
    .filter(([, { writtenAt, steps }]) => steps.length > 0 || Math.abs(now - writtenAt) < PRESENT_MS);
  const idle = parts.filter(([, { steps }]) => steps.length === 0).sort(([, a], [, b]) => b.writtenAt - a.writtenAt);
  const forgotten = new Set(idle.slice(IDLE_KEPT).map(([id]) => id));
  return new Map(parts.filter(([id]) => !forgotten.has(id)));
}

/** Both together: of each process the newer part. */
export function merge(one: Ledger, other: Ledger): Ledger {
  const merged = new Map(one);
  for (const [id, part] of other) if (part.writtenAt > (merged.get(id)?.writtenAt ?? -1)) merged.set(id, part);
  return merged;
}

export function spentOf(steps: Steps): number {
  return steps.reduce((sum, [, count]) => sum + count, 0);
}

/** How many creations count, of all processes. */
export function spent(ledger: Ledger): number {
  return [...ledger.values()].reduce((sum, { steps }) => sum + spentOf(steps), 0);
}

/** The ledger after `count` more creations of that process. */
export function add(ledger: Ledger, id: string, count: number, now: number): Ledger {
  const { steps = [], writtenAt = 0 } = ledger.get(id) ?? {};
  const last = steps.at(-1);
  const sameStep = last !== undefined && Math.floor(last[0] / STEP_MS) === Math.floor(now / STEP_MS);
  const next: Steps = sameStep
    ? [...steps.slice(0, -1), [Math.max(now, last[0]), last[1] + count]]
    : [...steps, [now, count]];
  return new Map(ledger).set(id, { writtenAt: Math.max(now, writtenAt + 1), steps: next });
}

/** Whole seconds until one more fits, of a ledger of which all counts. */
export function secondsUntilRoom(ledger: Ledger, now: number): number {
  const oldest = Math.min(...[...ledger.values()].map(({ steps }) => steps[0]?.[0] ?? Number.POSITIVE_INFINITY));
  return Number.isFinite(oldest) ? Math.max(1, Math.ceil((oldest + WINDOW_MS - now) / 1000)) : 1;
}

/** `id@writtenAt=ms:count,ms:count;id@...`, instants in base 36. */
export function encode(ledger: Ledger): string {
  return [...ledger]
    .map(([id, { writtenAt, steps }]) => {
      const pairs = steps.map(([ms, count]) => `${ms.toString(36)}:${count}`);
      return `${id}@${writtenAt.toString(36)}=${pairs.join(",")}`;
    })
    .join(";");
}

/** The ledger of a text; what is none in it is left out. */
export function decode(text: string | undefined): Ledger {
  const ledger = new Map<string, Part>();
  for (const part of (text ?? "").split(";")) {
    const [, id, writtenAt = "", pairs = ""] = /^([\w-]{1,64})@([0-9a-z]{1,11})=([0-9a-z:,]*)$/.exec(part) ?? [];
    if (id === undefined) continue;
    const steps = pairs
      .split(",")
      .map((pair) => pair.split(":"))
      .map(([ms = "", count = ""]) => [Number.parseInt(ms, 36), Number(count)] as const)
      .filter(([ms, count]) => Number.isSafeInteger(ms) && Number.isSafeInteger(count) && count > 0);
    ledger.set(id, { writtenAt: Number.parseInt(writtenAt, 36), steps });
  }
  return ledger;
}
