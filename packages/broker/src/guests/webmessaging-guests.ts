/** Document 3: a guest of a channel, with the visitor's consent and the challenge that was passed. A renewal is a new guest. */
import { type Consent, record, str, stringMap } from "@guestpass/protocol";
import { BrokerError } from "../errors.js";
import { optionalInstant, requiredText } from "./answer.js";
import type { Guest, GuestApi, GuestRequest, GuestTools } from "./guest-api.js";

const PATH = "/api/v2/conversations/webmessaging/guests";

interface Wish {
  deploymentId: string;
  consent: Consent;
  attributes: Readonly<Record<string, string>>;
  challenge?: GuestRequest["challenge"];
}

async function make({ deploymentId, consent, attributes, challenge }: Wish, tools: GuestTools): Promise<Guest> {
  const { body, sentAt } = await tools.call({
    host: "api",
    method: "POST",
    path: PATH,
    repeat: "once",
    creates: true,
    body: {
      channelId: deploymentId,
      consent,
      ...(challenge === undefined ? {} : { captcha: challenge }),
      attributes,
    },
  });
  const expiresAt = optionalInstant(body, "expiresAt");
  return {
    token: requiredText(body, "token"),
    tokenType: "jwt",
    guestId: requiredText(body, "guestId"),
    askedAt: sentAt,
    renewal: { consent, attributes },
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

function consentOf(value: unknown): Consent {
  const { accepted, timestamp } = record(value);
  const at = str(timestamp);
  if (accepted === true && at !== undefined) return { accepted, timestamp: at };
  throw new BrokerError("consent_required", "The visitor must agree before a conversation is started.");
}

export const webmessagingGuests: GuestApi = {
  name: "webmessaging-guests",
  needsCredentials: true,
  needsConsent: true,
  oauthScope: "webmessaging:guest:create openid",
  keepsGuestId: () => false,
  create: async ({ deploymentId, consent, attributes, challenge }, tools) =>
    make(
      { deploymentId, consent: consentOf(consent), attributes, ...(challenge === undefined ? {} : { challenge }) },
      tools,
    ),
  renew: async ({ deploymentId, renewal }, tools) =>
    make(
      {
        deploymentId,
        consent: consentOf(renewal["consent"]),
        attributes: stringMap(record(renewal["attributes"])),
      },
      tools,
    ),
};
