/** What a broker can be told. Read once at the door; a mistake is a TypeError that names the option. */
import type { ChallengeProvider, GuestApiName } from "@guestpass/protocol";
import type { SecretSource } from "./followed-secret.js";
import type { GuestApi } from "./guests/guest-api.js";
import type { AuditRecord } from "./observe/audit-record.js";
import type { BrokerPorts, Clock } from "./ports.js";
import type { KeyRing } from "./sessions/key-ring.js";
import type { Store } from "./stores/store.js";

export interface ClientCredentials {
  clientId: string;
  clientSecret: string;
}

/** A function is asked again every few seconds while it is used, and when its pairs were refused. */
export type CredentialsSource = ClientCredentials[] | (() => ClientCredentials[] | Promise<ClientCredentials[]>);

export interface PlatformOptions {
  /** Domain (`mypurecloud.ie`) or AWS name (`eu-west-1`) of a known region. */
  region?: string;
  /** One base URL that speaks for all hosts. With a region too, the region only names. */
  baseUrl?: string;
  /** Tried in order; the pair that worked last goes first. */
  credentials?: CredentialsSource;
  /** Where access tokens are asked for; document 4 asks at the second. Default `/oauth/token`, on the login host. */
  oauthPath?: "/oauth/token" | "/api/v2/oauth/token";
  /** Scopes that a guest token must carry, where it carries scopes; default: what the guest API's document names. */
  requiredScopes?: string[];
  /** Seconds for one try; 5. */
  timeoutSeconds?: number;
  /** Seconds for all tries of one request; 15. */
  deadlineSeconds?: number;
  /** Tries of one call; 3. */
  tries?: number;
  /** Guest creations a minute; 100. Counted together where the store is shared. */
  guestQuota?: number;
  /** Ask the platform whether a queue exists before a guest is made for it; false. */
  verifyQueues?: boolean;
}

export interface IdentityOptions {
  /** `optional`: anonymous guests are welcome. `unverified`: `customerId` from the page is believed. Default `optional`. */
  mode?: "optional" | "required" | "unverified";
  /** Secret of HS256 identity tokens. For five minutes after a change those of the one before it are good, too. */
  secret?: SecretSource;
  /** URL of the JWK set of asymmetrically signed identity tokens. */
  jwksUrl?: string;
  issuer?: string;
  audience?: string;
  /** Key of the customer hash; without it the hash is plain SHA-256. */
  pepper?: string;
  /** Seconds that the site's clock may be off; 5. */
  clockToleranceSeconds?: number;
}

export interface ChallengeOptions {
  provider: ChallengeProvider;
  secret: SecretSource;
  verifyUrl?: string;
  /** For providers that give a score; 0.5. */
  minScore?: number;
  /** When the provider cannot be asked; `refuse`. */
  onOutage?: "refuse" | "accept";
}

export interface SessionOptions {
  keys: KeyRing;
  /** Seconds; 86400. No refresh goes past it. */
  maxAgeSeconds?: number;
  /** `preferred`: bound where the page proves a key. Default `preferred`. */
  binding?: "preferred" | "required" | "off";
  /** Seconds before a token's end when it is to be refreshed; 300, and at most a third of its life. */
  refreshLeadSeconds?: number;
}

export interface CustomSigningOptions {
  secret: SecretSource;
  /** Life of a token; 3600. */
  ttlSeconds?: number;
}

/** Called beside the answer: what they throw or how long they take never touches it. */
export interface BrokerHooks {
  onIssued?(record: AuditRecord): unknown;
  onRenewed?(record: AuditRecord): unknown;
  onFailed?(record: AuditRecord): unknown;
  /** One customer, origin or network starts more sessions than is usual: `record.minting` says which. */
  onUnusualMinting?(record: AuditRecord): unknown;
  /** A customer's shared answer was replaced or dropped: its key, and the token that it held. */
  onCacheInvalidated?(key: string, token: string): unknown;
}

export interface WebhookOptions {
  url: string;
  /** Standard Webhooks secret, `whsec_...`; without it the events are not signed. */
  secret?: SecretSource;
}

/** From how many session starts within a window on it is noticed; 0 counts nothing. Nobody is refused for it. */
export interface MintingOptions {
  /** Seconds; 600. */
  windowSeconds?: number;
  /** Of one known customer; 20. */
  perCustomer?: number;
  /** From one origin; 1000. */
  perOrigin?: number;
  /** From one network (an IPv4 address, a /64 of IPv6); 100. */
  perNetwork?: number;
}

export interface BrokerSinks {
  audit?: (record: AuditRecord) => void;
  warn?: (message: string, detail?: object) => void;
}

export interface BrokerOptions {
  /** A name of the registry, or an implementation of one's own. */
  guestApi: GuestApiName | GuestApi;
  platform: PlatformOptions;
  /** Deployments that may be asked for; the first is the compatible route's. */
  deploymentIds: string[];
  queueIds?: string[];
  identity?: IdentityOptions;
  consentRequired?: boolean;
  challenge?: ChallengeOptions;
  session: SessionOptions;
  customSigning?: CustomSigningOptions;
  /** Default: bounded memory of this process. */
  store?: Store;
  sinks?: BrokerSinks;
  hooks?: BrokerHooks;
  webhook?: WebhookOptions;
  minting?: MintingOptions;
  clock?: Clock;
  /** For tests: virtual time, no jitter. */
  ports?: Partial<BrokerPorts>;
}
