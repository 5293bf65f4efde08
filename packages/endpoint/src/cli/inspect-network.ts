/**
 * Whether the hosts that the endpoint has to speak to can be found and are who they say they are, and whether the clocks
 * agree. Knows addresses and certificates; sends no credential.
 */
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { baseHosts, findRegion, type PlatformHosts, regionHosts } from "@guestpass/protocol";
import type { Config } from "../config.js";
import type { Finding } from "./finding.js";

export const PATIENCE_MS = 5000;
/** Tokens are refused, or live too long, where the clocks differ by more. */
const CLOCK_TOLERANCE_SECONDS = 30;
const DAY_MS = 86_400_000;
/** Certificates are usually renewed a month before their end. */
const EXPIRES_SOON_DAYS = 7;

interface Host {
  readonly hostname: string;
  readonly port: number;
  readonly secure: boolean;
  /** What to look at where it cannot be reached. */
  readonly variable: string;
}

/** The platform's hosts by the configuration. */
export function hostsOf({ platform }: Config): PlatformHosts | undefined {
  if (platform.baseUrl !== undefined) return baseHosts(platform.baseUrl);
  const region = findRegion(platform.region ?? "");
  return region && regionHosts(region);
}

export async function* inspectNetwork(config: Config): AsyncGenerator<Finding> {
  const hosts = hostsToReach(config);
  const found: Host[] = [];
  for (const host of hosts) {
    const fault = await notFound(host);
    if (fault) yield fault;
    else found.push(host);
  }
  if (found.length > 0) yield { name: "dns", status: "ok", detail: found.map(({ hostname }) => hostname).join(", ") };
  const secure = found.filter((host) => host.secure);
  if (secure.length === 0) {
    yield { name: "tls", status: "skipped", detail: "no host is asked by https" };
    return;
  }
  const trusted: string[] = [];
  for (const host of secure) {
    const finding = await certificateOf(host);
    if (finding) yield finding;
    else trusted.push(host.hostname);
  }
  if (trusted.length > 0) yield { name: "tls", status: "ok", detail: trusted.join(", ") };
}

function hostsToReach(config: Config): Host[] {
  const place = config.platform.baseUrl === undefined ? "GENESYS_REGION" : "GENESYS_BASE_URL";
  const platform = hostsOf(config);
  const urls: [string | undefined, string][] = [
    [platform?.login, place],
    [platform?.api, place],
    [platform?.cdn, place],
    [platform?.socket, place],
    [config.identity.jwksUrl, "IDENTITY_JWKS_URL"],
    [config.challenge?.verifyUrl, "CHALLENGE_VERIFY_URL"],
    [config.webhook?.url, "WEBHOOK_URL"],
  ];
  const hosts = new Map<string, Host>();
  for (const [url, variable] of urls) {
    if (url === undefined) continue;
    const { hostname, port, protocol } = new URL(url);
    const secure = protocol === "https:" || protocol === "wss:";
    const host = {
      hostname: hostname.replace(/^\[|\]$/g, ""),
      port: Number(port) || (secure ? 443 : 80),
      secure,
      variable,
    };
    hosts.set(`${host.hostname}:${host.port}`, host);
  }
  return [...hosts.values()];
}

async function notFound({ hostname, variable }: Host): Promise<Finding | undefined> {
  if (isIP(hostname) !== 0) return undefined;
  try {
    await within(lookup(hostname));
    return undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "no answer";
    const mend = `check this machine's resolver and ${variable}`;
    return { name: "dns", status: "fault", detail: `${hostname} cannot be found (${code})`, mend, variable };
  }
}

/** What is wrong with the host's certificate, or with the way to it. */
async function certificateOf({ hostname, port, variable }: Host): Promise<Finding | undefined> {
  const name = "tls";
  const socket = connect({ host: hostname, port, ...(isIP(hostname) === 0 && { servername: hostname }) });
  try {
    await within(once(socket, "secureConnect"));
    const days = Math.floor((Date.parse(expiryOf(socket)) - Date.now()) / DAY_MS);
    if (days >= EXPIRES_SOON_DAYS || Number.isNaN(days)) return undefined;
    const detail = `the certificate of ${hostname} expires in ${days} days`;
    return { name, status: "warning", detail, mend: "see to it that it is renewed", variable };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "no answer";
    const unreachable = /^(?:ECONN|EHOST|ENET|ETIMEDOUT|no answer)/.test(code);
    const mend = unreachable
      ? `check the network, the firewall and ${variable}`
      : "check the certificate, this machine's clock, and NODE_EXTRA_CA_CERTS where a proxy opens TLS";
    return { name, status: "fault", detail: `${hostname}:${port} (${code})`, mend, variable };
  } finally {
    socket.destroy();
  }
}

function expiryOf(socket: TLSSocket): string {
  return socket.getPeerCertificate().valid_to;
}

/** By the Date header of the platform, which is right to a second. */
export async function inspectClock(config: Config): Promise<Finding> {
  const name = "clock";
  try {
    const asked = Date.now();
    const { headers } = await fetch(hostsOf(config)?.login ?? "", {
      method: "HEAD",
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE_MS),
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

async function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("no answer in time")), PATIENCE_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
