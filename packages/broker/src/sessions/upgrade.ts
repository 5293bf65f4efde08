/** Signing in in the middle of a conversation: the signed-in session takes over the anonymous one's session token. */
import { str } from "@guestpass/protocol";
import { BrokerError } from "../errors.js";
import type { RequestContext } from "../request-context.js";
import type { ProvenKey } from "./binding.js";
import { type HandleClaims, openHandle } from "./handle.js";
import type { SessionRooms } from "./rooms.js";

export interface Upgrade {
  /** The session that is left behind. */
  claims: HandleClaims;
  sessionToken: string;
}

/**
 * The anonymous session that is upgraded, if its handle is shown. `session_invalid` unless it is one of the same page,
 * deployment and key; `session_revoked` where it has ended.
 */
export async function readUpgrade(
  rooms: SessionRooms,
  context: RequestContext,
  deploymentId: string,
  key: ProvenKey | undefined,
): Promise<Upgrade | undefined> {
  if (context.upgradeFrom === undefined) return undefined;
  const { settings, guestApi } = rooms;
  const claims = await openHandle(rooms.ring, context.upgradeFrom, settings.ports.clock.now());
  const sessionToken = str(claims.renewal["sessionToken"]);
  if (
    sessionToken === undefined ||
    claims.renewal["jwt"] !== undefined ||
    claims.origin !== context.origin ||
    claims.guestApi !== guestApi.name ||
    claims.deploymentId !== deploymentId ||
    claims.keyThumbprint !== key?.thumbprint
  )
    throw new BrokerError("session_invalid", "The session that is to be signed in is not valid here.");
  await rooms.records.admit(claims);
  return { claims, sessionToken };
}
