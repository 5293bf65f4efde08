/** Where the platform is and what its region is called. Knows no request. */
import { baseHosts, findRegion, type PlatformHosts, REGIONS, regionHosts } from "@guestpass/protocol";

export interface PlatformPlace {
  /** The region's domain, or the host of the base URL where no region is named. */
  readonly region: string;
  readonly hosts: PlatformHosts;
  /** Whole URL of the OAuth token endpoint. */
  readonly oauth: string;
}

/** Where access tokens are asked for: on the login host, or where document 4 asks for them. */
export const OAUTH_PATHS = ["/oauth/token", "/api/v2/oauth/token"] as const;

function oauthUrl(hosts: PlatformHosts, path: (typeof OAUTH_PATHS)[number]): string {
  if (!OAUTH_PATHS.includes(path)) throw new TypeError(`platform.oauthPath must be one of ${OAUTH_PATHS.join(", ")}`);
  return (path.startsWith("/api/") ? hosts.api : hosts.login) + path;
}

function checkedBase(baseUrl: string): string {
  let url: URL;
  try {
    url = new URL(baseUrl);
  } catch {
    throw new TypeError("platform.baseUrl is not a URL");
  }
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new TypeError("platform.baseUrl must start with http:// or https://");
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    throw new TypeError("platform.baseUrl must have no user, query or fragment");
  return url.href;
}

/** The hosts of a known region, or of one base URL for all. TypeError where neither is given or the region is unknown. */
export function platformPlace(options: {
  region?: string;
  baseUrl?: string;
  oauthPath?: (typeof OAUTH_PATHS)[number];
}): PlatformPlace {
  const { region, hosts } = regionAndHosts(options);
  return { region, hosts, oauth: oauthUrl(hosts, options.oauthPath ?? "/oauth/token") };
}

function regionAndHosts(options: { region?: string; baseUrl?: string }): { region: string; hosts: PlatformHosts } {
  const region = options.region === undefined ? undefined : findRegion(options.region);
  if (options.region !== undefined && region === undefined)
    throw new TypeError(
      `platform.region is not a region of Genesys Cloud; known: ${REGIONS.map(({ domain }) => domain).join(", ")}`,
    );
  if (options.baseUrl !== undefined) {
    const base = checkedBase(options.baseUrl);
    return { region: region?.domain ?? new URL(base).host, hosts: baseHosts(base) };
  }
  if (region === undefined) throw new TypeError("platform.region or platform.baseUrl is required");
  return { region: region.domain, hosts: regionHosts(region) };
}
