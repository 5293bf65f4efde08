/** Signed-in web messaging: a sign-in code for a Genesys JWT, its renewal, its revocation. Knows no session token. */
import { type Authorization, record, str } from "@guestpass/protocol";
import { decodeJwt } from "jose";
import { BrokerError } from "../errors.js";
import { requiredText } from "./answer.js";
import type { GuestTools } from "./guest-api.js";

const BASE = "/api/v2/webdeployments/token";
/** Life of a Genesys JWT that does not say its own, seconds. */
const LIFE_SECONDS = 900;
/** The platform refuses the code or the refresh token itself. */
const REFUSED = new Set([400, 401]);

export interface SignedIn {
  jwt: string;
  refreshToken?: string;
  askedAt: number;
  /** Set where the JWT itself names no end. */
  expiresInSeconds?: number;
}

function refused(cause: unknown): BrokerError {
  return new BrokerError("authorization_invalid", "The sign-in is not accepted: sign in again.", { cause });
}

async function ask(path: string, body: object, repeat: "once" | "repeatable", tools: GuestTools): Promise<SignedIn> {
  try {
    const answer = await tools.call({ host: "api", method: "POST", path, body, repeat, authorization: "none" });
    const jwt = requiredText(answer.body, "jwt");
    const refreshToken = str(record(answer.body)["refreshToken"]);
    return {
      jwt,
      askedAt: answer.sentAt,
      ...(refreshToken === undefined ? {} : { refreshToken }),
      ...(endOf(jwt) === undefined ? { expiresInSeconds: LIFE_SECONDS } : {}),
    };
  } catch (error) {
    if (error instanceof BrokerError && REFUSED.has(error.upstreamStatus ?? 0)) throw refused(error);
    throw error;
  }
}

/** ms since the epoch; undefined where the JWT does not say. */
export function endOf(jwt: string): number | undefined {
  try {
    const { exp } = decodeJwt(jwt);
    return exp === undefined ? undefined : exp * 1000;
  } catch {
    return undefined;
  }
}

/** `authorization_invalid` for a refused code. */
export function exchange(deploymentId: string, oauth: Authorization, tools: GuestTools): Promise<SignedIn> {
  return ask(`${BASE}/oauthcodegrantjwtexchange`, { deploymentId, oauth }, "once", tools);
}

/** The same sign-in with a new JWT; the refresh token stays where no new one comes. `authorization_invalid` when it is over. */
export async function renewSignIn(refreshToken: string | undefined, tools: GuestTools): Promise<SignedIn> {
  if (refreshToken === undefined) throw refused(new Error("there is nothing to renew the sign-in with"));
  return { refreshToken, ...(await ask(`${BASE}/refresh`, { refreshToken }, "repeatable", tools)) };
}

/** Signs out everywhere. */
export async function revokeSignIn(jwt: string, tools: GuestTools): Promise<void> {
  await tools.call({
    host: "api",
    method: "DELETE",
    path: `${BASE}/revoke`,
    repeat: "repeatable",
    authorization: { bearer: jwt },
  });
}
