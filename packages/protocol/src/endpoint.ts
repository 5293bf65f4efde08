/** The token endpoint's HTTP contract, as types. Durations are whole seconds, instants ISO 8601. */
import type { ConversationConfig } from "./frames-in.js";

export const GUEST_APIS = [
  "web-messaging",
  "guest",
  "external-users",
  "webmessaging-guests",
  "guest-tokens",
  "webchat-instances",
  "custom-signed",
] as const;

/** Which of the platform's ways to make a guest is in use. */
export type GuestApiName = (typeof GUEST_APIS)[number];

export const CHALLENGE_PROVIDERS = ["turnstile", "recaptcha", "hcaptcha", "friendly", "altcha"] as const;
export type ChallengeProvider = (typeof CHALLENGE_PROVIDERS)[number];

export const ENDPOINT_PATHS = {
  sessions: "/v1/sessions",
  refresh: "/v1/sessions/refresh",
  messenger: "/v1/messenger",
} as const;

export interface Consent {
  accepted: boolean;
  /** ISO 8601. */
  timestamp: string;
}

export interface Challenge {
  provider: ChallengeProvider;
  response: string;
}

/** What a sign-in at the brand's OpenID provider gave the page. */
export interface Authorization {
  code: string;
  redirectUri: string;
  codeVerifier?: string;
  nonce?: string;
  maxAge?: number;
  iss?: string;
}

/** Body of `POST /v1/sessions`. Unknown fields are refused. */
export interface StartSessionRequest {
  deploymentId: string;
  /** JWT signed by the site's back end; `sub` is the customer id. */
  identityToken?: string;
  consent?: Consent;
  challenge?: Challenge;
  /** At most 20 pairs, key 128, value 512 code points, 2048 bytes of UTF-8 in all. */
  attributes?: Record<string, string>;
  /** BCP 47; default `en-us`. */
  language?: string;
  queueId?: string;
  authorization?: Authorization;
  /** Refused unless IDENTITY_MODE=unverified. */
  customerId?: string;
}

/** Body of `POST /v1/sessions/refresh`; may be empty. */
export interface RefreshSessionRequest {
  identityToken?: string;
}

export interface MessengerUrls {
  /** `wss://<host>/v1`, without a query. */
  socket: string;
  /** An origin. */
  api: string;
  /** Whole URL of the deployment's public config.json. */
  config: string;
  /** Whole URL of the official Messenger's bootstrap. */
  bootstrap: string;
}

/** Document 1's form. */
export interface InitConfig {
  deploymentId: string;
  region: string;
  guestToken: string;
  loginMode: "guest";
}

/** Document 1's form. */
export interface MessengerFeatures {
  isTranscriptEnabled: boolean;
  isFileUploadEnabled: boolean;
  isRatingEnabled: boolean;
}

/** Document 4's form, for `guest-tokens`. */
export interface OnboardingConfig {
  environment: string;
  webchatId: string;
  guestToken: string;
  externalId: string;
}

export interface SessionMessenger {
  deploymentId: string;
  region: string;
  guestApi: string;
  urls: MessengerUrls;
  initConfig: InitConfig;
  features: MessengerFeatures;
  onboarding?: OnboardingConfig;
}

/** Answer of a refresh. */
export interface RefreshedSession {
  sessionId: string;
  guestId: string;
  token: string;
  tokenType: "jwt" | "uuid";
  /** web-messaging: the UUID of each frame's `token`; anonymous: the same as `token`. */
  sessionToken?: string;
  issuedAt: string;
  expiresAt: string;
  expiresIn: number;
  refreshIn: number;
  serverTime: string;
  /** `bound`: whether the handle is of no use without the key that was proved at the start. */
  session: { handle: string; expiresIn: number; bound?: boolean };
}

/** Answer of a start. */
export interface Session extends RefreshedSession {
  messenger: SessionMessenger;
}

/** Answer of `GET /v1/messenger`: what a page may know before it has a token. */
export interface MessengerInfo {
  deploymentId: string;
  region: string;
  guestApi: string;
  urls: MessengerUrls;
  features: MessengerFeatures;
  languages: string[];
  defaultLanguage: string;
  /** The deployment's public configuration, or null when it could not be had. */
  deployment: Record<string, unknown> | null;
  /** What a conversation acts on of it, so that a page need not read it; absent from endpoints before this field. */
  conversation?: ConversationConfig | null;
}

/** Answer of the Express endpoint's route, `POST /api/webchat/guest-token`. */
export interface CompatGuestToken {
  guestId: string;
  guestToken: string;
  expiresAt: string;
  ttlSeconds: number;
}
