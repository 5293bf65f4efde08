/** Counts what happens. Knows no exporter. */
import type { ProblemCode } from "@guestpass/protocol";
import type { BrokerStats, FailureCount, LatencyStats } from "./stats.js";

const BUCKET_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];

class Latency {
  private readonly buckets = BUCKET_SECONDS.map((leSeconds) => ({ leSeconds, count: 0 }));
  private count = 0;
  private sumSeconds = 0;
  private lastSeconds = 0;

  observe(ms: number): void {
    const seconds = ms / 1000;
    this.count += 1;
    this.sumSeconds += seconds;
    this.lastSeconds = seconds;
    for (const bucket of this.buckets) if (seconds <= bucket.leSeconds) bucket.count += 1;
  }

  read(): LatencyStats {
    return {
      count: this.count,
      sumSeconds: this.sumSeconds,
      lastSeconds: this.lastSeconds,
      buckets: this.buckets.map((bucket) => ({ ...bucket })),
    };
  }
}

/** The one writer of the counters. The fields without a method are counted up by those who know. */
export class Metrics {
  readonly upstream = { tries: 0, retries: 0, rateLimited: 0, failed: 0 };
  readonly oauth = { fetched: 0, refused: 0 };
  readonly webhook = { delivered: 0, failed: 0, dropped: 0, queued: 0 };
  shared = 0;
  private issued = 0;
  private renewed = 0;
  private ended = 0;
  private startsFailed = 0;
  private renewalsFailed = 0;
  private readonly failures = new Map<string, FailureCount>();
  private readonly latency = { start: new Latency(), refresh: new Latency() };

  succeeded(operation: "start" | "refresh" | "end", latencyMs: number): void {
    if (operation === "start") this.issued += 1;
    else if (operation === "refresh") this.renewed += 1;
    else this.ended += 1;
    if (operation !== "end") this.latency[operation].observe(latencyMs);
  }

  failed(operation: "start" | "refresh" | "end", code: ProblemCode): void {
    if (operation === "start") this.startsFailed += 1;
    else if (operation === "refresh") this.renewalsFailed += 1;
    const key = `${operation} ${code}`;
    const known = this.failures.get(key);
    if (known === undefined) this.failures.set(key, { operation, code, count: 1 });
    else known.count += 1;
  }

  /** Percent, two decimals. */
  successRate(): number {
    const worked = this.issued + this.renewed;
    const all = worked + this.startsFailed + this.renewalsFailed;
    return all === 0 ? 100 : Math.round((worked / all) * 10_000) / 100;
  }

  read(): Omit<BrokerStats, "minting"> {
    return {
      issued: this.issued,
      renewed: this.renewed,
      ended: this.ended,
      startsFailed: this.startsFailed,
      renewalsFailed: this.renewalsFailed,
      failures: [...this.failures.values()].map((failure) => ({ ...failure })),
      successRate: this.successRate(),
      latency: { start: this.latency.start.read(), refresh: this.latency.refresh.read() },
      upstream: { ...this.upstream },
      oauth: { ...this.oauth },
      shared: this.shared,
      webhook: { ...this.webhook },
    };
  }
}
