/** What is remembered of sessions: which handle is the current one, and which session has ended. Knows no platform. */
import { BrokerError } from "../errors.js";
import type { Clock } from "../ports.js";
import type { Store } from "../stores/store.js";
import type { HandleClaims } from "./handle.js";
import { decodeRecord, encodeRecord, judge, type SessionRecord } from "./rotation.js";

/** Two who write at once are told apart within this many turns. */
const TURNS = 5;
/** Ends that a process remembers itself, in case the store forgets them; the oldest goes first. */
const ENDS_KEPT = 20_000;
/** Records outlive their sessions by this, so that no clock that is off brings one back, seconds. */
const AFTERLIFE_SECONDS = 60;

type Whose = Pick<HandleClaims, "sessionId" | "generation" | "endsAt">;

/** A handle that works, and what was remembered of its session when that was found. */
export interface Admission {
  /** `replaced`: a later handle was given already, and has not been used. */
  verdict: "current" | "replaced";
  known: SessionRecord | undefined;
  /** As the store has it. */
  text: string | undefined;
}

export interface SessionRecords {
  /** `session_revoked` if the handle does not work; one that is in two hands ends its session. */
  admit(whose: Whose): Promise<Admission>;
  /** Like `admit`, but an ended session is no error. */
  admitToEnd(whose: Whose): Promise<"live" | "ended">;
  /** Generation of the handle that is given now. `session_revoked` if the session was ended or the handle reused meanwhile. */
  rotate(whose: Whose, admission: Admission, sealedRenewal: string | undefined): Promise<number>;
  end(whose: Whose): Promise<void>;
}

function revoked(): BrokerError {
  return new BrokerError("session_revoked", "The session has been ended.");
}

export function createSessionRecords(store: Store, clock: Clock): SessionRecords {
  /** Sessions that this process knows to have ended: a store that comes back empty brings none of them back. */
  const ends = new Set<string>();
  const learn = ({ sessionId }: Whose) => {
    ends.delete(sessionId);
    ends.add(sessionId);
    const [oldest] = ends;
    if (ends.size > ENDS_KEPT && oldest !== undefined) ends.delete(oldest);
  };
  const keyOf = (whose: Whose) => `session:${whose.sessionId}`;
  const ttlOf = (whose: Whose) => Math.ceil((whose.endsAt - clock.now()) / 1000) + AFTERLIFE_SECONDS;

  const end = async (whose: Whose) => {
    let current: string | undefined;
    const next = encodeRecord({ ended: true });
    for (let turn = 0; turn < TURNS; turn += 1) {
      const result = await store.swap(keyOf(whose), current, next, ttlOf(whose));
      if (result.swapped || result.current === next) {
        learn(whose);
        return;
      }
      current = result.current;
    }
    throw new BrokerError("overloaded", "The session is being used by many at once.");
  };

  const look = async (whose: Whose) => {
    const text = await store.read(keyOf(whose));
    const known = decodeRecord(text);
    if (ends.has(whose.sessionId)) return { text, known, verdict: "ended" as const };
    const verdict = judge(known, whose.generation, clock.now());
    if (verdict === "ended") learn(whose);
    return { text, known, verdict };
  };

  const admit = async (whose: Whose): Promise<Admission> => {
    const { text, known, verdict } = await look(whose);
    if (verdict === "current" || verdict === "replaced") return { text, known, verdict };
    if (verdict === "reused") await end(whose);
    throw revoked();
  };

  return {
    admit,
    async admitToEnd(whose) {
      const { verdict } = await look(whose);
      if (verdict === "ended") return "ended";
      if (verdict !== "reused") return "live";
      await end(whose);
      throw revoked();
    },
    async rotate(whose, admission, sealedRenewal) {
      let seen = admission;
      for (let turn = 0; turn < TURNS; turn += 1) {
        if (seen.verdict === "replaced" && seen.known?.ended === false) return seen.known.generation;
        const next: SessionRecord = {
          ended: false,
          generation: whose.generation + 1,
          rotatedAt: clock.now(),
          ...(sealedRenewal === undefined ? {} : { sealedRenewal }),
        };
        const { swapped } = await store.swap(keyOf(whose), seen.text, encodeRecord(next), ttlOf(whose));
        if (swapped) return next.generation;
        seen = await admit(whose);
      }
      throw new BrokerError("overloaded", "The session is being used by many at once.");
    },
    end,
  };
}
