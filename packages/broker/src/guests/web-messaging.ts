/**
 * The platform as it is today. An anonymous guest is a random UUID, which nobody but us makes: it is the bearer secret
 * of the conversation and stays for the whole session. A visitor who has signed in at the brand's provider has a Genesys
 * JWT besides, and the session lives on its refresh token.
 */
import { randomUUID } from "node:crypto";
import { str } from "@guestpass/protocol";
import { BrokerError } from "../errors.js";
import type { Guest, GuestApi, GuestTools, RenewalState } from "./guest-api.js";
import { endOf, exchange, renewSignIn, revokeSignIn, type SignedIn } from "./sign-in.js";

/** A JWT that lives longer than this is handed out again where nothing can renew it, ms. */
const STILL_GOOD_MS = 300_000;

interface Renewal {
  sessionToken: string;
  jwt: string | undefined;
  refreshToken: string | undefined;
}

function readRenewal(renewal: RenewalState): Renewal {
  const sessionToken = str(renewal["sessionToken"]);
  if (sessionToken === undefined) throw new BrokerError("session_invalid", "The session cannot be continued.");
  return { sessionToken, jwt: str(renewal["jwt"]), refreshToken: str(renewal["refreshToken"]) };
}

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

function signedIn(sessionToken: string, { jwt, refreshToken, askedAt, expiresInSeconds }: SignedIn): Guest {
  return {
    token: jwt,
    tokenType: "jwt",
    sessionToken,
    askedAt,
    renewal: { sessionToken, jwt, ...(refreshToken === undefined ? {} : { refreshToken }) },
    ...(expiresInSeconds === undefined ? {} : { expiresInSeconds }),
  };
}

export const webMessaging: GuestApi = {
  name: "web-messaging",
  needsCredentials: false,
  signsIn: true,
  keepsGuestId: () => true,
  async create({ deploymentId, authorization, sessionToken = randomUUID(), sessionEndsAt }, tools) {
    if (authorization === undefined) return anonymous(sessionToken, sessionEndsAt, tools);
    return signedIn(sessionToken, await exchange(deploymentId, authorization, tools));
  },
  async renew({ renewal, sessionEndsAt }, tools) {
    const { sessionToken, jwt, refreshToken } = readRenewal(renewal);
    if (jwt === undefined) return anonymous(sessionToken, sessionEndsAt, tools);
    const now = tools.now();
    if (refreshToken === undefined && (endOf(jwt) ?? 0) - now > STILL_GOOD_MS)
      return signedIn(sessionToken, { jwt, askedAt: now });
    return signedIn(sessionToken, await renewSignIn(refreshToken, tools));
  },
  async revoke({ renewal }, tools) {
    const { jwt, refreshToken } = readRenewal(renewal);
    if (jwt === undefined) return;
    const over = (endOf(jwt) ?? 0) <= tools.now();
    const revokeFresh = async () => revokeSignIn((await renewSignIn(refreshToken, tools)).jwt, tools);
    if (over) return revokeFresh();
    await revokeSignIn(jwt, tools).catch((error: unknown) => {
      if (error instanceof BrokerError && error.upstreamStatus === 401) return revokeFresh();
      throw error;
    });
  },
};
