/**
 * One interface for every way in which the platform makes a guest. An implementation knows its paths, its bodies and
 * its answers; it knows no session, no handle and no page. It is called for one token at a time.
 */
import type { Authorization, Challenge, Consent } from "@guestpass/protocol";

/** Who the guest is, as the platform may be told. */
export interface GuestIdentity {
  /** The verified customer's id, else `anon-` and a random id. At most 255 code points. */
  externalId: string;
  /** SHA-256 of the external id (HMAC with a pepper where one is configured), hex. */
  hash: string;
  /** True where the customer is known. */
  known: boolean;
}

export interface GuestRequest {
  deploymentId: string;
  identity: GuestIdentity;
  attributes: Readonly<Record<string, string>>;
  /** BCP 47. */
  language: string;
  queueId?: string;
  consent?: Consent;
  /** Verified already. */
  challenge?: Challenge & { score?: number };
  authorization?: Authorization;
  /** Session token to take over when an anonymous guest signs in. */
  sessionToken?: string;
  /** Absolute end of the session, ms since the epoch: no token may outlive it. */
  sessionEndsAt: number;
  /** End of the token that is asked for, ms since the epoch, where the API can be asked for one (`guest-tokens`). */
  tokenEndsAt?: number;
}

/** JSON that an implementation wants back when it renews; it travels encrypted in the session handle. */
export type RenewalState = Readonly<Record<string, unknown>>;

export interface RenewRequest {
  deploymentId: string;
  identity: GuestIdentity;
  guestId: string;
  renewal: RenewalState;
  /** Absolute end of the session, ms since the epoch. */
  sessionEndsAt: number;
}

export interface RevokeRequest {
  deploymentId: string;
  identity: GuestIdentity;
  guestId: string;
  renewal: RenewalState;
}

/** What the platform gave. */
export interface Guest {
  token: string;
  tokenType: "jwt" | "uuid";
  /** The platform's own id of the guest, where it gives one. */
  guestId?: string;
  /** The UUID of each frame's `token`, where it is not the token itself. */
  sessionToken?: string;
  /** When the token was asked for, ms since the epoch: relative lives count from here. */
  askedAt: number;
  /** Seconds that the token lives. */
  expiresInSeconds?: number;
  /** End of the token, ms since the epoch, by the platform's clock. */
  expiresAt?: number;
  /** Scopes that the answer names, separated by spaces. */
  scope?: string;
  renewal: RenewalState;
}

export interface PlatformCall {
  /** Which of the platform's hosts. */
  host: "api" | "cdn";
  method: "GET" | "POST" | "DELETE";
  /** Path below the host. */
  path: string;
  /** Sent as JSON. */
  body?: unknown;
  /**
   * What happens if it is sent twice. `repeatable`: nothing. `once`: something might be made or used up, so that it is
   * not sent again after an answer was lost.
   */
  repeat: "repeatable" | "once";
  /** `client`: the OAuth access token (default). `none`, or a guest's own JWT. */
  authorization?: "client" | "none" | { bearer: string };
  /** Counts against the budget of guest creations. */
  creates?: boolean;
}

export interface PlatformAnswer {
  status: number;
  /** Parsed JSON; null for an empty body. */
  body: unknown;
  /** When the try that was answered went out, ms since the epoch: relative lives count from here. */
  sentAt: number;
}

/** What an implementation may use. Every call is bounded in time and size, retried and mapped to problem codes. */
export interface GuestTools {
  call(call: PlatformCall): Promise<PlatformAnswer>;
  /** ms since the epoch. */
  now(): number;
  /** The customer's guest of earlier days, with its token unsealed. */
  findGuest(identity: GuestIdentity): Promise<KnownGuest | undefined>;
  /** Remembers a customer's guest; a store that fails costs the memory, not the answer. */
  rememberGuest(identity: GuestIdentity, guest: KnownGuest): Promise<void>;
  /**
   * One at a time for a customer, over all who share the store: look again for the guest in there before making one.
   * Nobody waits for whom nobody knows, nor where the store fails. `overloaded` when the time is over before.
   */
  alone<T>(identity: GuestIdentity, work: () => Promise<T>): Promise<T>;
}

export interface KnownGuest {
  guestId: string;
  token?: string;
  /** ms since the epoch. */
  expiresAt?: number;
}

export interface GuestApi {
  readonly name: string;
  /** Calls the platform with the OAuth client's token. */
  readonly needsCredentials: boolean;
  readonly needsQueue?: boolean;
  readonly needsConsent?: boolean;
  /** Understands `authorization`: a sign-in at the brand's provider. */
  readonly signsIn?: boolean;
  /** `scope` of the OAuth request, where the API's document sends one. */
  readonly oauthScope?: string;
  /** Scopes that a token must carry where nothing else is configured. A token that names none then lacks them. */
  readonly defaultScopes?: readonly string[];
  /** True where the guest's id is the same for the whole session whatever a renewal answers. */
  keepsGuestId(identity: GuestIdentity): boolean;
  /** Rejects with a `BrokerError` where it could never work as it is configured. */
  prove?(): Promise<void>;
  create(request: GuestRequest, tools: GuestTools): Promise<Guest>;
  renew(request: RenewRequest, tools: GuestTools): Promise<Guest>;
  /** Ends the guest at the platform, where the platform can. */
  revoke?(request: RevokeRequest, tools: GuestTools): Promise<void>;
}
