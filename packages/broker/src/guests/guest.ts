/** Document 1: a guest by username, with an OAuth answer. The same username is the same guest, so a renewal asks again. */
import { num, record, str, stringMap } from "@guestpass/protocol";
import { requiredText } from "./answer.js";
import type { Guest, GuestApi, GuestIdentity, GuestTools } from "./guest-api.js";

const PATH = "/api/v2/guest";
/** The document checks the token for it before the page gets it. */
const SCOPE = "conversations:messaging:send";

async function make(
  { externalId }: GuestIdentity,
  attributes: Readonly<Record<string, string>>,
  tools: GuestTools,
): Promise<Guest> {
  const { body, sentAt } = await tools.call({
    host: "api",
    method: "POST",
    path: PATH,
    repeat: "once",
    creates: true,
    body: {
      username: `webchat-guest-${externalId}`,
      customAttributes: { ...attributes, externalCustomerId: externalId, sourceChannel: "web_messaging" },
    },
  });
  const answer = record(body);
  const expiresInSeconds = num(answer["expires_in"]);
  const scope = str(answer["scope"]);
  const guestId = str(answer["sub"]);
  return {
    token: requiredText(body, "access_token"),
    tokenType: "jwt",
    askedAt: sentAt,
    renewal: { attributes },
    ...(guestId === undefined ? {} : { guestId }),
    ...(expiresInSeconds === undefined ? {} : { expiresInSeconds }),
    ...(scope === undefined ? {} : { scope }),
  };
}

export const guest: GuestApi = {
  name: "guest",
  needsCredentials: true,
  defaultScopes: [SCOPE],
  keepsGuestId: () => true,
  create: ({ identity, attributes }, tools) => make(identity, attributes, tools),
  renew: ({ identity, renewal }, tools) => make(identity, stringMap(record(renewal["attributes"])), tools),
};
