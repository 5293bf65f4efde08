/**
 * One guest API alone, without sessions, handles and pages. What a page says is checked by the broker; here the caller
 * vouches for whom it asks.
 */
import type { Authorization, Challenge, Consent, FieldError, GuestApiName } from "@guestpass/protocol";
import type { Guest, GuestApi, GuestIdentity, GuestTools, RenewalState } from "./guests/guest-api.js";
import { findGuestApi } from "./guests/registry.js";
import { Metrics } from "./observe/metrics.js";
import type { BrokerOptions, CustomSigningOptions, PlatformOptions } from "./options.js";
import { createBudget } from "./platform/budget.js";
import { openConnection } from "./platform/connection.js";
import { attributeErrors } from "./policy/attributes.js";
import { createIdentityPolicy } from "./policy/identity.js";
import { checkStart, invalidRequest, isIsoInstant } from "./policy/request.js";
import type { BrokerPorts } from "./ports.js";
import { ephemeralKeyRing } from "./sessions/ephemeral-keys.js";
import { createGuestDirectory } from "./sessions/guest-directory.js";
import { checkGuest, type MadeGuest } from "./sessions/issue.js";
import type { KeyRing } from "./sessions/key-ring.js";
import { refreshIn } from "./sessions/lead.js";
import { readSettings } from "./settings.js";
import { memoryStore } from "./stores/memory.js";
import type { Store } from "./stores/store.js";

/** A guest may be renewed for so long where its wish names no end, ms. */
const YEAR_MS = 366 * 86_400_000;
const DEFAULT_LANGUAGE = "en-us";

export interface GuestClientOptions {
  /** A name of the registry, or an implementation of one's own. */
  guestApi: GuestApiName | GuestApi;
  platform: PlatformOptions;
  customSigning?: CustomSigningOptions;
  /** Remembers the customers' guests and the budget; default: this process's memory. The client closes it. */
  store?: Store;
  /** Seals the tokens that lie in the store; default: a key of this process. */
  keys?: KeyRing;
  /** Keys the customers' hash. */
  pepper?: string;
  /** Seconds before a token's end when it is to be renewed; 300. */
  refreshLeadSeconds?: number;
  warn?: (message: string) => void;
  ports?: Partial<BrokerPorts>;
}

/** For whom a guest is made, and with what. */
export interface GuestWish {
  deploymentId: string;
  /** The customer, whom the caller vouches for; without it a guest whom nobody knows. */
  customerId?: string;
  attributes?: Record<string, string>;
  language?: string;
  queueId?: string;
  consent?: Consent;
  /** Verified already. */
  challenge?: Challenge;
  authorization?: Authorization;
  /** ISO 8601, in the future: no token outlives it. */
  expirationTime?: string;
}

/** A guest with a token that was checked. What it holds is for its next renewal; it may be kept as JSON, in secret. */
export interface IssuedGuest {
  guestId: string;
  externalId: string;
  token: string;
  tokenType: Guest["tokenType"];
  sessionToken?: string;
  /** ISO 8601. */
  expiresAt: string;
  expiresIn: number;
  /** Seconds from now until it should be renewed. */
  refreshIn: number;
  deploymentId: string;
  /** True where a customer is behind it. */
  known: boolean;
  renewal: RenewalState;
  /** ms since the epoch; no renewal goes past it. */
  endsAt: number;
}

/** One guest API, alone. Every method rejects with a `BrokerError`. */
export interface GuestClient {
  /** `invalid_request` with the path of each mistake. */
  create(wish: GuestWish): Promise<IssuedGuest>;
  /** A new token for the same guest. */
  renew(guest: IssuedGuest): Promise<IssuedGuest>;
  /** Does nothing where the platform knows no end. */
  revoke(guest: IssuedGuest): Promise<void>;
  close(): Promise<void>;
}

function mistakesOf({ expirationTime, ...wish }: GuestWish, now: number): FieldError[] {
  const errors = [...checkStart(wish).errors, ...attributeErrors(wish.attributes)];
  if (expirationTime === undefined) return errors;
  const path = "/expirationTime";
  if (typeof expirationTime !== "string" || !isIsoInstant(expirationTime))
    errors.push({ path, message: "must be an instant in ISO 8601" });
  else if (Date.parse(expirationTime) <= now) errors.push({ path, message: "must be in the future" });
  return errors;
}

/** TypeError that names the option which is wrong. Nothing is sent before the first guest. */
export function guestClient(options: GuestClientOptions): GuestClient {
  const { guestApi: named, platform: given, customSigning, keys = ephemeralKeyRing(), pepper, warn } = options;
  const settings = readSettings({
    guestApi: named,
    platform: given,
    deploymentIds: ["any"],
    session: {
      keys,
      ...(options.refreshLeadSeconds === undefined ? {} : { refreshLeadSeconds: options.refreshLeadSeconds }),
    },
    ...(options.ports === undefined ? {} : { ports: options.ports }),
  } satisfies BrokerOptions);
  const { ports, guestQuota: quota, timeoutMs, deadlineMs, tries } = settings;
  const { clock } = ports;
  const tell = (message: string) => warn?.(message);
  const store = options.store ?? memoryStore({ clock });
  const guestApi = findGuestApi(named, { customSigning, clock, warn: tell });
  const { platform, oauth, close } = openConnection({
    platform: given,
    scope: guestApi.oauthScope,
    budget: createBudget({ store, quota, clock, warn: tell }),
    ports,
    metrics: new Metrics(),
    timeoutMs,
    deadlineMs,
    tries,
    warn: tell,
  });
  if (guestApi.needsCredentials && oauth === undefined)
    throw new TypeError(`platform.credentials are needed for the guest API ${guestApi.name}`);
  const identities = createIdentityPolicy({ mode: "unverified", ...(pepper === undefined ? {} : { pepper }) }, clock);
  const directory = createGuestDirectory({ guestApi: guestApi.name, store, ring: keys, clock, warn: tell });

  const tools = (): GuestTools => {
    const deadlineAt = clock.now() + deadlineMs;
    return {
      call: (call) => platform.call(call, { deadlineAt }),
      now: () => clock.now(),
      findGuest: (identity) => directory.find(identity),
      rememberGuest: (identity, guest) => directory.remember(identity, guest),
      alone: (identity, work) => directory.alone(identity, deadlineAt, work),
    };
  };

  const issue = async (
    identity: GuestIdentity,
    deploymentId: string,
    endsAt: number,
    { guest, guestId, expiresAt }: MadeGuest,
  ) => {
    await directory.remember(identity, { guestId, token: guest.token, expiresAt });
    const expiresIn = Math.max(0, Math.floor((expiresAt - clock.now()) / 1000));
    const { token, tokenType, sessionToken, renewal } = guest;
    return {
      guestId,
      externalId: identity.externalId,
      token,
      tokenType,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      expiresAt: new Date(expiresAt).toISOString(),
      expiresIn,
      refreshIn: refreshIn(expiresIn, settings.refreshLeadSeconds),
      deploymentId,
      known: identity.known,
      renewal,
      endsAt,
    };
  };

  return {
    async create(wish) {
      const errors = mistakesOf(wish, clock.now());
      if (errors.length > 0) throw invalidRequest(errors);
      const { customerId, expirationTime, language = DEFAULT_LANGUAGE, attributes = {}, ...rest } = wish;
      const identity = await identities.identify({ customerId });
      const tokenEndsAt = expirationTime === undefined ? undefined : Date.parse(expirationTime);
      const sessionEndsAt = tokenEndsAt ?? clock.now() + YEAR_MS;
      const request = {
        ...rest,
        identity,
        language,
        attributes,
        sessionEndsAt,
        ...(tokenEndsAt === undefined ? {} : { tokenEndsAt }),
      };
      const guest = await guestApi.create(request, tools());
      const made = checkGuest(guest, { settings, guestApi, sessionEndsAt, keptGuestId: undefined });
      return issue(identity, wish.deploymentId, sessionEndsAt, made);
    },
    async renew({ deploymentId, externalId, known, guestId, renewal, endsAt }) {
      const identity = identities.known(externalId, known);
      const request = { deploymentId, identity, guestId, renewal, sessionEndsAt: endsAt };
      const guest = await guestApi.renew(request, tools());
      const keptGuestId = guestApi.keepsGuestId(identity) ? guestId : undefined;
      const made = checkGuest(guest, { settings, guestApi, sessionEndsAt: endsAt, keptGuestId });
      return issue(identity, deploymentId, endsAt, made);
    },
    async revoke({ deploymentId, externalId, known, guestId, renewal }) {
      const identity = identities.known(externalId, known);
      await guestApi.revoke?.({ deploymentId, identity, guestId, renewal }, tools());
    },
    async close() {
      keys.close();
      await Promise.all([close(), store.close()]);
    },
  };
}
