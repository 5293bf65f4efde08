/**
 * Which of a session's handles still works. Each refresh gives the next generation; the one before works for a minute
 * after it, at the longest until its successor is used. Pure.
 */
import { num, record, str } from "@guestpass/protocol";

/** How long the handle before the current one works after the refresh that replaced it, ms. */
export const GRACE_MS = 60_000;

/** What is remembered of a session. */
export type SessionRecord =
  | { ended: true }
  | {
      ended: false;
      /** Generation of the handle that the last refresh gave. */
      generation: number;
      /** When it gave it, ms since the epoch. */
      rotatedAt: number;
      /** What the platform gave to renew with since, sealed; where the handle before it holds something older. */
      sealedRenewal?: string;
    };

export type Verdict =
  /** Works; a refresh gives the next generation. */
  | "current"
  /** Works for a while; a refresh gives another handle of the current generation. */
  | "replaced"
  /** Somebody has used its successor, or too much time has gone by: the handle is in two hands. */
  | "reused"
  | "ended";

/** Of a session that is not remembered every handle works: the store is new, or has forgotten it. */
export function judge(known: SessionRecord | undefined, generation: number, now: number): Verdict {
  if (known === undefined) return "current";
  if (known.ended) return "ended";
  if (generation >= known.generation) return "current";
  return generation === known.generation - 1 && now - known.rotatedAt <= GRACE_MS ? "replaced" : "reused";
}

export function encodeRecord(known: SessionRecord): string {
  if (known.ended) return "ended";
  const { generation, rotatedAt, sealedRenewal } = known;
  return JSON.stringify({ g: generation, at: rotatedAt, r: sealedRenewal });
}

/** Undefined for what is no record: it counts as forgotten. */
export function decodeRecord(text: string | undefined): SessionRecord | undefined {
  if (text === undefined) return undefined;
  if (text === "ended") return { ended: true };
  try {
    const { g, at, r } = record(JSON.parse(text));
    const generation = num(g);
    const rotatedAt = num(at);
    if (generation === undefined || rotatedAt === undefined) return undefined;
    const sealedRenewal = str(r);
    return { ended: false, generation, rotatedAt, ...(sealedRenewal === undefined ? {} : { sealedRenewal }) };
  } catch {
    return undefined;
  }
}
