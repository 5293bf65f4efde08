/** Starts a session: every policy in turn, then the guest, then the handle. */
import { createHash } from "node:crypto";
import { type FieldError, record, type Session, type StartSessionRequest, str, stringMap } from "@guestpass/protocol";
import { nanoid } from "nanoid";
import { BrokerError } from "../errors.js";
import type { GuestIdentity, GuestRequest } from "../guests/guest-api.js";
import type { Facts } from "../observe/facts.js";
import { allowedDeployment, allowedQueue } from "../policy/allow-lists.js";
import { attributeErrors } from "../policy/attributes.js";
import { checkConsent } from "../policy/consent.js";
import { checkStart, invalidRequest } from "../policy/request.js";
import type { GoneSignal, RequestContext } from "../request-context.js";
import type { ProvenKey } from "./binding.js";
import { type HandleClaims, sealHandle } from "./handle.js";
import { answer, checkGuest, type MadeGuest } from "./issue.js";
import { sessionMessenger } from "./messenger.js";
import { guestTools, rememberGuest, type SessionRooms } from "./rooms.js";
import { readUpgrade } from "./upgrade.js";

const DEFAULT_LANGUAGE = "en-us";
/** Identical requests of one known customer share an answer for this long (document 4). */
export const SHARED_MS = 5000;
/** The deployment's configuration is waited for this long at most, beside the guest's creation. */
const CONFIG_WAIT_MS = 1000;

/** What no schema can say, of a body whose shape may be wrong elsewhere. */
export function policyErrors(rooms: SessionRooms, body: unknown): FieldError[] {
  const { attributes, customerId, authorization, queueId } = record(body);
  const { guestApi, settings, identity } = rooms;
  const errors = identity.fieldErrors({ customerId: str(customerId) });
  if (attributes !== undefined) errors.unshift(...attributeErrors(stringMap(attributes)));
  if (authorization !== undefined && guestApi.signsIn !== true)
    errors.push({ path: "/authorization", message: "is not understood by the guest API that is in use here" });
  if (guestApi.needsQueue === true && queueId === undefined && settings.queueIds.length !== 1)
    errors.push({ path: "/queueId", message: "is required" });
  return errors;
}

/** The request, if its body says one. `invalid_request` with all that is wrong. */
export function readStart(rooms: SessionRooms, body: unknown): StartSessionRequest {
  const { request, errors } = checkStart(body);
  const all = [...errors, ...policyErrors(rooms, body)];
  if (request === undefined || all.length > 0) throw invalidRequest(unique(all));
  return request;
}

/** One message for a path is enough where two say the same. */
export function unique(errors: readonly FieldError[]): FieldError[] {
  return errors.filter(
    ({ path, message }, index) =>
      errors.findIndex((other) => other.path === path && other.message === message) === index,
  );
}

async function provenKey(rooms: SessionRooms, context: RequestContext): Promise<ProvenKey | undefined> {
  const { binding } = rooms.settings;
  if (binding === "off") return undefined;
  if (context.dpop !== undefined) return rooms.binding.prove(context.dpop);
  if (binding === "preferred") return undefined;
  throw new BrokerError("invalid_request", "A DPoP proof is required here.");
}

/** Equal for requests that the platform could not tell apart. */
function sharingKey(
  identity: GuestIdentity,
  request: StartSessionRequest,
  queueId: string | undefined,
  origin: string | null,
) {
  const { deploymentId, attributes, language, consent } = request;
  const sorted = Object.entries(attributes ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const wish = JSON.stringify([deploymentId, origin, queueId, language, consent?.accepted, consent?.timestamp, sorted]);
  return `${identity.hash}:start:${createHash("sha256").update(wish).digest("base64url")}`;
}

interface Wanted {
  request: StartSessionRequest;
  identity: GuestIdentity;
  queueId: string | undefined;
  sessionEndsAt: number;
  challenge: (StartSessionRequest["challenge"] & { score?: number }) | undefined;
  sessionToken: string | undefined;
  /** ms since the epoch. */
  deadlineAt: number;
}

async function make(rooms: SessionRooms, wanted: Wanted, signal: GoneSignal | undefined): Promise<MadeGuest> {
  const { settings, guestApi } = rooms;
  const { request, identity, queueId, sessionEndsAt, challenge, sessionToken } = wanted;
  const scope = { deadlineAt: wanted.deadlineAt, signal };
  if (settings.verifyQueues && guestApi.needsQueue === true && queueId !== undefined)
    await rooms.queues.check(queueId, scope);
  const { deploymentId, attributes = {}, language = DEFAULT_LANGUAGE, consent, authorization } = request;
  const wish: GuestRequest = { deploymentId, identity, attributes, language, sessionEndsAt };
  if (queueId !== undefined) wish.queueId = queueId;
  if (consent !== undefined) wish.consent = consent;
  if (challenge !== undefined) wish.challenge = challenge;
  if (authorization !== undefined) wish.authorization = authorization;
  if (sessionToken !== undefined) wish.sessionToken = sessionToken;
  const guest = await guestApi.create(wish, guestTools(rooms, scope));
  return checkGuest(guest, { settings, guestApi, sessionEndsAt, keptGuestId: undefined });
}

/**
 * Starts a session for a request whose shape has been checked. `binds` is false where nobody gets the handle, so that
 * there is nothing to bind.
 */
export async function start(
  rooms: SessionRooms,
  request: StartSessionRequest,
  context: RequestContext,
  facts: Facts,
  binds = true,
): Promise<Session> {
  const { settings, guestApi } = rooms;
  const { clock } = settings.ports;
  const { origin } = context;
  const deploymentId = allowedDeployment(settings, request.deploymentId);
  facts.deploymentId = deploymentId;
  facts.attributesCount = Object.keys(request.attributes ?? {}).length;
  const queueId = allowedQueue(settings, request.queueId, guestApi.needsQueue === true);
  checkConsent(request.consent, settings.consentRequired || guestApi.needsConsent === true);
  if (request.consent !== undefined) facts.consentTimestamp = request.consent.timestamp;
  const identity = await rooms.identity.identify(request);
  facts.identity = identity;
  const key = binds ? await provenKey(rooms, context) : undefined;
  const upgrade =
    request.authorization === undefined ? undefined : await readUpgrade(rooms, context, deploymentId, key);
  const challenge = await rooms.challenge?.verify(request.challenge, context.address);
  if (challenge !== undefined) facts.captchaProvider = challenge.provider;

  const configuring = rooms.configs.get(deploymentId, CONFIG_WAIT_MS);
  const sessionEndsAt = clock.now() + settings.maxAgeMs;
  const { sessionToken } = upgrade ?? {};
  const deadlineAt = facts.startedAt + settings.deadlineMs;
  const wanted: Wanted = { request, identity, queueId, sessionEndsAt, challenge, sessionToken, deadlineAt };
  // Nobody shares with an anonymous visitor, and a sign-in is one visitor's own.
  const shares = identity.known && request.authorization === undefined;
  const made = shares
    ? await rooms.sharing.run(sharingKey(identity, request, queueId, origin), SHARED_MS, () =>
        make(rooms, wanted, undefined),
      )
    : await make(rooms, wanted, context.signal);

  const sessionId = `ses_${nanoid()}`;
  facts.sessionId = sessionId;
  facts.guestId = made.guestId;
  facts.token = made.guest.token;
  const claims: HandleClaims = {
    sessionId,
    guestId: made.guestId,
    guestApi: guestApi.name,
    deploymentId,
    origin,
    externalId: identity.externalId,
    known: identity.known,
    generation: 0,
    endsAt: sessionEndsAt,
    attributesCount: facts.attributesCount,
    renewal: made.guest.renewal,
  };
  if (key !== undefined) {
    claims.keyThumbprint = key.thumbprint;
    claims.clockAheadSeconds = key.clockAheadSeconds;
  }
  if (request.consent !== undefined) claims.consentTimestamp = request.consent.timestamp;
  const handle = await sealHandle(rooms.ring, claims);
  // There is no way back to anonymous with the same session token.
  if (upgrade !== undefined) await rooms.records.end(upgrade.claims);
  rememberGuest(rooms, identity, made);
  const config = await configuring;
  const session = answer(settings, { sessionId, made, handle, endsAt: sessionEndsAt, bound: key !== undefined });
  const subject = { place: rooms.place, guestApi: guestApi.name, deploymentId, config };
  return Object.assign(session, { messenger: sessionMessenger(subject, made.guest.token, identity.externalId) });
}
