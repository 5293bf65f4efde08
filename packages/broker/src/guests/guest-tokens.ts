/** Document 4: a token for an external id in a webchat, for as long as is asked. A renewal asks again for the same id. */
import { stringMap } from "@guestpass/protocol";
import { isoInstant } from "../instant.js";
import { optionalInstant, requiredText } from "./answer.js";
import type { Guest, GuestApi, GuestIdentity, GuestTools, RenewalState } from "./guest-api.js";

const PATH = "/api/v2/guest-tokens";
/** The document's default life, ms. */
const LIFE_MS = 24 * 60 * 60 * 1000;

interface Wish {
  deploymentId: string;
  attributes: Readonly<Record<string, string>>;
  sessionEndsAt: number;
  tokenEndsAt?: number;
  /** What a renewal wants back, where it has it already. */
  renewal?: RenewalState;
}

async function make(identity: GuestIdentity, wish: Wish, tools: GuestTools): Promise<Guest> {
  const endsAt = Math.min(wish.tokenEndsAt ?? tools.now() + LIFE_MS, wish.sessionEndsAt);
  const { body, sentAt } = await tools.call({
    host: "api",
    method: "POST",
    path: PATH,
    repeat: "once",
    creates: true,
    body: {
      externalId: identity.externalId,
      webchatId: wish.deploymentId,
      attributes: Object.keys(wish.attributes).length === 0 ? undefined : wish.attributes,
      expirationTime: isoInstant(endsAt),
    },
  });
  return {
    token: requiredText(body, "token"),
    tokenType: "jwt",
    guestId: identity.externalId,
    askedAt: sentAt,
    expiresAt: optionalInstant(body, "expirationTime") ?? endsAt,
    renewal: wish.renewal ?? { attributes: wish.attributes },
  };
}

export const guestTokens: GuestApi = {
  name: "guest-tokens",
  needsCredentials: true,
  keepsGuestId: () => true,
  create: (request, tools) => make(request.identity, request, tools),
  renew: ({ identity, deploymentId, renewal, sessionEndsAt }, tools) =>
    make(identity, { deploymentId, sessionEndsAt, attributes: stringMap(renewal["attributes"]), renewal }, tools),
};
