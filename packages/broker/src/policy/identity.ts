/** Who the visitor is: what the site's back end has signed, or nobody. Knows no session. */
import { createHash, createHmac } from "node:crypto";
import { codePoints, EXTERNAL_ID_CHARACTERS, type FieldError } from "@guestpass/protocol";
import { type CryptoKey, createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import { nanoid } from "nanoid";
import { BrokerError } from "../errors.js";
import { type FollowedSecret, followSecret } from "../followed-secret.js";
import type { GuestIdentity } from "../guests/guest-api.js";
import type { IdentityOptions } from "../options.js";
import type { Clock } from "../ports.js";

const HMAC_ALGORITHMS = ["HS256"];
const KEY_PAIR_ALGORITHMS = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519".split(" ");
const MODES = ["optional", "required", "unverified"] as const;
const JWKS_TIMEOUT_MS = 5000;
/** A site's clock may be off by this, seconds. */
const TOLERANCE_SECONDS = 5;

/** Document 5's pages say so of a visitor whom they do not know. */
const ANONYMOUS = "anonymous";

export interface IdentityClaim {
  identityToken?: string | undefined;
  customerId?: string | undefined;
}

export interface IdentityPolicy {
  /** Mistakes that no token could mend: a `customerId` that would not be believed. */
  fieldErrors(claim: IdentityClaim): FieldError[];
  /** `identity_required`, `identity_invalid`, `identity_expired`, `identity_unavailable`. */
  identify(claim: IdentityClaim): Promise<GuestIdentity>;
  /** The same guest again, from its handle. */
  known(externalId: string, known: boolean): GuestIdentity;
}

function invalid(cause: unknown): BrokerError {
  return new BrokerError("identity_invalid", "The identity token is not valid here.", { cause });
}

function failure(error: unknown): BrokerError {
  if (error instanceof BrokerError) return error;
  if (error instanceof errors.JWTExpired) return new BrokerError("identity_expired", "The identity token is over.");
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid || isFetchFailure(error))
    return new BrokerError("identity_unavailable", "Identity tokens cannot be verified right now.", { cause: error });
  return invalid(error instanceof errors.JOSEError ? new Error(error.code) : error);
}

/** jose says a key set that could not be had with its base error, fetch with a TypeError. */
function isFetchFailure(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof errors.JOSEError && error.code === "ERR_JOSE_GENERIC");
}

/** The key of a secret; those of the last two are kept. */
function hmacKeys(): (secret: string) => Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const keys = new Map<string, Promise<CryptoKey>>();
  return (secret) => {
    const held = keys.get(secret);
    if (held !== undefined) return held;
    const made = crypto.subtle.importKey("raw", new TextEncoder().encode(secret), algorithm, false, ["verify"]);
    keys.set(secret, made);
    const [oldest] = keys.keys();
    if (keys.size > 2 && oldest !== undefined) keys.delete(oldest);
    return made;
  };
}

/** Hashed when it is asked for: nobody asks for that of an anonymous visitor. */
class Identity implements GuestIdentity {
  readonly externalId: string;
  readonly known: boolean;
  private readonly hashOf: (externalId: string) => string;
  private hashed: string | undefined;

  constructor(externalId: string, known: boolean, hashOf: (externalId: string) => string) {
    this.externalId = externalId;
    this.known = known;
    this.hashOf = hashOf;
  }

  get hash(): string {
    this.hashed ??= this.hashOf(this.externalId);
    return this.hashed;
  }
}

/** The rules of these options. TypeError where no token could ever be verified though one is required. */
export function createIdentityPolicy(
  options: IdentityOptions,
  clock: Clock,
  warn: (message: string) => void = () => undefined,
): IdentityPolicy {
  const mode = options.mode ?? "optional";
  if (!MODES.includes(mode)) throw new TypeError(`identity.mode must be one of ${MODES.join(", ")}`);
  if (mode === "required" && options.secret === undefined && options.jwksUrl === undefined)
    throw new TypeError("identity.mode is required, so identity.secret or identity.jwksUrl must be given");

  const { secret, jwksUrl, pepper } = options;
  if (jwksUrl !== undefined && !URL.canParse(jwksUrl)) throw new TypeError("identity.jwksUrl is not a URL");
  const followed = secret === undefined ? undefined : followSecret(secret, { clock, warn, what: "identity.secret" });
  const hmac = hmacKeys();
  const keySet: JWTVerifyGetKey | undefined =
    jwksUrl === undefined ? undefined : createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: JWKS_TIMEOUT_MS });
  const algorithms = [...(followed ? HMAC_ALGORITHMS : []), ...(keySet ? KEY_PAIR_ALGORITHMS : [])];

  const currentSecret = async (from: FollowedSecret) => {
    try {
      return await from.current();
    } catch (cause) {
      throw new BrokerError("identity_unavailable", "Identity tokens cannot be verified right now.", { cause });
    }
  };
  const getKey: JWTVerifyGetKey = async (header, token) => {
    if (header.alg === "HS256" && followed !== undefined) return hmac(await currentSecret(followed));
    if (keySet !== undefined) return keySet(header, token);
    throw invalid(new Error("no key for this algorithm"));
  };

  const hash = (externalId: string) =>
    (pepper === undefined ? createHash("sha256") : createHmac("sha256", pepper)).update(externalId).digest("hex");

  const known = (externalId: string, isKnown: boolean): GuestIdentity => new Identity(externalId, isKnown, hash);

  const verify = async (token: string): Promise<JWTPayload> => {
    if (algorithms.length === 0) throw invalid(new Error("no secret or key set is configured"));
    const rules = {
      algorithms,
      requiredClaims: ["exp", "sub"],
      currentDate: new Date(clock.now()),
      clockTolerance: options.clockToleranceSeconds ?? TOLERANCE_SECONDS,
      ...(options.issuer === undefined ? {} : { issuer: options.issuer }),
      ...(options.audience === undefined ? {} : { audience: options.audience }),
    };
    try {
      return (await jwtVerify(token, getKey, rules)).payload;
    } catch (error) {
      // The site's back end may change to a new secret a little later than this service, or earlier.
      const before = followed?.before();
      if (before === undefined || !(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
      return (await jwtVerify(token, await hmac(before), { ...rules, algorithms: HMAC_ALGORITHMS })).payload;
    }
  };

  return {
    fieldErrors: ({ customerId }) =>
      customerId === undefined || mode === "unverified"
        ? []
        : [{ path: "/customerId", message: "is not believed here: send an identityToken" }],

    async identify({ identityToken, customerId }) {
      if (identityToken !== undefined) {
        const { sub } = await verify(identityToken).catch((error: unknown) => {
          throw failure(error);
        });
        if (typeof sub !== "string" || sub === "" || codePoints(sub) > EXTERNAL_ID_CHARACTERS)
          throw invalid(new Error("sub is empty or too long"));
        return known(sub, true);
      }
      if (customerId !== undefined && customerId !== ANONYMOUS && mode === "unverified") return known(customerId, true);
      if (mode === "required") throw new BrokerError("identity_required", "An identity token is required here.");
      return known(`anon-${nanoid()}`, false);
    },
    known,
  };
}
