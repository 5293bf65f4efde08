/**
 * What a simulator can be told: options are read once, checked, and given their defaults. Knows nothing of what they do.
 */
import { isUuid } from "./world/ids.js";

/** One OAuth client that is accepted. */
export interface SimulatorClient {
  id: string;
  secret: string;
}

export interface SimulatorOptions {
  /** Port on 127.0.0.1; 0 (the default) takes a free one. */
  port?: number;
  /** Life of guest tokens and Genesys JWTs, seconds; default 3600. */
  tokenLife?: number;
  /** Life of OAuth access tokens, seconds; default 86400. */
  oauthLife?: number;
  /** Guest creations a minute and client; default 100. */
  guestQuota?: number;
  /** OAuth clients; none listed: any pair is accepted. */
  clients?: SimulatorClient[];
  /** Deployment ids; none listed: any UUID. */
  deployments?: string[];
  /** Queue ids; none listed: any UUID. */
  queues?: string[];
  /** Conversation Disconnect is of type ReadOnly; default false (Send). */
  readOnly?: boolean;
  /** The deployment starts conversations by itself (the client sends Join); default false. */
  autoStart?: boolean;
  /** The guest may clear the conversation; default true. */
  clear?: boolean;
  /** Session life after the last message, seconds; default 259200 (72 h). */
  sessionDuration?: number;
  /** Hosts that may open a socket (exact, or `.suffix`); none listed: all. */
  allowedDomains?: string[];
  /** No agent answers; default false. */
  quietAgent?: boolean;
}

export type Settings = Readonly<Required<SimulatorOptions>>;

/** Options with their defaults; a TypeError names the option that is wrong. */
export function readSettings(options: SimulatorOptions = {}): Settings {
  const settings: Settings = {
    port: 0,
    tokenLife: 3600,
    oauthLife: 86_400,
    guestQuota: 100,
    clients: [],
    deployments: [],
    queues: [],
    readOnly: false,
    autoStart: false,
    clear: true,
    sessionDuration: 259_200,
    allowedDomains: [],
    quietAgent: false,
    ...withoutUndefined(options),
  };
  if (!Number.isInteger(settings.port) || settings.port < 0 || settings.port > 65_535) {
    throw new TypeError("port must be a whole number from 0 to 65535");
  }
  for (const name of ["tokenLife", "oauthLife", "guestQuota", "sessionDuration"] as const) {
    const value = settings[name];
    if (!Number.isInteger(value) || value < 1) throw new TypeError(`${name} must be a whole number of at least 1`);
  }
  for (const name of ["deployments", "queues"] as const) {
    const wrong = settings[name].find((id) => !isUuid(id));
    if (wrong !== undefined) throw new TypeError(`${name} must list UUIDs, and ${JSON.stringify(wrong)} is none`);
  }
  checkClients(settings.clients);
  return Object.freeze(settings);
}

/** A TypeError unless each client has an id and a secret. */
export function checkClients(clients: readonly SimulatorClient[]): void {
  if (clients.every(({ id, secret }) => typeof id === "string" && id && typeof secret === "string" && secret)) return;
  throw new TypeError("clients must each have an id and a secret");
}

/** True when an id is listed, or when nothing is listed and it is a UUID. */
export function isListed(listed: readonly string[], id: string): boolean {
  const wanted = id.toLowerCase();
  return listed.length === 0 ? isUuid(id) : listed.some((item) => item.toLowerCase() === wanted);
}

function withoutUndefined(options: SimulatorOptions): Partial<Required<SimulatorOptions>> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
