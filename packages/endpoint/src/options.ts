/** What the plugin can be told. Read once at the door and frozen; a mistake is a TypeError that names the option. */
import { fileURLToPath } from "node:url";
import type { Broker, Store } from "@guestpass/broker";
import type { FastifyRequest } from "fastify";
import type { Config } from "./config.js";
import { parseOrigin } from "./origins.js";

/** Options of a server that has made its own broker, and closes it. */
export interface BrokerGivenOptions {
  /** Does everything that is not HTTP; `createBroker` of `@guestpass/broker` makes one. */
  broker: Broker;
  /** Origins of the sites whose pages may ask: `https://shop.example`, `https://*.brand.example`. */
  allowedOrigins: readonly string[];
  /** Refuse requests without an Origin header; true. */
  requireOrigin?: boolean;
  /** Path before all routes, e.g. `/chat`. */
  prefix?: string;
  /** Limits in a window of `windowSeconds` (60). */
  rateLimit?: RateLimitOptions;
  /** A store that instances share; limits are then counted together. */
  store?: Store;
  /** URL of the server's root as browsers call it, where a proxy hides scheme or host. */
  publicUrl?: string | ((request: FastifyRequest) => string);
  /** Directory of the script-tag build; false serves none. */
  embedDir?: string | false;
  /** Bytes of a body; 65536. */
  bodyLimit?: number;
  /** Requests under way at once, before `overloaded`; 1000. With false no load is shed. */
  maxConcurrent?: number | false;
  /** Answer what no route answers, too: where the whole server is this endpoint. Implied by a prefix. */
  ownsNotFound?: boolean;
  /** While false, sessions answer `not_ready`. */
  isReady?: () => boolean;
}

export interface RateLimitOptions {
  /** Session starts of one network; ten times as many refreshes. 30. */
  max?: number;
  windowSeconds?: number;
  /** The same of the pages of one origin; a hundred times `max`. */
  originMax?: number;
  /** The same of all together; three hundred times `max`. */
  globalMax?: number;
  /** Refreshes of one session; 120. */
  sessionMax?: number;
}

/** Options of a server that leaves the rest to a configuration. */
export interface ConfigGivenOptions {
  /** As `readConfig(process.env)` reads it. HOST, PORT, ADMIN_*, TRUST_PROXY and LOG_LEVEL are the server's affair. */
  config: Config;
  prefix?: string;
}

export type GuestpassOptions = BrokerGivenOptions | ConfigGivenOptions;

export interface Settings {
  readonly broker: Broker;
  readonly allowedOrigins: readonly string[];
  readonly requireOrigin: boolean;
  readonly rateLimit: Readonly<Required<RateLimitOptions>>;
  readonly store: Store | undefined;
  readonly baseUrl: (request: FastifyRequest) => string;
  readonly embedDir: string | false;
  readonly bodyLimit: number;
  readonly maxConcurrent: number | false;
  readonly ownsNotFound: boolean;
  readonly isReady: () => boolean;
}

/** The build copies the script-tag build beside the compiled endpoint. */
export const EMBED_DIR = fileURLToPath(new URL("../dist/embed/", import.meta.url));
/** Without a figure of their own, limits follow that of one network. */
const ORIGIN_TIMES = 100;
const GLOBAL_TIMES = 300;
/** Far beyond what a keeper asks, tabs and short tokens included. */
const SESSION_MAX = 120;
const NAMES: ReadonlySet<string> = new Set([
  "broker",
  "allowedOrigins",
  "requireOrigin",
  "prefix",
  "rateLimit",
  "store",
  "publicUrl",
  "embedDir",
  "bodyLimit",
  "maxConcurrent",
  "ownsNotFound",
  "isReady",
] satisfies (keyof BrokerGivenOptions)[]);
/** Fastify hands its own register options to a plugin, too. */
const FASTIFY_NAMES: ReadonlySet<string> = new Set(["logLevel", "logSerializers", "encapsulate", "prefix"]);

/** @throws TypeError that names the option. */
export function readOptions(options: BrokerGivenOptions): Settings {
  for (const name of Object.keys(options))
    if (!NAMES.has(name) && !FASTIFY_NAMES.has(name)) throw new TypeError(`guestpass: there is no option "${name}"`);
  const { broker, allowedOrigins, publicUrl } = options;
  if (typeof broker?.startSession !== "function")
    throw new TypeError("guestpass: broker must be a broker of @guestpass/broker");
  if (!Array.isArray(allowedOrigins) || allowedOrigins.length === 0)
    throw new TypeError("guestpass: allowedOrigins must list at least one origin");
  return Object.freeze({
    broker,
    allowedOrigins: allowedOrigins.map(origin),
    requireOrigin: options.requireOrigin ?? true,
    rateLimit: rateLimitOf(options.rateLimit ?? {}),
    store: options.store,
    baseUrl: baseUrlOf(publicUrl),
    embedDir: options.embedDir ?? EMBED_DIR,
    bodyLimit: whole("bodyLimit", options.bodyLimit ?? 65_536),
    maxConcurrent: options.maxConcurrent === false ? false : whole("maxConcurrent", options.maxConcurrent ?? 1000),
    ownsNotFound: options.ownsNotFound ?? (options.prefix !== undefined && !["", "/"].includes(options.prefix)),
    isReady: options.isReady ?? (() => true),
  });
}

function rateLimitOf(options: RateLimitOptions): Settings["rateLimit"] {
  const max = whole("rateLimit.max", options.max ?? 30);
  return {
    max,
    windowSeconds: whole("rateLimit.windowSeconds", options.windowSeconds ?? 60),
    originMax: whole("rateLimit.originMax", options.originMax ?? max * ORIGIN_TIMES),
    globalMax: whole("rateLimit.globalMax", options.globalMax ?? max * GLOBAL_TIMES),
    sessionMax: whole("rateLimit.sessionMax", options.sessionMax ?? SESSION_MAX),
  };
}

function origin(text: unknown): string {
  if (typeof text !== "string") throw new TypeError("guestpass: allowedOrigins must be strings");
  try {
    return parseOrigin(text);
  } catch (cause) {
    throw new TypeError(`guestpass: allowedOrigins: ${(cause as Error).message}`, { cause });
  }
}

function whole(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new TypeError(`guestpass: ${name} must be a whole number from 1`);
  return value;
}

function baseUrlOf(publicUrl: BrokerGivenOptions["publicUrl"]): Settings["baseUrl"] {
  if (typeof publicUrl === "function") return publicUrl;
  if (publicUrl === undefined) return (request) => `${request.protocol}://${request.host}`;
  if (!URL.canParse(publicUrl)) throw new TypeError("guestpass: publicUrl must be an absolute URL");
  const base = publicUrl.replace(/\/+$/, "");
  return () => base;
}
