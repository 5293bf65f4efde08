/**
 * The regions of Genesys Cloud and their hosts. A region is an allow-list: no other domain is ever spoken to.
 * Source: purecloud-platform-client-v2 262.0.0 `PureCloudRegionHosts.js`, web-messaging-sdk-java 18.1.0.
 */

export interface Region {
  /** The AWS region, e.g. `eu-west-1`. */
  readonly aws: string;
  /** The domain, e.g. `mypurecloud.ie`. */
  readonly domain: string;
  /** The official Messenger's `environment`, e.g. `prod-euw1`. */
  readonly environment: string;
}

export const REGIONS: readonly Region[] = [
  { aws: "us-east-1", domain: "mypurecloud.com", environment: "prod" },
  { aws: "us-east-2", domain: "use2.us-gov-pure.cloud", environment: "fedramp-use2-core" },
  { aws: "us-west-2", domain: "usw2.pure.cloud", environment: "prod-usw2" },
  { aws: "ca-central-1", domain: "cac1.pure.cloud", environment: "prod-cac1" },
  { aws: "sa-east-1", domain: "sae1.pure.cloud", environment: "prod-sae1" },
  { aws: "mx-central-1", domain: "mxc1.pure.cloud", environment: "prod-mxc1" },
  { aws: "eu-west-1", domain: "mypurecloud.ie", environment: "prod-euw1" },
  { aws: "eu-west-2", domain: "euw2.pure.cloud", environment: "prod-euw2" },
  { aws: "eu-central-1", domain: "mypurecloud.de", environment: "prod-euc1" },
  { aws: "eu-central-2", domain: "euc2.pure.cloud", environment: "prod-euc2" },
  { aws: "eusc-de-east-1", domain: "edee1.eusc-pure.cloud", environment: "eusc-edee1-core" },
  { aws: "me-central-1", domain: "mec1.pure.cloud", environment: "prod-mec1" },
  { aws: "ap-south-1", domain: "aps1.pure.cloud", environment: "prod-aps1" },
  { aws: "ap-northeast-1", domain: "mypurecloud.jp", environment: "prod-apne1" },
  { aws: "ap-northeast-2", domain: "apne2.pure.cloud", environment: "prod-apne2" },
  { aws: "ap-northeast-3", domain: "apne3.pure.cloud", environment: "prod-apne3" },
  { aws: "ap-southeast-1", domain: "apse1.pure.cloud", environment: "prod-apse1" },
  { aws: "ap-southeast-2", domain: "mypurecloud.com.au", environment: "prod-apse2" },
];

/** Every host of the platform that Guestpass speaks to. Origins have no trailing slash. */
export interface PlatformHosts {
  /** Origin of OAuth, e.g. `https://login.mypurecloud.ie`. */
  readonly login: string;
  /** Origin of the REST API. */
  readonly api: string;
  /** Origin of the Messenger bootstrap. */
  readonly apps: string;
  /** Origin of the public deployment configuration. */
  readonly cdn: string;
  /** The Guest API socket without a query, e.g. `wss://webmessaging.mypurecloud.ie/v1`. */
  readonly socket: string;
}

/** The region of a domain (`mypurecloud.ie`) or an AWS name (`eu-west-1`), in any case. */
export function findRegion(name: string): Region | undefined {
  const wanted = name.trim().toLowerCase();
  return REGIONS.find((region) => region.domain === wanted || region.aws === wanted);
}

/** The hosts of a region. */
export function regionHosts(region: Region): PlatformHosts {
  const { domain } = region;
  return {
    login: `https://login.${domain}`,
    api: `https://api.${domain}`,
    apps: `https://apps.${domain}`,
    cdn: `https://api-cdn.${domain}`,
    socket: `wss://webmessaging.${domain}/v1`,
  };
}

/** The hosts where one base URL speaks for all of them: the simulator, a proxy. */
export function baseHosts(baseUrl: string): PlatformHosts {
  const base = baseUrl.replace(/\/+$/, "");
  return { login: base, api: base, apps: base, cdn: base, socket: `${base.replace(/^http/, "ws")}/v1` };
}

/** Path of a deployment's public configuration below `PlatformHosts.cdn`. */
export function deploymentConfigPath(deploymentId: string): string {
  return `/webdeployments/v1/deployments/${encodeURIComponent(deploymentId)}/config.json`;
}

/** Path of the official Messenger's bootstrap below `PlatformHosts.apps`. */
export const BOOTSTRAP_PATH = "/genesys-bootstrap/genesys.min.js";
