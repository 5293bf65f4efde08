/** The way to the platform, put together: pools, tries, the client's token, the budget. The pieces' only builder. */
import type { Metrics } from "../observe/metrics.js";
import type { PlatformOptions } from "../options.js";
import type { BrokerPorts } from "../ports.js";
import type { Budget } from "./budget.js";
import { type PlatformPlace, platformPlace } from "./hosts.js";
import { createOauth, type Oauth } from "./oauth.js";
import { createPlatform, type Platform } from "./platform.js";
import { createRequest, type SendRequest } from "./request.js";
import { createTransport } from "./transport.js";

export interface ConnectionOptions {
  platform: Pick<PlatformOptions, "region" | "baseUrl" | "oauthPath" | "credentials">;
  /** `scope` of the OAuth request. */
  scope?: string | undefined;
  budget: Budget;
  ports: BrokerPorts;
  metrics: Metrics;
  /** For one try, and for all tries of one call. */
  timeoutMs: number;
  deadlineMs: number;
  tries: number;
  warn?: ((message: string) => void) | undefined;
}

export interface Connection {
  place: PlatformPlace;
  send: SendRequest;
  /** Undefined where no credentials are given. */
  oauth: Oauth | undefined;
  platform: Platform;
  close(): Promise<void>;
}

/** Nothing is sent before the first call. TypeError that names the option which is wrong. */
export function openConnection(options: ConnectionOptions): Connection {
  const { budget, ports, metrics, timeoutMs, deadlineMs, tries, scope, warn } = options;
  const place = platformPlace(options.platform);
  const source = options.platform.credentials;
  const given = typeof source === "function" || (source?.length ?? 0) > 0 ? source : undefined;
  const transport = createTransport(timeoutMs);
  const send = createRequest({ transport, ports, metrics, timeoutMs, tries });
  const oauth =
    given && createOauth({ source: given, tokenUrl: place.oauth, scope, send, ports, metrics, deadlineMs, warn });
  const platform = createPlatform({ place, oauth, send, budget, clock: ports.clock });
  return { place, send, oauth, platform, close: () => transport.close() };
}
