/**
 * The endpoint's configuration, read once from the environment. Knows what the variables demand of each other and says
 * every mistake at once, by name; opens no connection.
 */
import { type ChallengeProvider, type GuestApiName, optional } from "@guestpass/protocol";
import { contradictions, missing, missingForReports, warnings } from "./config-rules.js";
import { type ClientPair, type Environment, type Mistake, readEnvironment, type Secret } from "./environment.js";
import type { VariableValues } from "./variables.js";

export interface Config {
  readonly guestApi: GuestApiName;
  readonly platform: {
    readonly region?: string;
    readonly baseUrl?: string;
    readonly clients: readonly ClientPair[];
    readonly oauthPath: "/oauth/token" | "/api/v2/oauth/token";
    readonly requiredScopes?: readonly string[];
    readonly timeoutSeconds: number;
    readonly deadlineSeconds: number;
    readonly guestQuota: number;
  };
  readonly allowedOrigins: readonly string[];
  readonly requireOrigin: boolean;
  readonly deploymentIds: readonly string[];
  readonly queueIds: readonly string[];
  readonly trustProxy: readonly string[];
  /** This endpoint as browsers call it, without a slash at its end. */
  readonly publicUrl?: string;
  readonly identity: {
    readonly mode: "optional" | "required" | "unverified";
    readonly secret?: Secret;
    readonly jwksUrl?: string;
    readonly issuer?: string;
    readonly audience?: string;
    readonly pepper?: string;
  };
  readonly consentRequired: boolean;
  readonly challenge?: {
    readonly provider: ChallengeProvider;
    readonly secret: Secret;
    readonly verifyUrl?: string;
    readonly minScore: number;
    readonly onOutage: "refuse" | "accept";
  };
  readonly session: {
    /** Without it handles are encrypted with a key made at the start. */
    readonly keysFile?: string;
    readonly maxAgeSeconds: number;
    readonly binding: "preferred" | "required" | "off";
    readonly refreshLeadSeconds: number;
  };
  readonly customSigning?: { readonly secret: Secret; readonly ttlSeconds: number };
  readonly store:
    | { readonly kind: "memory" }
    | { readonly kind: "redis"; readonly url: string }
    | { readonly kind: "dynamodb"; readonly table: string; readonly endpoint?: string };
  readonly rateLimit: {
    readonly max: number;
    readonly windowSeconds: number;
    readonly originMax?: number;
    readonly globalMax?: number;
    readonly sessionMax: number;
  };
  /** From how many session starts on unusual minting is noticed; 0 counts none. */
  readonly minting: {
    readonly windowSeconds: number;
    readonly perCustomer: number;
    readonly perOrigin: number;
    readonly perNetwork: number;
  };
  readonly webhook?: { readonly url: string; readonly secret?: Secret };
  /** A path, `stdout` or `off`. */
  readonly auditLog: string;
  readonly logLevel: "silent" | "fatal" | "error" | "warn" | "info" | "debug" | "trace";
  readonly host: string;
  readonly port: number;
  readonly admin?: { readonly host: string; readonly port: number };
  readonly embedDir?: string;
  /** What the operator ought to know at the start; no secret in it. */
  readonly warnings: readonly string[];
  /** Every secret in it, so that logs can be kept free of them; those that come with a changed file are added. */
  readonly secretValues: string[];
}

/** All mistakes of a configuration, by name. Exit code 78 (EX_CONFIG of sysexits). */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly exitCode = 78;
  readonly mistakes: readonly Mistake[];
  constructor(mistakes: readonly Mistake[]) {
    const lines = mistakes.map((mistake) => `  ${mistake.name} ${mistake.message}`);
    super(
      `the configuration has ${mistakes.length} ${mistakes.length === 1 ? "mistake" : "mistakes"}:\n${lines.join("\n")}`,
    );
    this.mistakes = mistakes;
  }
}

/**
 * Reads the whole configuration.
 * @throws ConfigError with all mistakes.
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const environment = readEnvironment(env);
  const wrong = new Set(environment.mistakes.map((mistake) => mistake.name.replace(/_FILE$/, "")));
  const found: Mistake[] = [...environment.mistakes];
  for (const mistake of [...missing(environment, env), ...contradictions(environment)])
    if (!wrong.has(mistake.name)) found.push(mistake);
  if (found.length > 0) throw new ConfigError(found);
  return assemble(environment);
}

/**
 * Where the platform is and with which clients to ask it: all that a report needs of the configuration.
 * @throws ConfigError with the mistakes in that part of it.
 */
export function readPlatform(env: NodeJS.ProcessEnv): Config["platform"] {
  const environment = readEnvironment(env);
  const mistakes = environment.mistakes.filter(({ name }) => name.startsWith("GENESYS_"));
  if (mistakes.length === 0) mistakes.push(...missingForReports(environment));
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return platformOf(environment);
}

/** Only called without mistakes: what is required is there. */
function assemble(environment: Environment): Config {
  const { values: v, secrets, pairs } = environment;
  const allowedOrigins = [...new Set([...(v.ALLOWED_ORIGINS ?? []), ...(v.FRONTEND_ORIGIN ?? [])])];
  return Object.freeze({
    guestApi: v.GUEST_API as GuestApiName,
    platform: platformOf(environment),
    allowedOrigins,
    requireOrigin: v.REQUIRE_ORIGIN,
    deploymentIds: v.DEPLOYMENT_IDS ?? [],
    queueIds: v.QUEUE_IDS ?? [],
    trustProxy: v.TRUST_PROXY ?? [],
    identity: {
      mode: v.IDENTITY_MODE,
      ...optional({
        secret: secrets.IDENTITY_SECRET,
        jwksUrl: v.IDENTITY_JWKS_URL,
        issuer: v.IDENTITY_ISSUER,
        audience: v.IDENTITY_AUDIENCE,
        pepper: v.IDENTITY_PEPPER,
      }),
    },
    consentRequired: v.CONSENT_REQUIRED,
    session: {
      ...optional({ keysFile: v.SESSION_KEYS_FILE }),
      maxAgeSeconds: v.SESSION_MAX_AGE,
      binding: v.SESSION_BINDING,
      refreshLeadSeconds: v.REFRESH_LEAD,
    },
    store: storeOf(v),
    rateLimit: {
      max: v.RATE_LIMIT_MAX,
      windowSeconds: v.RATE_LIMIT_WINDOW,
      sessionMax: v.RATE_LIMIT_SESSION_MAX,
      ...optional({ originMax: v.RATE_LIMIT_ORIGIN_MAX, globalMax: v.RATE_LIMIT_GLOBAL_MAX }),
    },
    minting: {
      windowSeconds: v.MINTING_WINDOW,
      perCustomer: v.MINTING_MAX_CUSTOMER,
      perOrigin: v.MINTING_MAX_ORIGIN,
      perNetwork: v.MINTING_MAX_NETWORK,
    },
    auditLog: v.AUDIT_LOG,
    logLevel: v.LOG_LEVEL,
    host: v.HOST,
    port: v.PORT,
    ...optional({
      publicUrl: v.PUBLIC_URL,
      embedDir: v.EMBED_DIR,
      challenge: challengeOf(environment),
      customSigning: secrets.CUSTOM_SIGNING_SECRET && {
        secret: secrets.CUSTOM_SIGNING_SECRET,
        ttlSeconds: v.CUSTOM_SIGNING_TTL,
      },
      webhook:
        v.WEBHOOK_URL === undefined
          ? undefined
          : { url: v.WEBHOOK_URL, ...optional({ secret: secrets.WEBHOOK_SECRET }) },
      admin: v.ADMIN_PORT === undefined ? undefined : { host: v.ADMIN_HOST, port: v.ADMIN_PORT },
    }),
    warnings: [...warnings(environment, allowedOrigins)],
    secretValues: [...Object.values(secrets), ...pairs.map((pair) => pair.clientSecret)].map((one) => one.value),
  });
}

function platformOf({ values: v, pairs }: Environment): Config["platform"] {
  return {
    ...optional({ region: v.GENESYS_REGION, baseUrl: v.GENESYS_BASE_URL, requiredScopes: v.REQUIRED_SCOPES }),
    clients: pairs,
    oauthPath: v.GENESYS_OAUTH_PATH,
    timeoutSeconds: v.UPSTREAM_TIMEOUT,
    deadlineSeconds: v.UPSTREAM_DEADLINE,
    guestQuota: v.GUEST_QUOTA,
  };
}

function challengeOf({ values: v, secrets }: Environment): Config["challenge"] {
  if (v.CHALLENGE_PROVIDER === undefined || secrets.CHALLENGE_SECRET === undefined) return undefined;
  return {
    provider: v.CHALLENGE_PROVIDER,
    secret: secrets.CHALLENGE_SECRET,
    ...optional({ verifyUrl: v.CHALLENGE_VERIFY_URL }),
    minScore: v.CHALLENGE_MIN_SCORE,
    onOutage: v.CHALLENGE_ON_OUTAGE,
  };
}

function storeOf(v: VariableValues): Config["store"] {
  if (v.STORE === "redis") return { kind: v.STORE, url: v.REDIS_URL ?? "" };
  if (v.STORE === "dynamodb")
    return { kind: v.STORE, table: v.DYNAMODB_TABLE, ...optional({ endpoint: v.DYNAMODB_ENDPOINT }) };
  return { kind: "memory" };
}
