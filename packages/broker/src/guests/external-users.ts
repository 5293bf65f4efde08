/**
 * Document 2: an external user for each customer, found again by the customer's hash, and tokens for it. A known
 * customer's token is used until five minutes before its end, over all sessions.
 */
import { str } from "@guestpass/protocol";
import { BrokerError } from "../errors.js";
import { requiredInstant, requiredText } from "./answer.js";
import type { Guest, GuestApi, GuestRequest, GuestTools, KnownGuest } from "./guest-api.js";

const USERS = "/api/v2/externalusers/guests";
const TOKENS = "/api/v2/externalusers/guests/token";
/** A token that lives no longer than this is not handed out again (the document's sliding window), ms. */
const WINDOW_MS = 300_000;
/** The platform does not know the user: deleted there, or remembered from another guest API. */
const UNKNOWN_USER = new Set([400, 404]);

async function createUser({ identity, attributes }: GuestRequest, tools: GuestTools): Promise<string> {
  const { hash } = identity;
  const { body } = await tools.call({
    host: "api",
    method: "POST",
    path: USERS,
    repeat: "once",
    body: {
      name: `crm_guest_${hash.slice(0, 12)}`,
      email: `guest_${hash.slice(0, 8)}@internal.corp`,
      customAttributes: { ...attributes, source_system: "crm_integration", crm_id_hash: hash },
    },
  });
  return requiredText(body, "id");
}

async function tokenOf(externalUserId: string, tools: GuestTools): Promise<Guest> {
  const { body, sentAt } = await tools.call({
    host: "api",
    method: "POST",
    path: TOKENS,
    // One more token for the same user does no harm.
    repeat: "repeatable",
    creates: true,
    body: { externalUserId },
  });
  return {
    token: requiredText(body, "token"),
    tokenType: "jwt",
    guestId: externalUserId,
    askedAt: sentAt,
    expiresAt: requiredInstant(body, "expires_at"),
    renewal: { externalUserId },
  };
}

function isUnknownUser(error: unknown): boolean {
  return error instanceof BrokerError && UNKNOWN_USER.has(error.upstreamStatus ?? 0);
}

/** The token of a customer that was here before; undefined where the guest is forgotten at the platform. */
async function tokenOfKnown({ guestId, token, expiresAt }: KnownGuest, tools: GuestTools): Promise<Guest | undefined> {
  const now = tools.now();
  if (token !== undefined && expiresAt !== undefined && expiresAt - now > WINDOW_MS)
    return { token, tokenType: "jwt", guestId, askedAt: now, expiresAt, renewal: { externalUserId: guestId } };
  return tokenOf(guestId, tools).catch((error: unknown) => {
    if (isUnknownUser(error)) return undefined;
    throw error;
  });
}

export const externalUsers: GuestApi = {
  name: "external-users",
  needsCredentials: true,
  keepsGuestId: () => true,
  async create(request, tools) {
    const { identity } = request;
    const known = await tools.findGuest(identity);
    const token = known && (await tokenOfKnown(known, tools));
    if (token !== undefined) return token;
    // Two who start at once for a customer that nobody knows yet make one user.
    const guestId = await tools.alone(identity, async () => {
      const now = await tools.findGuest(identity);
      if (now !== undefined && now.guestId !== known?.guestId) return now.guestId;
      const made = await createUser(request, tools);
      // Before its token: the user is there, whatever becomes of the token.
      await tools.rememberGuest(identity, { guestId: made });
      return made;
    });
    return tokenOf(guestId, tools);
  },
  async renew({ renewal }, tools) {
    const externalUserId = str(renewal["externalUserId"]);
    if (externalUserId === undefined) throw new BrokerError("session_invalid", "The session cannot be continued.");
    return tokenOf(externalUserId, tools).catch((cause: unknown) => {
      if (!isUnknownUser(cause)) throw cause;
      throw new BrokerError("session_invalid", "The guest of this session is no longer there.", { cause });
    });
  },
};
