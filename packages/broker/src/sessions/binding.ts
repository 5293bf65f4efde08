/** Proof of possession of the page's key (RFC 9449). Knows no handle and no session but the thumbprint that is asked for. */
import { createHash } from "node:crypto";
import { record, str } from "@guestpass/protocol";
import { calculateJwkThumbprint, EmbeddedJWK, type JWTPayload, jwtVerify } from "jose";
import { BrokerError } from "../errors.js";
import type { Clock } from "../ports.js";
import type { DpopProof } from "../request-context.js";
import { claim, type Store } from "../stores/store.js";

/** A proof is good for this long before and after its `iat`, seconds. */
export const PROOF_WINDOW_SECONDS = 300;
const MAX_PROOF_LENGTH = 4096;
const MAX_JTI_LENGTH = 256;

export interface ProvenKey {
  /** SHA-256 thumbprint of the key (RFC 7638). */
  thumbprint: string;
  /** Seconds that the page's clock is ahead of ours. */
  clockAheadSeconds: number;
}

export interface Binding {
  /** The key that a new session is to be bound to. `invalid_request` for a proof that proves nothing. */
  prove(dpop: DpopProof): Promise<ProvenKey>;
  /** `session_invalid` unless this is a fresh proof of that key (and, where it says so, for that handle). */
  check(dpop: DpopProof | undefined, bound: ProvenKey, handle: string): Promise<void>;
}

class NoProof extends Error {
  override readonly name = "NoProof";
}

function sameUrl(claimed: string | undefined, called: string): boolean {
  if (claimed === undefined) return false;
  try {
    const [a, b] = [new URL(claimed), new URL(called)];
    return a.origin === b.origin && a.pathname === b.pathname;
  } catch {
    return false;
  }
}

async function verify(dpop: DpopProof): Promise<{ payload: JWTPayload; thumbprint: string }> {
  if (dpop.proof.length > MAX_PROOF_LENGTH) throw new NoProof("the proof is too long");
  const { payload, protectedHeader } = await jwtVerify(dpop.proof, EmbeddedJWK, {
    typ: "dpop+jwt",
    algorithms: ["ES256"],
  });
  return { payload, thumbprint: await calculateJwkThumbprint(record(protectedHeader.jwk), "sha256") };
}

/**
 * Checks proofs. At the start of a session `iat` is not held against our clock, for a visitor's clock may be hours off:
 * a replayed proof would bind a stranger's session to a key that the stranger does not have. How far off it is, is kept
 * in the handle, and from then on a proof must be fresh by that clock or by ours, and its `jti` new.
 */
export function createBinding(store: Store, clock: Clock): Binding {
  const read = async (dpop: DpopProof) => {
    const { payload, thumbprint } = await verify(dpop);
    const jti = str(payload.jti);
    if (jti === undefined || jti === "" || jti.length > MAX_JTI_LENGTH) throw new NoProof("no jti");
    if (payload["htm"] !== dpop.method) throw new NoProof("htm is another method");
    if (!sameUrl(str(payload["htu"]), dpop.url)) throw new NoProof("htu is another URL");
    if (typeof payload.iat !== "number" || !Number.isFinite(payload.iat)) throw new NoProof("no iat");
    const clockAheadSeconds = Math.round(payload.iat - clock.now() / 1000);
    return { thumbprint, jti, clockAheadSeconds, ath: payload["ath"] };
  };

  const use = async (thumbprint: string, jti: string) => {
    if (!(await claim(store, `proof:${thumbprint}:${jti}`, 2 * PROOF_WINDOW_SECONDS)))
      throw new NoProof("the proof was used before");
  };

  return {
    async prove(dpop) {
      try {
        const { thumbprint, jti, clockAheadSeconds } = await read(dpop);
        await use(thumbprint, jti).catch((error: unknown) => {
          // Without the store nobody knows whether it was used before, and at the start that gains nobody anything.
          if (error instanceof NoProof) throw error;
        });
        return { thumbprint, clockAheadSeconds };
      } catch (cause) {
        throw new BrokerError("invalid_request", "The DPoP proof proves nothing.", { cause });
      }
    },
    async check(dpop, bound, handle) {
      if (dpop === undefined) throw notBound(new NoProof("no proof"));
      let seen: Awaited<ReturnType<typeof read>>;
      try {
        seen = await read(dpop);
        if (seen.thumbprint !== bound.thumbprint) throw new NoProof("the proof is of another key");
        const drift = Math.min(
          Math.abs(seen.clockAheadSeconds),
          Math.abs(seen.clockAheadSeconds - bound.clockAheadSeconds),
        );
        if (seen.ath !== undefined && seen.ath !== createHash("sha256").update(handle).digest("base64url"))
          throw new NoProof("ath is of another handle");
        if (drift > PROOF_WINDOW_SECONDS) throw new NoProof("the proof is not fresh");
      } catch (cause) {
        throw notBound(cause);
      }
      await use(seen.thumbprint, seen.jti).catch((cause: unknown) => {
        throw cause instanceof NoProof ? notBound(cause) : cause;
      });
    },
  };
}

function notBound(cause: unknown): BrokerError {
  return new BrokerError("session_invalid", "The session handle is not valid here.", { cause });
}
