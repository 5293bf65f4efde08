/** Document 5: a guest of a webchat instance, routed to a queue. A renewal makes a guest anew: there is no other call. */
import { record, str, stringMap } from "@guestpass/protocol";
import { requiredInstant, requiredText } from "./answer.js";
import type { Guest, GuestApi, GuestIdentity, GuestTools } from "./guest-api.js";

const PATH = "/api/v2/webchat/instances/guests";

interface Wish {
  queueId: string;
  language: string;
  attributes: Readonly<Record<string, string>>;
}

async function make(identity: GuestIdentity, wish: Wish, tools: GuestTools): Promise<Guest> {
  const { body, sentAt } = await tools.call({
    host: "api",
    method: "POST",
    path: PATH,
    repeat: "once",
    creates: true,
    body: {
      routing: { queueId: wish.queueId, language: wish.language },
      attributes: {
        ...wish.attributes,
        channelType: "webchat",
        sourceSystem: "embedded-widget-v2",
        customerId: identity.known ? identity.externalId : "anonymous",
      },
    },
  });
  return {
    token: requiredText(body, "guestToken"),
    tokenType: "jwt",
    guestId: requiredText(body, "guestId"),
    askedAt: sentAt,
    expiresAt: requiredInstant(body, "expiresAt"),
    renewal: { ...wish },
  };
}

export const webchatInstances: GuestApi = {
  name: "webchat-instances",
  needsCredentials: true,
  needsQueue: true,
  keepsGuestId: ({ known }) => known,
  create: ({ identity, queueId, language, attributes }, tools) =>
    make(identity, { queueId: queueId ?? "", language, attributes }, tools),
  renew: ({ identity, renewal }, tools) =>
    make(
      identity,
      {
        queueId: str(renewal["queueId"]) ?? "",
        language: str(renewal["language"]) ?? "en-us",
        attributes: stringMap(record(renewal["attributes"])),
      },
      tools,
    ),
};
