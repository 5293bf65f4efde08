/** The single checks of `guestpass check`, against the platform and the store as they are. */
import { type Broker, BrokerError, type HealthCheck, type RequestContext } from "@guestpass/broker";
import { baseHosts, findRegion, regionHosts } from "@guestpass/protocol";
import { nanoid } from "nanoid";
import { assembleBroker } from "../assemble.js";
import type { Config } from "../config.js";
import { readEmbedFiles } from "../embed-files.js";
import { EMBED_DIR } from "../options.js";

export interface Finding {
  readonly name: string;
  readonly status: "ok" | "warning" | "fault" | "skipped";
  readonly detail: string;
  /** What to do about it. */
  readonly mend?: string;
  /** The variable that is wrong, where one is. */
  readonly variable?: string;
}

/** Tokens are refused, or live too long, where the clocks differ by more. */
const CLOCK_TOLERANCE_SECONDS = 30;
const FETCH_MS = 5000;
/** Their ids name a web chat, or nothing: that there is no such messenger deployment may be right. */
const OTHER_IDS: ReadonlySet<string> = new Set(["guest-tokens", "webchat-instances"]);

/** @throws ConfigError when a file that the configuration names cannot be used. */
export async function* inspect(config: Config, issue: boolean): AsyncGenerator<Finding> {
  const { broker } = await assembleBroker(config, { audit: () => undefined, warn: () => undefined });
  try {
    if (config.session.keysFile !== undefined) yield { name: "keys", status: "ok", detail: "the key file can be used" };
    const credentials = await checkCredentials(broker, config);
    yield credentials;
    for (const id of config.deploymentIds) yield await checkDeployment(broker, config, id);
    yield credentials.status === "fault"
      ? { name: "permissions", status: "skipped", detail: "needs the credentials" }
      : await checkPermissions(broker, config, issue);
    yield await checkStore(broker, config);
    yield await checkEmbed(config);
    if (config.identity.jwksUrl !== undefined) yield await checkKeySet(config.identity.jwksUrl);
    yield await checkClock(config);
  } finally {
    await broker.close();
  }
}

async function checkCredentials(broker: Broker, config: Config): Promise<Finding> {
  const name = "credentials";
  if (config.platform.clients.length === 0)
    return { name, status: "skipped", detail: `GUEST_API=${config.guestApi} works without` };
  const proof = await broker.prove();
  if (proof.ok) return { name, status: "ok", detail: `accepted (${config.platform.clients.length} configured)` };
  return { name, status: "fault", detail: proof.reason, mend: proof.mend };
}

async function checkDeployment(broker: Broker, config: Config, id: string): Promise<Finding> {
  const name = "deployment";
  try {
    const { deployment } = await broker.messengerInfo(id, contextOf(config));
    if (deployment) return { name, status: "ok", detail: `${id} is published` };
    return {
      name,
      status: OTHER_IDS.has(config.guestApi) ? "warning" : "fault",
      detail: `${id}: its public configuration cannot be had`,
      mend: "check the id and the region, and that the deployment is active",
    };
  } catch (error) {
    return { name, status: "fault", ...explain(error, "check DEPLOYMENT_IDS") };
  }
}

/** The whole way once, as a visitor would go it: permissions and scopes show only then. */
async function checkPermissions(broker: Broker, config: Config, issue: boolean): Promise<Finding> {
  const name = "permissions";
  const obstacle = !issue ? "--no-issue" : obstacleOf(config);
  if (obstacle !== undefined) return { name, status: "skipped", detail: `not tried: ${obstacle}` };
  const context = contextOf(config);
  try {
    const { session, tokenType, expiresIn } = await broker.startSession(
      {
        deploymentId: config.deploymentIds[0],
        consent: { accepted: true, timestamp: new Date().toISOString() },
        ...(config.queueIds[0] !== undefined && { queueId: config.queueIds[0] }),
      },
      context,
    );
    await broker.endSession(session.handle, context).catch(() => undefined);
    return {
      name,
      status: "ok",
      detail: `a session was started and ended; its token (${tokenType}) lives ${expiresIn} s`,
    };
  } catch (error) {
    const mend = "check the OAuth client's roles and scopes for this GUEST_API";
    return { name, status: "fault", ...explain(error, mend) };
  }
}

function obstacleOf({ identity, challenge, session }: Config): string | undefined {
  if (identity.mode === "required") return "IDENTITY_MODE=required asks for a customer";
  if (challenge) return "a challenge stands before it";
  return session.binding === "required" ? "SESSION_BINDING=required asks for a browser's key" : undefined;
}

async function checkStore(broker: Broker, config: Config): Promise<Finding> {
  const { checks } = await broker.health();
  const store = checks.find((one: HealthCheck) => one.name === "store");
  const name = "store";
  if (store && !store.ok)
    return { name, status: "fault", detail: store.detail ?? "does not answer", mend: storeMend(config.store.kind) };
  return { name, status: "ok", detail: config.store.kind };
}

function storeMend(kind: Config["store"]["kind"]): string {
  return kind === "dynamodb" ? "check DYNAMODB_TABLE, DYNAMODB_ENDPOINT and the role's rights" : "check REDIS_URL";
}

async function checkEmbed({ embedDir = EMBED_DIR }: Config): Promise<Finding> {
  const name = "embed";
  const files = await readEmbedFiles(embedDir);
  if (files.find("guestpass.js"))
    return { name, status: "ok", detail: `/embed/guestpass.js is version ${files.version}` };
  const mend = "build it, or set EMBED_DIR, if pages are to load it from here";
  return { name, status: "warning", detail: "there is no script-tag build to serve", mend };
}

async function checkKeySet(url: string): Promise<Finding> {
  const name = "identity";
  const mend = "check IDENTITY_JWKS_URL";
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_MS) });
    const { keys } = (await response.json()) as { keys?: unknown };
    if (response.ok && Array.isArray(keys) && keys.length > 0)
      return { name, status: "ok", detail: `${keys.length} keys at IDENTITY_JWKS_URL` };
    return { name, status: "fault", detail: `IDENTITY_JWKS_URL answers ${response.status} without keys`, mend };
  } catch {
    return { name, status: "fault", detail: "IDENTITY_JWKS_URL cannot be reached", mend };
  }
}

/** By the Date header of the platform, which is right to a second. */
async function checkClock({ platform }: Config): Promise<Finding> {
  const name = "clock";
  const region = findRegion(platform.region ?? "");
  const hosts = platform.baseUrl !== undefined ? baseHosts(platform.baseUrl) : region && regionHosts(region);
  try {
    const asked = Date.now();
    const { headers } = await fetch(hosts?.login ?? "", {
      method: "HEAD",
      redirect: "manual",
      signal: AbortSignal.timeout(FETCH_MS),
    });
    const there = Date.parse(headers.get("date") ?? "");
    if (Number.isNaN(there)) return { name, status: "skipped", detail: "the platform does not tell its time" };
    const offBy = Math.round(((asked + Date.now()) / 2 - there) / 1000);
    if (Math.abs(offBy) <= CLOCK_TOLERANCE_SECONDS)
      return { name, status: "ok", detail: `within ${CLOCK_TOLERANCE_SECONDS} s of the platform's` };
    return { name, status: "fault", detail: `${offBy} s off the platform's`, mend: "let NTP set this machine's clock" };
  } catch {
    return { name, status: "skipped", detail: "the platform cannot be reached" };
  }
}

function contextOf(config: Config): RequestContext {
  const origin = config.allowedOrigins.find((one) => !one.includes("*")) ?? null;
  return { requestId: `check-${nanoid()}`, origin };
}

function explain(error: unknown, mend: string): Pick<Finding, "detail" | "mend"> {
  if (!(error instanceof BrokerError)) throw error;
  const status = error.upstreamStatus === undefined ? "" : `; the platform answered ${error.upstreamStatus}`;
  return { detail: `${error.code}: ${error.message}${status}`, mend };
}
