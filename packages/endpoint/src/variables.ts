/**
 * Every environment variable of the endpoint, once: its kind, its default and what it is for. The reader, the
 * explanation of `guestpass check` and the tests go by this table; what variables demand of each other is config's.
 */
import { CHALLENGE_PROVIDERS, GUEST_APIS } from "@guestpass/protocol";
import {
  baseUrl,
  choice,
  count,
  decimal,
  identifier,
  type Kind,
  list,
  network,
  onOff,
  region,
  seconds,
  text,
  url,
} from "./kinds.js";
import { parseOrigin } from "./origins.js";

export interface Variable<T = unknown> {
  readonly kind: Kind<T>;
  readonly about: string;
  /** Read from the file that `<NAME>_FILE` names, too; never shown. */
  readonly secret?: true;
  /** `<NAME>_2`, `<NAME>_3`, ... are read as well. */
  readonly numbered?: true;
}
export interface DefaultedVariable<T> extends Variable<T> {
  readonly fallback: T;
}

const given = <T>(kind: Kind<T>, about: string): Variable<T> => ({ kind, about });
const secret = (about: string, kind: Kind<string> = text("secret")): Variable<string> => ({
  kind,
  about,
  secret: true,
});
const or = <T>(fallback: NoInfer<T>, kind: Kind<T>, about: string): DefaultedVariable<T> => ({ kind, about, fallback });

const MONTH = 31 * 86_400;
const port = (min: number): Kind<number> => count(min, 65_535, "a port");
const origins = list(parseOrigin, "https://shop.example,https://*.example.com");
const path = text("path");

/** Grouped and ordered as the documentation shows them. */
export const VARIABLE_GROUPS = {
  platform: {
    GUEST_API: given(choice(...GUEST_APIS), "which of the platform's ways to make a guest is used (required)"),
    GENESYS_REGION: given(region, "the organisation's region"),
    GENESYS_BASE_URL: given(baseUrl, "one base for all of the platform's hosts: the simulator, a proxy"),
    GENESYS_CLIENT_ID: {
      kind: text("id", 256),
      about: "the OAuth client (client credentials)",
      secret: true,
      numbered: true,
    },
    GENESYS_CLIENT_SECRET: { kind: text("secret", 1024), about: "its secret", secret: true, numbered: true },
    GENESYS_OAUTH_PATH: or(
      "/oauth/token",
      choice("/oauth/token", "/api/v2/oauth/token"),
      "where access tokens are asked for: on the login host, or on the API's",
    ),
    REQUIRED_SCOPES: given(
      list(text("scope", 256), "scope,scope"),
      "scopes that a token must carry before it is handed out",
    ),
  },
  "who may ask": {
    ALLOWED_ORIGINS: given(origins, "the sites whose pages may ask (required)"),
    FRONTEND_ORIGIN: given(origins, "an older name for the same; added to the list"),
    REQUIRE_ORIGIN: or(true, onOff, "requests without an Origin header are refused"),
    DEPLOYMENT_IDS: given(list(identifier, "id,id"), "the messenger deployments that may be asked for (required)"),
    QUEUE_IDS: given(list(identifier, "id,id"), "the queues that a page may name"),
    TRUST_PROXY: given(list(network, network.hint), "the proxies whose X-Forwarded-* headers are believed"),
    PUBLIC_URL: given(baseUrl, "this endpoint as browsers call it, where a proxy hides scheme or host"),
  },
  "who it is": {
    IDENTITY_MODE: or("optional", choice("optional", "required", "unverified"), "what is asked of a visitor"),
    IDENTITY_SECRET: secret("verifies identity tokens (HS256) that the site's back end signs"),
    IDENTITY_JWKS_URL: given(url(), "or the key set that verifies them"),
    IDENTITY_ISSUER: given(text("issuer", 512), "the iss that identity tokens must have"),
    IDENTITY_AUDIENCE: given(text("audience", 512), "the aud that identity tokens must have"),
    IDENTITY_PEPPER: secret("keys the hash of customer ids in storage and logs"),
  },
  "consent, challenge": {
    CONSENT_REQUIRED: or(false, onOff, "a session starts only with the visitor's consent"),
    CHALLENGE_PROVIDER: given(choice(...CHALLENGE_PROVIDERS), "whose challenge a visitor must pass"),
    CHALLENGE_SECRET: secret("verifies its answers"),
    CHALLENGE_VERIFY_URL: given(url(), "where they are verified, instead of the provider's own"),
    CHALLENGE_MIN_SCORE: or(0.5, decimal(0, 1), "the least score that passes, where the provider scores"),
    CHALLENGE_ON_OUTAGE: or("refuse", choice("refuse", "accept"), "while the provider cannot be reached"),
  },
  session: {
    SESSION_KEYS_FILE: given(
      path,
      "the JWK set that encrypts session handles; make one with `guestpass keys new FILE`",
    ),
    SESSION_MAX_AGE: or(86_400, seconds(1, MONTH), "a session's absolute end after its start"),
    SESSION_BINDING: or(
      "preferred",
      choice("preferred", "required", "off"),
      "binding of a session to the browser's key (DPoP)",
    ),
    REFRESH_LEAD: or(300, seconds(1, 86_400), "a token is refreshed so long before it expires"),
    CUSTOM_SIGNING_SECRET: secret("signs the tokens of GUEST_API=custom-signed"),
    CUSTOM_SIGNING_TTL: or(3600, seconds(1, MONTH), "how long they live"),
  },
  store: {
    STORE: or(
      "memory",
      choice("memory", "redis", "dynamodb"),
      "what instances share: revocation, reuse, mappings, limits",
    ),
    REDIS_URL: secret("where Redis is", url(["redis", "rediss"], true)),
    DYNAMODB_TABLE: or("GenesysGuestSessions", text("name", 255), "the table's name"),
    DYNAMODB_ENDPOINT: given(url(), "another endpoint than AWS's own"),
  },
  limits: {
    RATE_LIMIT_MAX: or(
      30,
      count(1, 1_000_000_000),
      "session starts in a window and network; ten times as many refreshes",
    ),
    RATE_LIMIT_ORIGIN_MAX: given(
      count(1, 1_000_000_000),
      "the same for the pages of one origin; 100 times RATE_LIMIT_MAX without it",
    ),
    RATE_LIMIT_GLOBAL_MAX: given(
      count(1, 1_000_000_000),
      "the same for all together; 300 times RATE_LIMIT_MAX without it",
    ),
    RATE_LIMIT_SESSION_MAX: or(120, count(1, 1_000_000_000), "refreshes in a window and session"),
    RATE_LIMIT_WINDOW: or(60, seconds(1, 86_400), "the window"),
    UPSTREAM_TIMEOUT: or(5, seconds(1, 60), "one try at the platform"),
    UPSTREAM_DEADLINE: or(15, seconds(1, 120), "all tries of one request together"),
    GUEST_QUOTA: or(100, count(1, 1_000_000_000), "guests made in a minute, at most"),
    MINTING_WINDOW: or(600, seconds(12, 86_400), "session starts are counted in it to notice unusual minting"),
    MINTING_MAX_CUSTOMER: or(
      20,
      count(0, 1_000_000_000),
      "more starts of one customer in that time are noticed in audit and metrics; 0 counts none",
    ),
    MINTING_MAX_ORIGIN: or(1000, count(0, 1_000_000_000), "the same from one origin"),
    MINTING_MAX_NETWORK: or(100, count(0, 1_000_000_000), "the same from one network: an IPv4 address, an IPv6 /64"),
  },
  "seeing it": {
    AUDIT_LOG: or("stdout", text("a path, stdout or off"), "where audit records go, one JSON line each"),
    LOG_LEVEL: or("info", choice("silent", "fatal", "error", "warn", "info", "debug", "trace"), "logs, on stderr"),
    WEBHOOK_URL: given(url(), "is told of each token, beside the answer"),
    WEBHOOK_SECRET: secret("signs those calls"),
    HOST: or("0.0.0.0", text("address", 255), "the address to listen on"),
    PORT: or(3000, port(0), "the port to listen on; 0 takes a free one"),
    ADMIN_HOST: or("127.0.0.1", text("address", 255), "the address of the admin listener"),
    ADMIN_PORT: given(port(0), "the port of the admin listener (/metrics); none without it"),
    EMBED_DIR: given(path, "another directory for /embed than the one that came along"),
  },
} as const;

type Groups = typeof VARIABLE_GROUPS;
type UnionToIntersection<U> = (U extends unknown ? (x: U) => void : never) extends (x: infer I) => void ? I : never;
type Table = UnionToIntersection<Groups[keyof Groups]>;
export type VariableName = keyof Table;
type ValueOf<V> = V extends DefaultedVariable<infer T> ? T : V extends Variable<infer T> ? T | undefined : never;
/** What each variable says, defaults filled in. */
export type VariableValues = { [Name in VariableName]: ValueOf<Table[Name]> };

export const VARIABLES = Object.assign({}, ...Object.values(VARIABLE_GROUPS)) as Record<VariableName, Variable> & Table;

/** The default as one would write it, or nothing. */
export function fallbackOf(variable: Variable): string | number | boolean | undefined {
  return (variable as Partial<DefaultedVariable<string | number | boolean>>).fallback;
}
