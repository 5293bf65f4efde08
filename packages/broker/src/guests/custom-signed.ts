/** Document 1, step 5: the broker signs the guest's token itself, with a secret that the deployment knows too. */
import { SignJWT } from "jose";
import type { CustomSigningOptions } from "../options.js";
import type { Clock } from "../ports.js";
import type { Guest, GuestApi, GuestIdentity } from "./guest-api.js";
import { createSigningSecret } from "./signing-secret.js";

const SCOPE = "conversations:messaging:send";
const LIFE_SECONDS = 3600;

/** TypeError without a secret. */
export function customSigned(
  options: CustomSigningOptions | undefined,
  clock: Clock,
  warn: (message: string) => void,
): GuestApi {
  if (options === undefined || options.secret === "")
    throw new TypeError("customSigning.secret is needed for the guest API custom-signed");
  const lifeSeconds = options.ttlSeconds ?? LIFE_SECONDS;
  if (!Number.isSafeInteger(lifeSeconds) || lifeSeconds <= 0)
    throw new TypeError("customSigning.ttlSeconds must be a whole number above 0");
  const secret = createSigningSecret(options.secret, clock, warn);

  const sign = async ({ externalId }: GuestIdentity, sessionEndsAt: number): Promise<Guest> => {
    const key = await secret.key();
    const now = clock.now();
    const iat = Math.floor(now / 1000);
    const exp = Math.min(iat + lifeSeconds, Math.floor(sessionEndsAt / 1000));
    const token = await new SignJWT({ sub: externalId, iat, exp, scope: SCOPE })
      .setProtectedHeader({ alg: "HS256", typ: "JWT" })
      .sign(key);
    return { token, tokenType: "jwt", askedAt: now, expiresAt: exp * 1000, renewal: {} };
  };

  return {
    name: "custom-signed",
    needsCredentials: false,
    defaultScopes: [SCOPE],
    keepsGuestId: () => true,
    prove: async () => {
      await secret.key();
    },
    create: ({ identity, sessionEndsAt }) => sign(identity, sessionEndsAt),
    renew: ({ identity, sessionEndsAt }) => sign(identity, sessionEndsAt),
  };
}
