/**
 * What the variables demand of each other: which are required, which contradict, which deserve a warning. Rules only:
 * they read no variable themselves and change nothing.
 */
import { existsSync } from "node:fs";
import { type Environment, given, type Mistake } from "./environment.js";
import { VARIABLES, type VariableName } from "./variables.js";

const NEEDS_CREDENTIALS: ReadonlySet<string> = new Set([
  "guest",
  "external-users",
  "webmessaging-guests",
  "guest-tokens",
  "webchat-instances",
]);

/** What is not there but has to be. */
export function* missing(
  { values: v, secrets, pairs, mistakes }: Environment,
  env: NodeJS.ProcessEnv,
): Generator<Mistake> {
  const wrong = (name: string): boolean => mistakes.some((mistake) => mistake.name.startsWith(name));
  const need = (name: VariableName, message: string): Mistake => ({ name, message: message + lookAlike(env, name) });
  if (v.GUEST_API === undefined)
    yield need("GUEST_API", `is required: one of ${VARIABLES.GUEST_API.kind.hint.replaceAll("|", ", ")}`);
  if (v.ALLOWED_ORIGINS === undefined && v.FRONTEND_ORIGIN === undefined && !wrong("FRONTEND_ORIGIN"))
    yield need("ALLOWED_ORIGINS", "is required: the sites whose pages may ask, e.g. https://shop.example");
  if (v.DEPLOYMENT_IDS === undefined)
    yield need("DEPLOYMENT_IDS", "is required: the ids of the messenger deployments, separated by commas");
  if (v.GENESYS_REGION === undefined && v.GENESYS_BASE_URL === undefined && !wrong("GENESYS_BASE_URL"))
    yield need("GENESYS_REGION", "is required (or GENESYS_BASE_URL): the organisation's region, e.g. mypurecloud.ie");
  if (NEEDS_CREDENTIALS.has(v.GUEST_API ?? "") && pairs.length === 0 && !wrong("GENESYS_CLIENT_")) {
    yield need(
      "GENESYS_CLIENT_ID",
      `is required for GUEST_API=${v.GUEST_API}: the id of an OAuth client (client credentials)`,
    );
    yield need("GENESYS_CLIENT_SECRET", "is required with it (or GENESYS_CLIENT_SECRET_FILE)");
  }
  if (v.GUEST_API === "custom-signed" && !secrets.CUSTOM_SIGNING_SECRET)
    yield need("CUSTOM_SIGNING_SECRET", "is required for GUEST_API=custom-signed (or CUSTOM_SIGNING_SECRET_FILE)");
  if (v.STORE === "redis" && !secrets.REDIS_URL)
    yield need("REDIS_URL", "is required for STORE=redis, e.g. redis://127.0.0.1:6379");
  if (v.CHALLENGE_PROVIDER && !secrets.CHALLENGE_SECRET)
    yield need("CHALLENGE_SECRET", `is required for CHALLENGE_PROVIDER=${v.CHALLENGE_PROVIDER}`);
  if (v.IDENTITY_MODE === "required" && !secrets.IDENTITY_SECRET && !v.IDENTITY_JWKS_URL)
    yield need("IDENTITY_SECRET", "is required for IDENTITY_MODE=required (or IDENTITY_JWKS_URL)");
  if (production(env) && v.SESSION_KEYS_FILE === undefined)
    yield need(
      "SESSION_KEYS_FILE",
      "is required with NODE_ENV=production: make one with `guestpass keys new FILE`, else every restart ends all sessions",
    );
}

/** What a report on the platform needs, whatever the guest API. */
export function* missingForReports({ values: v, pairs }: Environment): Generator<Mistake> {
  if (v.GENESYS_REGION === undefined && v.GENESYS_BASE_URL === undefined)
    yield { name: "GENESYS_REGION", message: "is required (or GENESYS_BASE_URL): the organisation's region" };
  if (pairs.length === 0)
    yield {
      name: "GENESYS_CLIENT_ID",
      message: "and its secret are required: an OAuth client that may read analytics",
    };
}

/** What cannot both be meant. */
export function* contradictions({ values: v, secrets }: Environment): Generator<Mistake> {
  if (secrets.IDENTITY_SECRET && v.IDENTITY_JWKS_URL)
    yield { name: "IDENTITY_JWKS_URL", message: "is set, and so is IDENTITY_SECRET: leave one of them out" };
  if (secrets.CHALLENGE_SECRET && !v.CHALLENGE_PROVIDER)
    yield {
      name: "CHALLENGE_PROVIDER",
      message: `is missing, though CHALLENGE_SECRET is set: one of ${VARIABLES.CHALLENGE_PROVIDER.kind.hint.replaceAll("|", ", ")}`,
    };
  if (secrets.WEBHOOK_SECRET && !v.WEBHOOK_URL)
    yield { name: "WEBHOOK_URL", message: "is missing, though WEBHOOK_SECRET is set" };
  if (v.ADMIN_PORT !== undefined && v.ADMIN_PORT !== 0 && v.ADMIN_PORT === v.PORT)
    yield { name: "ADMIN_PORT", message: "is the same as PORT: the admin listener needs its own" };
  for (const name of ["SESSION_KEYS_FILE", "EMBED_DIR"] as const)
    if (v[name] !== undefined && !existsSync(v[name]))
      yield {
        name,
        message: `names something that is not there${name === "SESSION_KEYS_FILE" ? ": make it with `guestpass keys new FILE`" : ""}`,
      };
}

/** Names the variable that was probably meant, where one is set that differs by a plural. */
function lookAlike(env: NodeJS.ProcessEnv, name: string): string {
  const other = name.endsWith("S") ? name.slice(0, -1) : `${name}S`;
  return given(env, other) === undefined ? "" : ` (${other} is set, but is not read: is it meant?)`;
}

const production = (env: NodeJS.ProcessEnv): boolean => env["NODE_ENV"] === "production";

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;
/** RFC 7518 section 3.2: a key of HS256 has at least 256 bits. */
const HS256_BYTES = 32;

/** What works, but the operator ought to know; no secret in it. */
export function* warnings({ values: v, secrets, pairs }: Environment, origins: readonly string[]): Generator<string> {
  if (v.SESSION_KEYS_FILE === undefined)
    yield "SESSION_KEYS_FILE is not set: session handles are encrypted with a key made just now, so a restart ends all sessions and instances do not share them";
  if (v.IDENTITY_MODE === "unverified")
    yield "IDENTITY_MODE=unverified: the customer id that a page claims is believed, so anybody can claim to be any customer";
  if (secrets.IDENTITY_SECRET && Buffer.byteLength(secrets.IDENTITY_SECRET.value) < HS256_BYTES)
    yield `IDENTITY_SECRET is shorter than ${HS256_BYTES} bytes: it can be guessed from one identity token`;
  if (secrets.CUSTOM_SIGNING_SECRET && Buffer.byteLength(secrets.CUSTOM_SIGNING_SECRET.value) < HS256_BYTES)
    yield `CUSTOM_SIGNING_SECRET is shorter than ${HS256_BYTES} bytes: it can be guessed from one token`;
  if (pairs.length > 0 && v.GENESYS_BASE_URL !== undefined && isOpenHttp(v.GENESYS_BASE_URL))
    yield "GENESYS_BASE_URL is http: credentials and tokens cross the network in the clear";
  const open = origins.filter(isOpenHttp);
  if (open.length > 0) yield `ALLOWED_ORIGINS lets in pages without TLS: ${open.join(", ")}`;
  if (!v.REQUIRE_ORIGIN) yield "REQUIRE_ORIGIN=false: requests from anywhere but a page are answered";
  if (v.GUEST_API === "webchat-instances" && v.QUEUE_IDS === undefined)
    yield "QUEUE_IDS is not set: GUEST_API=webchat-instances needs a queue, so every start will be refused";
}

function isOpenHttp(url: string): boolean {
  return url.startsWith("http:") && !LOOPBACK.test(new URL(url).hostname);
}
