/**
 * The session handle: everything that a refresh needs, encrypted, in the page's hands. Knows no store: whether a handle
 * was replaced or its session ended is said elsewhere.
 */
import { num, record, str } from "@guestpass/protocol";
import { BrokerError } from "../errors.js";
import type { RenewalState } from "../guests/guest-api.js";
import type { KeyRing } from "./key-ring.js";
import { seal, unseal } from "./sealed.js";

/** A longer text is no handle of ours; Node's header limit is 16 KiB in all. */
const MAX_LENGTH = 14_000;
/** What is left of a session at its very end is no life for a token, ms. */
const LAST_MS = 2000;
const TYPE = "guestpass-handle+jwt";

export interface HandleClaims {
  sessionId: string;
  guestId: string;
  guestApi: string;
  deploymentId: string;
  /** The page's origin, or null. */
  origin: string | null;
  /** SHA-256 thumbprint of the key that the session is bound to. */
  keyThumbprint?: string;
  /** Seconds that the page's clock was ahead of ours when it bound the session. */
  clockAheadSeconds?: number;
  externalId: string;
  /** True where the customer is known. */
  known: boolean;
  /** 0 for the first handle of a session. */
  generation: number;
  /** Absolute end of the session, ms since the epoch. */
  endsAt: number;
  attributesCount: number;
  consentTimestamp?: string;
  renewal: RenewalState;
}

/** The handle as the page gets it. `payload_too_large` where it would not fit into a header. */
export async function sealHandle(ring: KeyRing, claims: HandleClaims): Promise<string> {
  const handle = await seal(ring, TYPE, {
    sid: claims.sessionId,
    gid: claims.guestId,
    api: claims.guestApi,
    dep: claims.deploymentId,
    org: claims.origin,
    jkt: claims.keyThumbprint,
    skew: claims.clockAheadSeconds,
    sub: claims.externalId,
    knw: claims.known,
    gen: claims.generation,
    exp: Math.ceil(claims.endsAt / 1000),
    end: claims.endsAt,
    att: claims.attributesCount,
    con: claims.consentTimestamp,
    rnw: claims.renewal,
  });
  if (handle.length <= MAX_LENGTH) return handle;
  throw new BrokerError("payload_too_large", "There is more to remember of this session than its handle can hold.");
}

function invalid(): BrokerError {
  return new BrokerError("session_invalid", "The session handle is not valid here.");
}

/** What the handle says. `session_invalid` for what is not ours, `session_expired` past the session's end. */
export async function openHandle(ring: KeyRing, handle: unknown, now: number): Promise<HandleClaims> {
  if (typeof handle !== "string" || handle === "" || handle.length > MAX_LENGTH) throw invalid();
  const claims = record(await unseal(ring, TYPE, handle));
  const [sessionId, guestId, guestApi, deploymentId, externalId] = [
    str(claims["sid"]),
    str(claims["gid"]),
    str(claims["api"]),
    str(claims["dep"]),
    str(claims["sub"]),
  ];
  const generation = num(claims["gen"]);
  const endsAt = num(claims["end"]);
  if (
    sessionId === undefined ||
    guestId === undefined ||
    guestApi === undefined ||
    deploymentId === undefined ||
    externalId === undefined ||
    generation === undefined ||
    endsAt === undefined
  )
    throw invalid();
  if (endsAt - now < LAST_MS) throw new BrokerError("session_expired", "The session has reached its end.");
  const keyThumbprint = str(claims["jkt"]);
  const clockAheadSeconds = num(claims["skew"]);
  const consentTimestamp = str(claims["con"]);
  const read: HandleClaims = {
    sessionId,
    guestId,
    guestApi,
    deploymentId,
    externalId,
    generation,
    endsAt,
    origin: str(claims["org"]) ?? null,
    known: claims["knw"] === true,
    attributesCount: num(claims["att"]) ?? 0,
    renewal: record(claims["rnw"]),
  };
  if (keyThumbprint !== undefined) read.keyThumbprint = keyThumbprint;
  if (clockAheadSeconds !== undefined) read.clockAheadSeconds = clockAheadSeconds;
  if (consentTimestamp !== undefined) read.consentTimestamp = consentTimestamp;
  return read;
}
