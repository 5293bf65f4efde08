/**
 * The platform as it is today. An anonymous guest is a random UUID, which nobody but us makes: it is the bearer secret
 * of the conversation and stays for the whole session.
 */
import { randomUUID } from "node:crypto";
import { str } from "@guestpass/protocol";
import { BrokerError } from "../errors.js";
import type { Guest, GuestApi, GuestTools } from "./guest-api.js";

function anonymous(sessionToken: string, sessionEndsAt: number, tools: GuestTools): Guest {
  return {
    token: sessionToken,
    tokenType: "uuid",
    sessionToken,
    askedAt: tools.now(),
    expiresAt: sessionEndsAt,
    renewal: { sessionToken },
  };
}

export const webMessaging: GuestApi = {
  name: "web-messaging",
  needsCredentials: false,
  keepsGuestId: () => true,
  create: async ({ sessionEndsAt }, tools) => anonymous(randomUUID(), sessionEndsAt, tools),
  async renew({ renewal, sessionEndsAt }, tools) {
    const sessionToken = str(renewal["sessionToken"]);
    if (sessionToken === undefined) throw new BrokerError("session_invalid", "The session cannot be continued.");
    return anonymous(sessionToken, sessionEndsAt, tools);
  },
};
