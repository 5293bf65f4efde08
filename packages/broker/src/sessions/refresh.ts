/** Refreshes a session: a new token for the same guest, a new handle, the same end. */
import { createHash } from "node:crypto";
import { type RefreshedSession, record } from "@guestpass/protocol";
import { BrokerError } from "../errors.js";
import type { GuestIdentity, RenewalState } from "../guests/guest-api.js";
import type { Facts } from "../observe/facts.js";
import { checkRefresh } from "../policy/request.js";
import type { RequestContext } from "../request-context.js";
import { type HandleClaims, openHandle, sealHandle } from "./handle.js";
import { answer, checkGuest, type MadeGuest } from "./issue.js";
import type { Admission } from "./records.js";
import { guestTools, rememberGuest, type SessionRooms } from "./rooms.js";
import { seal, unseal } from "./sealed.js";
import { SHARED_MS } from "./start.js";

const RENEWAL_TYPE = "guestpass-renewal";

function invalid(): BrokerError {
  return new BrokerError("session_invalid", "The session handle is not valid here.");
}

/**
 * The handle's claims, for a caller who may show it: the right page, the right service, the right key. `session_invalid`
 * and `session_expired`.
 */
export async function admitHandle(rooms: SessionRooms, handle: string, context: RequestContext, facts: Facts) {
  const { settings, guestApi } = rooms;
  const claims = await openHandle(rooms.ring, handle, settings.ports.clock.now());
  const identity = rooms.identity.known(claims.externalId, claims.known);
  facts.sessionId = claims.sessionId;
  facts.guestId = claims.guestId;
  facts.deploymentId = claims.deploymentId;
  facts.identity = identity;
  facts.attributesCount = claims.attributesCount;
  if (claims.consentTimestamp !== undefined) facts.consentTimestamp = claims.consentTimestamp;
  if (
    claims.origin !== context.origin ||
    claims.guestApi !== guestApi.name ||
    !settings.deploymentIds.includes(claims.deploymentId)
  )
    throw invalid();
  if (claims.keyThumbprint !== undefined) {
    const bound = { thumbprint: claims.keyThumbprint, clockAheadSeconds: claims.clockAheadSeconds ?? 0 };
    await rooms.binding.check(context.dpop, bound, handle);
  }
  await context.admitSession?.(claims.sessionId);
  return { claims, identity };
}

/** What to renew with: what the handle holds, or what came since where a later handle holds that. */
async function renewalOf(rooms: SessionRooms, claims: HandleClaims, { verdict, known }: Admission) {
  if (verdict === "current" || known?.ended !== false || known.sealedRenewal === undefined) return claims.renewal;
  const renewal = await unseal(rooms.ring, RENEWAL_TYPE, known.sealedRenewal);
  return renewal === undefined ? claims.renewal : record(renewal);
}

async function renew(
  rooms: SessionRooms,
  claims: HandleClaims,
  identity: GuestIdentity,
  renewal: RenewalState,
  deadlineAt: number,
): Promise<MadeGuest> {
  const { settings, guestApi } = rooms;
  const { deploymentId, guestId, endsAt } = claims;
  const tools = guestTools(rooms, { deadlineAt });
  const guest = await guestApi.renew({ deploymentId, identity, guestId, renewal, sessionEndsAt: endsAt }, tools);
  const keptGuestId = guestApi.keepsGuestId(identity) ? guestId : undefined;
  return checkGuest(guest, { settings, guestApi, sessionEndsAt: endsAt, keptGuestId });
}

/**
 * A session's refreshes at the same time are one flight; a known customer's identical ones share the answer for a while
 * besides. An anonymous visitor shares with nobody but itself.
 */
function sharing(claims: HandleClaims, identity: GuestIdentity, renewal: RenewalState): { key: string; ttlMs: number } {
  if (!identity.known) return { key: `refresh:${claims.sessionId}:${claims.generation}`, ttlMs: 0 };
  const wish = JSON.stringify([claims.deploymentId, claims.origin, claims.guestId, renewal]);
  return {
    key: `${identity.hash}:refresh:${createHash("sha256").update(wish).digest("base64url")}`,
    ttlMs: SHARED_MS,
  };
}

/** Refreshes the session of a handle. */
export async function refresh(
  rooms: SessionRooms,
  handle: string,
  body: unknown,
  context: RequestContext,
  facts: Facts,
): Promise<RefreshedSession> {
  const { identityToken } = checkRefresh(body);
  const { claims, identity } = await admitHandle(rooms, handle, context, facts);
  if (identityToken !== undefined) {
    // Another customer is another session: the page starts one.
    const shown = await rooms.identity.identify({ identityToken });
    if (!identity.known || shown.externalId !== identity.externalId) throw invalid();
  }
  const admission = await rooms.records.admit(claims);
  const renewal = await renewalOf(rooms, claims, admission);
  const { key, ttlMs } = sharing(claims, identity, renewal);
  const deadlineAt = facts.startedAt + rooms.settings.deadlineMs;
  const made = await rooms.sharing.run(key, ttlMs, () => renew(rooms, claims, identity, renewal, deadlineAt));

  const changed =
    made.guest.renewal !== claims.renewal && JSON.stringify(made.guest.renewal) !== JSON.stringify(claims.renewal);
  const sealedRenewal = changed ? await seal(rooms.ring, RENEWAL_TYPE, made.guest.renewal) : undefined;
  const generation = await rooms.records.rotate(claims, admission, sealedRenewal);
  facts.guestId = made.guestId;
  facts.token = made.guest.token;
  const next = await sealHandle(rooms.ring, {
    ...claims,
    guestId: made.guestId,
    generation,
    renewal: made.guest.renewal,
  });
  rememberGuest(rooms, identity, made);
  const { sessionId, endsAt, keyThumbprint } = claims;
  return answer(rooms.settings, { sessionId, made, handle: next, endsAt, bound: keyThumbprint !== undefined });
}
