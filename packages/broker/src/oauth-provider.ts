/** The OAuth provider alone, for who has other calls to make than guests. Knows no guest. */
import { Metrics } from "./observe/metrics.js";
import type { PlatformOptions } from "./options.js";
import { openConnection } from "./platform/connection.js";
import { type BrokerPorts, realPorts } from "./ports.js";

export interface OauthProviderOptions {
  platform: PlatformOptions;
  /** `scope` of the request; without it the client's own. */
  scope?: string;
  warn?: (message: string) => void;
  ports?: Partial<BrokerPorts>;
}

export interface OauthProvider {
  /** A token that lives for a minute more. Rejects with a `BrokerError` of the `upstream_` codes. */
  token(): Promise<string>;
  /** The platform has refused it: it is not given again, and the next pair goes first. */
  refused(token: string): void;
  close(): Promise<void>;
}

/** Access tokens by client credentials: fetched once for all who wait, kept until a minute before their end. */
export function oauthProvider(options: OauthProviderOptions): OauthProvider {
  const { platform, scope, warn } = options;
  const { oauth, close } = openConnection({
    platform,
    scope,
    warn,
    budget: { take: async () => undefined },
    ports: { ...realPorts, ...options.ports },
    metrics: new Metrics(),
    timeoutMs: (platform.timeoutSeconds ?? 5) * 1000,
    deadlineMs: (platform.deadlineSeconds ?? 15) * 1000,
    tries: platform.tries ?? 3,
  });
  if (oauth === undefined) throw new TypeError("platform.credentials are needed for an OAuth provider");
  return {
    token: async () => (oauth.held() ?? (await oauth.token())).value,
    refused(token) {
      const held = oauth.held();
      if (held?.value === token) oauth.refused(held);
    },
    close,
  };
}
