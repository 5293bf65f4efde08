/**
 * Notices unusual minting: more sessions started by one customer, from one origin or from one network within a window
 * than is usual. Where the store is shared, instances count together, a second late and beside the answers; while it is
 * away each counts for itself. Stops nobody: what to do about it is the operator's to decide.
 */
import { createHash } from "node:crypto";
import { nanoid } from "nanoid";
import type { MintingOptions } from "../options.js";
import type { Clock } from "../ports.js";
import type { Store } from "../stores/store.js";
import type { MintingFacts, MintingSubject } from "./audit-record.js";
import type { Facts } from "./facts.js";
import { type Counts, current, decode, encode, plus, SLOTS, total } from "./sliding-counts.js";
import type { MintingStats } from "./stats.js";

export const SUBJECTS = ["customer", "origin", "network"] as const;
/** Of each kind at most; the one longest unseen goes first. */
const KEPT = 10_000;
/** How long counts wait to be written for the others, ms. */
const WRITE_MS = 1000;
/** Subjects that are written in one go at most, and how many of them at a time. */
const WRITTEN_AT_MOST = 500;
const AT_A_TIME = 25;
/** Others may write in between. */
const TRIES = 6;
/** Of a subject that was seen once nobody needs to know. */
const WORTH_SHARING = 2;

/** What is known of one customer, origin or network. */
interface Seen {
  kind: MintingSubject;
  subject: string;
  counts: Counts;
  /** Not written for the others yet. */
  unwritten: Counts;
  /** The others' text as it was last seen. */
  text?: string;
  /** Slot in which it was last spoken of. */
  noticedAt?: number;
  /** The start that was seen last. */
  last: Facts;
}

/** Who was seen starting a session. */
export type Sighting = Readonly<Partial<Record<MintingSubject, string>>>;

export interface Minting {
  saw(sighting: Sighting, facts: Facts): void;
  read(): MintingStats;
  /** Writes what the others do not know yet. */
  close(): Promise<void>;
}

export interface MintingDependencies {
  store: Store;
  clock: Clock;
  notice(minting: MintingFacts, last: Facts): void;
}

interface Rules {
  windowSeconds: number;
  most: Readonly<Record<MintingSubject, number>>;
}

function whole(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new TypeError(`minting.${name} must be a whole number of at least ${least}`);
}

function readRules({ windowSeconds, perCustomer, perOrigin, perNetwork }: MintingOptions): Rules {
  return {
    windowSeconds: whole("windowSeconds", windowSeconds ?? 600, SLOTS),
    most: {
      customer: whole("perCustomer", perCustomer ?? 20, 0),
      origin: whole("perOrigin", perOrigin ?? 1000, 0),
      network: whole("perNetwork", perNetwork ?? 100, 0),
    },
  };
}

/** Origins and networks are not the store's to know, and a hash is short whatever its subject is. */
function storeKey({ kind, subject }: Seen): string {
  return `minting:${kind}:${createHash("sha256").update(subject).digest("base64url").slice(0, 22)}`;
}

/** TypeError that names the option which is wrong. */
export function createMinting(options: MintingOptions, { store, clock, notice }: MintingDependencies): Minting {
  const { windowSeconds, most } = readRules(options);
  const slotMs = (windowSeconds * 1000) / SLOTS;
  const tables = { customer: new Map(), origin: new Map(), network: new Map() } as Record<
    MintingSubject,
    Map<string, Seen>
  >;
  const noticed = { customer: 0, origin: 0, network: 0 };
  const waiting = new Set<Seen>();
  let timer: NodeJS.Timeout | undefined;

  const slotNow = () => Math.floor(clock.now() / slotMs);
  const isRecent = (noticedAt: number | undefined, slot: number) =>
    noticedAt !== undefined && slot - noticedAt < SLOTS && slot >= noticedAt - 1;

  const speak = (seen: Seen, count: number, slot: number) => {
    const { kind, subject, last } = seen;
    seen.noticedAt = slot;
    noticed[kind] += 1;
    notice({ by: kind, subject, count, threshold: most[kind], windowSeconds }, last);
  };

  const judgeHere = (seen: Seen, slot: number) => {
    const count = total(current(seen.counts, slot));
    if (count > most[seen.kind] && !isRecent(seen.noticedAt, slot)) speak(seen, count, slot);
  };

  /** Adds this instance's counts to the others', and speaks where it is the one that crosses the threshold. */
  const write = async (seen: Seen) => {
    const mine = seen.unwritten;
    seen.unwritten = [];
    const key = storeKey(seen);
    for (let turn = 0; turn < TRIES; turn += 1) {
      const slot = slotNow();
      const known = decode(seen.text);
      const counts = current(plus(known.counts, mine), slot);
      const count = total(counts);
      const crosses = count > most[seen.kind] && !isRecent(known.noticedAt, slot);
      const text = encode({ counts, noticedAt: crosses ? slot : known.noticedAt }, nanoid(8));
      const result = await store.swap(key, seen.text, text, windowSeconds);
      if (result.swapped || result.current === text) {
        seen.text = text;
        // Another instance may have spoken of it already.
        if (crosses) speak(seen, count, slot);
        else if (isRecent(known.noticedAt, slot)) seen.noticedAt = known.noticedAt ?? slot;
        return;
      }
      if (result.current === undefined) delete seen.text;
      else seen.text = result.current;
    }
    throw new Error("contended");
  };

  const writeAll = async () => {
    timer = undefined;
    const batch = [...waiting].slice(0, WRITTEN_AT_MOST);
    waiting.clear();
    for (let at = 0; at < batch.length; at += AT_A_TIME)
      await Promise.all(
        batch.slice(at, at + AT_A_TIME).map((seen) => {
          const mine = seen.unwritten;
          return write(seen).catch(() => {
            // Counted for itself until the store is there again.
            seen.unwritten = plus(mine, seen.unwritten);
            judgeHere(seen, slotNow());
          });
        }),
      );
  };

  const count = (kind: MintingSubject, subject: string, facts: Facts) => {
    const table = tables[kind];
    const slot = slotNow();
    // Counted when it was asked for: this is beside the answer, some turns later.
    const one: Counts = [[Math.floor(facts.startedAt / slotMs), 1]];
    const seen: Seen = table.get(subject) ?? { kind, subject, counts: [], unwritten: [], last: facts };
    table.delete(subject);
    table.set(subject, seen);
    const [oldest] = table.keys();
    if (table.size > KEPT && oldest !== undefined) table.delete(oldest);
    seen.last = facts;
    seen.counts = current(plus(seen.counts, one), slot);
    if (!store.shared) return judgeHere(seen, slot);
    seen.unwritten = current(plus(seen.unwritten, one), slot);
    if (total(seen.counts) < WORTH_SHARING) return;
    waiting.add(seen);
    timer ??= setTimeout(() => void writeAll(), WRITE_MS).unref();
  };

  return {
    saw(sighting, { operation, requestId, origin, startedAt, deploymentId, identity }) {
      // Its token is not to be kept with it.
      const facts: Facts = {
        operation,
        requestId,
        origin,
        startedAt,
        ...(deploymentId === undefined ? {} : { deploymentId }),
        ...(identity === undefined ? {} : { identity }),
      };
      for (const kind of SUBJECTS) {
        const subject = sighting[kind];
        if (subject !== undefined && most[kind] > 0) count(kind, subject, facts);
      }
    },
    read() {
      const slot = slotNow();
      const above = (kind: MintingSubject) =>
        [...tables[kind].values()].filter(({ noticedAt }) => isRecent(noticedAt, slot)).length;
      const of = (kind: MintingSubject) => ({ noticed: noticed[kind], above: above(kind) });
      return { customer: of("customer"), origin: of("origin"), network: of("network") };
    },
    async close() {
      clearTimeout(timer);
      if (waiting.size > 0) await writeAll();
    },
  };
}
