/** The counters that a broker shows, in the shape that a metrics page needs. Counters only grow. */
import type { ProblemCode } from "@guestpass/protocol";
import type { MintingSubject } from "./audit-record.js";

export interface LatencyStats {
  count: number;
  sumSeconds: number;
  lastSeconds: number;
  /** Cumulative, as Prometheus wants them; the last one is `+Inf` and is not listed. */
  buckets: { leSeconds: number; count: number }[];
}

export interface FailureCount {
  operation: "start" | "refresh" | "end";
  code: ProblemCode;
  count: number;
}

export interface UnusualMinting {
  /** Times that it was noticed by this process. */
  noticed: number;
  /** How many were noticed within the last window, by any process that shares the store. */
  above: number;
}

export type MintingStats = Record<MintingSubject, UnusualMinting>;

export interface BrokerStats {
  issued: number;
  renewed: number;
  ended: number;
  renewalsFailed: number;
  startsFailed: number;
  failures: FailureCount[];
  /** Percent of all issuances and renewals that worked, two decimals; 100 before the first. */
  successRate: number;
  /** Time from the request to its answer, of starts and of refreshes that worked. */
  latency: { start: LatencyStats; refresh: LatencyStats };
  /** Calls to the platform: tries sent, tries that were repeats, 429s, and tries without a usable answer. */
  upstream: { tries: number; retries: number; rateLimited: number; failed: number };
  oauth: { fetched: number; refused: number };
  /** Answers that several requests of one customer shared. */
  shared: number;
  webhook: { delivered: number; failed: number; dropped: number; queued: number };
  /** Customers, origins and networks that started more sessions than is usual. */
  minting: MintingStats;
}
