/** What the platform has for this endpoint: credentials, deployments, queues, and a session once, as a visitor would start it. */
import { type Broker, BrokerError, type RequestContext } from "@guestpass/broker";
import { deploymentConfigPath } from "@guestpass/protocol";
import { nanoid } from "nanoid";
import type { Config } from "../config.js";
import type { Finding } from "./finding.js";
import { hostsOf, PATIENCE_MS } from "./inspect-network.js";

/** Their ids name a web chat, or nothing: that there is no such messenger deployment may be right. */
const OTHER_IDS: ReadonlySet<string> = new Set(["guest-tokens", "webchat-instances"]);

export async function* inspectPlatform(broker: Broker, config: Config, issue: boolean): AsyncGenerator<Finding> {
  const credentials = await checkCredentials(broker, config);
  yield credentials;
  for (const id of config.deploymentIds) {
    const deployment = await checkDeployment(broker, config, id);
    yield deployment;
    if (deployment.status === "ok") yield* checkOrigins(config, id);
  }
  if (credentials.status === "fault") {
    yield { name: "permissions", status: "skipped", detail: "needs the credentials" };
    return;
  }
  for (const id of config.queueIds) yield await checkQueue(broker, config, id);
  yield await checkPermissions(broker, config, issue);
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

/** The deployment's own list of domains, beside ours: a page needs to be on both. */
async function* checkOrigins(config: Config, id: string): AsyncGenerator<Finding> {
  const name = "origins";
  const domains = await domainsOf(config, id);
  if (!domains) {
    yield { name, status: "skipped", detail: `${id} does not say which domains it allows` };
    return;
  }
  const refused = config.allowedOrigins.filter((origin) => !isAllowed(hostOf(origin), domains));
  if (refused.length === 0) yield { name, status: "ok", detail: `${id} allows every one of ALLOWED_ORIGINS` };
  for (const origin of refused)
    yield {
      name,
      status: OTHER_IDS.has(config.guestApi) ? "warning" : "fault",
      detail: `${id} does not allow pages of ${origin}`,
      mend: "allow the domain in the deployment's configuration, or take it from ALLOWED_ORIGINS",
      variable: "ALLOWED_ORIGINS",
    };
}

interface Domains {
  allowAllDomains?: unknown;
  allowedDomains?: unknown;
}

async function domainsOf(config: Config, id: string): Promise<Domains | undefined> {
  const url = `${hostsOf(config)?.cdn}${deploymentConfigPath(id).replace(/config\.json$/, "domains.json")}`;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const body: unknown = answer.ok ? await answer.json() : undefined;
    return typeof body === "object" && body !== null ? body : undefined;
  } catch {
    return undefined;
  }
}

/** Of a star the suffix that all its pages share, with its dot. */
function hostOf(origin: string): string {
  return origin.includes("://*.") ? origin.replace(/^.*:\/\/\*/, "").replace(/:\d+$/, "") : new URL(origin).hostname;
}

/** An exact host, or `.suffix`; scheme and port do not matter. */
function isAllowed(host: string, { allowAllDomains, allowedDomains }: Domains): boolean {
  if (allowAllDomains === true || !Array.isArray(allowedDomains)) return true;
  return allowedDomains.some((domain) => {
    const allowed = String(domain).toLowerCase();
    return allowed.startsWith(".") ? host.endsWith(allowed) : host === allowed;
  });
}

async function checkQueue(broker: Broker, config: Config, id: string): Promise<Finding> {
  const name = "queue";
  if (config.platform.clients.length === 0)
    return { name, status: "skipped", detail: `${id}: without an OAuth client it cannot be asked for` };
  const exists = await broker.queueExists(id);
  if (exists === true) return { name, status: "ok", detail: `${id} is there` };
  if (exists === false)
    return { name, status: "fault", detail: `there is no queue ${id}`, mend: "check QUEUE_IDS", variable: "QUEUE_IDS" };
  const mend = "give the OAuth client routing:queue:view, or look the id up yourself";
  return { name, status: "warning", detail: `whether there is a queue ${id} could not be asked`, mend };
}

/** The whole way once, as a visitor would go it: permissions and scopes show only then. */
async function checkPermissions(broker: Broker, config: Config, issue: boolean): Promise<Finding> {
  const name = "permissions";
  const obstacle = issue ? obstacleOf(config) : "--no-issue";
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
    const detail = `a session was started and ended; its token (${tokenType}) lives ${expiresIn} s`;
    return { name, status: "ok", detail };
  } catch (error) {
    return { name, status: "fault", ...explain(error, "check the OAuth client's roles and scopes for this GUEST_API") };
  }
}

function obstacleOf({ identity, challenge, session }: Config): string | undefined {
  if (identity.mode === "required") return "IDENTITY_MODE=required asks for a customer";
  if (challenge) return "a challenge stands before it";
  return session.binding === "required" ? "SESSION_BINDING=required asks for a browser's key" : undefined;
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
