/** Who has started more conversations than a person does: counted from the platform's analytics, page by page. */
import { BrokerError } from "../errors.js";
import type { PlatformOptions } from "../options.js";
import {
  ANALYTICS_PATH,
  type AnalyticsForm,
  type AnalyticsInterval,
  customerOf,
  type PagePlace,
  pageQuery,
  readPage,
} from "../platform/analytics.js";
import { openConnection } from "../platform/connection.js";
import { type BrokerPorts, realPorts } from "../ports.js";
import { Metrics } from "./metrics.js";

const DAY_MS = 86_400_000;
const THRESHOLD = 50;
const MAX_PAGES = 1000;
/** For one page with its retries, seconds: analytics are slow and limited by the minute. */
const PAGE_DEADLINE_SECONDS = 90;
const TIMEOUT_SECONDS = 20;

export interface AbuseProgress {
  pages: number;
  conversations: number;
  /** Where the platform says how many there are. */
  total?: number;
}

export interface AbuseReportOptions {
  platform: Pick<
    PlatformOptions,
    "region" | "baseUrl" | "oauthPath" | "credentials" | "timeoutSeconds" | "deadlineSeconds" | "tries"
  >;
  /** ms since the epoch; a day before `to`. */
  from?: number;
  /** ms since the epoch; now. */
  to?: number;
  /** More conversations than this are flagged; 50. */
  threshold?: number;
  /** Default: the platform's form, and document 1's where the platform refuses it. */
  form?: AnalyticsForm;
  /** Pages of 100 at most; 1000. */
  maxPages?: number;
  onProgress?: (progress: AbuseProgress) => void;
  signal?: AbortSignal;
  ports?: Partial<BrokerPorts>;
}

export interface FlaggedCustomer {
  externalCustomerId: string;
  conversationCount: number;
  status: "flagged";
}

export interface AbuseReport {
  /** ISO 8601. */
  from: string;
  to: string;
  threshold: number;
  conversations: number;
  /** Customers that are named in any conversation. */
  customers: number;
  /** Conversations that name no customer. */
  unattributed: number;
  /** Most conversations first. */
  flagged: FlaggedCustomer[];
  pages: number;
  /** True where there were more pages than were asked for. */
  truncated: boolean;
}

function positive(name: string, value: number, least: number): number {
  if (!Number.isFinite(value) || value < least) throw new TypeError(`${name} must be a number of at least ${least}`);
  return value;
}

function readInterval({ from, to }: AbuseReportOptions, now: number): AnalyticsInterval {
  const end = to ?? now;
  const start = from ?? end - DAY_MS;
  if (!(start < end) || !Number.isFinite(start) || !Number.isFinite(end)) throw new TypeError("from must be before to");
  return { from: start, to: end };
}

function isRefusedForm(error: unknown): boolean {
  return error instanceof BrokerError && error.upstreamStatus === 400;
}

/** The platform for one report, with pools of its own. */
function openPlatform(options: AbuseReportOptions, ports: BrokerPorts) {
  const { platform: given } = options;
  if (given.credentials === undefined) throw new TypeError("platform.credentials are needed for the abuse report");
  const deadlineMs = (given.deadlineSeconds ?? PAGE_DEADLINE_SECONDS) * 1000;
  const { platform, close } = openConnection({
    platform: given,
    budget: { take: async () => undefined },
    ports,
    metrics: new Metrics(),
    timeoutMs: (given.timeoutSeconds ?? TIMEOUT_SECONDS) * 1000,
    deadlineMs,
    tries: given.tries ?? 3,
  });
  const query = async (body: object) => {
    const scope = { deadlineAt: ports.clock.now() + deadlineMs, signal: options.signal };
    const call = { host: "api", method: "POST", path: ANALYTICS_PATH, repeat: "repeatable", body } as const;
    return (await platform.call(call, scope)).body;
  };
  return { query, close };
}

/**
 * Counts the conversations of each customer and flags those above the threshold. Rejects with a `BrokerError` as the
 * platform has it; a TypeError names the option that is wrong.
 */
export async function abuseReport(options: AbuseReportOptions): Promise<AbuseReport> {
  const ports: BrokerPorts = { ...realPorts, ...options.ports };
  const interval = readInterval(options, ports.clock.now());
  const threshold = positive("threshold", options.threshold ?? THRESHOLD, 0);
  const maxPages = positive("maxPages", options.maxPages ?? MAX_PAGES, 1);
  const { query, close } = openPlatform(options, ports);

  let form: AnalyticsForm = options.form ?? "platform";
  const ask = async (place: PagePlace): Promise<unknown> => {
    try {
      return await query(pageQuery(form, interval, place));
    } catch (error) {
      const mayBeTheOther = options.form === undefined && form === "platform" && place.pageNumber === 1;
      if (!mayBeTheOther || !isRefusedForm(error)) throw error;
      form = "document";
      return query(pageQuery(form, interval, place));
    }
  };

  const counts = new Map<string, number>();
  let [conversations, unattributed, pages] = [0, 0, 0];
  let place: PagePlace | undefined = { pageNumber: 1 };
  try {
    while (place !== undefined && pages < maxPages) {
      const page = readPage(await ask(place), place);
      pages += 1;
      conversations += page.conversations.length;
      for (const conversation of page.conversations) {
        const customer = customerOf(conversation);
        if (customer === undefined) unattributed += 1;
        else counts.set(customer, (counts.get(customer) ?? 0) + 1);
      }
      options.onProgress?.({ pages, conversations, ...(page.total === undefined ? {} : { total: page.total }) });
      place = page.next;
    }
  } finally {
    await close();
  }

  const flagged = [...counts]
    .filter(([, count]) => count > threshold)
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .map(
      ([externalCustomerId, conversationCount]) =>
        ({ externalCustomerId, conversationCount, status: "flagged" }) as const,
    );
  return {
    from: new Date(interval.from).toISOString(),
    to: new Date(interval.to).toISOString(),
    threshold,
    conversations,
    customers: counts.size,
    unattributed,
    flagged,
    pages,
    truncated: place !== undefined,
  };
}
