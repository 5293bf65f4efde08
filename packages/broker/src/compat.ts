/** The Express endpoint's contract (document 5), held to the same policies as the rest. Knows no handle: it gives none. */
import type { CompatGuestToken, StartSessionRequest } from "@guestpass/protocol";
import { BrokerError } from "./errors.js";
import type { Facts } from "./observe/facts.js";
import { checkCompat, invalidRequest } from "./policy/request.js";
import type { RequestContext } from "./request-context.js";
import type { SessionRooms } from "./sessions/rooms.js";
import { policyErrors, start, unique } from "./sessions/start.js";

function readCompat(rooms: SessionRooms, body: unknown): StartSessionRequest {
  const { request, errors } = checkCompat(body);
  const all = unique([...errors, ...policyErrors(rooms, body).filter(({ path }) => path !== "/authorization")]);
  if (request === undefined || all.length > 0) throw invalidRequest(all);
  const [deploymentId] = rooms.settings.deploymentIds;
  if (deploymentId === undefined) throw new BrokerError("not_ready", "No deployment is configured.");
  const { queueId, language, customerId, identityToken, consent, challenge, attributes } = request;
  // Where the guest API knows no queue and none is listed, the one that old pages name is of no meaning.
  const meant = rooms.guestApi.needsQueue === true || rooms.settings.queueIds.length > 0;
  return {
    deploymentId,
    ...(meant ? { queueId } : {}),
    ...(language === undefined ? {} : { language }),
    ...(customerId === undefined ? {} : { customerId }),
    ...(identityToken === undefined ? {} : { identityToken }),
    ...(consent === undefined ? {} : { consent }),
    ...(challenge === undefined ? {} : { challenge }),
    ...(attributes === undefined ? {} : { attributes }),
  };
}

/** A guest token without a session: the page asks again when it ends. */
export async function compatGuestToken(
  rooms: SessionRooms,
  body: unknown,
  context: RequestContext,
  facts: Facts,
): Promise<CompatGuestToken> {
  const { guestId, token, expiresAt, expiresIn } = await start(rooms, readCompat(rooms, body), context, facts, false);
  return { guestId, guestToken: token, expiresAt, ttlSeconds: expiresIn };
}
