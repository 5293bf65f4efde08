/**
 * What the admin listener shows: the broker's counters, the requests by route and status, the process. Knows the names
 * that dashboards hang on; counts nothing where nobody listens.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Broker, BrokerStats } from "@guestpass/broker";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { problemToldIn } from "./answers.js";
import { type Distribution, distributionSamples, expose, type Metric, type Sample } from "./exposition.js";
import { VERSION } from "./version.js";

/** Seconds; a start takes one or two calls to the platform. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];
/** The client went away before its answer; nginx' name for it. */
const CLIENT_GONE = "499";

interface Series {
  labels: { method: string; route: string; status: string };
  count: number;
  sumSeconds: number;
  /** Not cumulative. */
  buckets: number[];
}

export interface Metrics {
  /** Of this moment; asks the broker for its health. */
  text(): Promise<string>;
  close(): void;
}

/** Counts the requests of the server from now on: before its routes. */
export function measure(app: FastifyInstance, broker: Broker, isReady: () => boolean): Metrics {
  const series = new Map<string, Series>();
  const problems = new Map<string, number>();
  const loop = monitorEventLoopDelay({ resolution: 20 });
  loop.enable();
  let underWay = 0;

  app.addHook("onRequest", (request, reply, done) => {
    underWay += 1;
    reply.raw.once("close", () => {
      underWay -= 1;
      count(series, request, reply);
      const code = problemToldIn(reply.raw);
      if (code !== undefined) problems.set(code, (problems.get(code) ?? 0) + 1);
    });
    done();
  });

  return {
    async text() {
      const { checks } = await broker.health();
      const text = expose([
        ...brokerMetrics(broker.stats()),
        ...requestMetrics([...series.values()]),
        ...processMetrics(loop.percentile(99) / 1e9),
        gauge("guestpass_requests_under_way", "Requests being answered", underWay),
        gauge("guestpass_ready", "1 when the credentials have been proved", isReady() ? 1 : 0),
        {
          name: "guestpass_check_ok",
          help: "1 where a part that the endpoint needs works, as /health/ready says",
          type: "gauge",
          samples: checks.map(({ name, ok }) => ({ labels: { check: name }, value: ok ? 1 : 0 })),
        },
        many(
          "guestpass_problems_total",
          "Answers that were problems, by their code",
          [...problems].map(([code, value]) => ({ labels: { code }, value })),
        ),
        info(),
      ]);
      loop.reset();
      return text;
    },
    close() {
      loop.disable();
    },
  };
}

function count(series: Map<string, Series>, request: FastifyRequest, reply: FastifyReply): void {
  const labels = {
    method: request.method,
    // The pattern, never the path: labels stay few.
    route: request.is404 ? "unknown" : (request.routeOptions.url ?? "unknown"),
    status: reply.raw.writableFinished ? String(reply.raw.statusCode) : CLIENT_GONE,
  };
  const key = `${labels.method} ${labels.status} ${labels.route}`;
  let one = series.get(key);
  if (!one) {
    one = { labels, count: 0, sumSeconds: 0, buckets: BUCKETS.map(() => 0) };
    series.set(key, one);
  }
  const seconds = reply.elapsedTime / 1000;
  one.count += 1;
  one.sumSeconds += seconds;
  const at = BUCKETS.findIndex((le) => seconds <= le);
  if (at !== -1) one.buckets[at] = (one.buckets[at] ?? 0) + 1;
}

function requestMetrics(series: readonly Series[]): Metric[] {
  return [
    {
      name: "guestpass_http_request_duration_seconds",
      help: "Requests by route and status, and how long they took",
      type: "histogram",
      samples: series.flatMap((one) => distributionSamples(cumulative(one), one.labels)),
    },
  ];
}

function cumulative({ count: total, sumSeconds, buckets }: Series): Distribution {
  let sum = 0;
  return {
    count: total,
    sumSeconds,
    buckets: BUCKETS.map((leSeconds, at) => {
      sum += buckets[at] ?? 0;
      return { leSeconds, count: sum };
    }),
  };
}

function brokerMetrics(stats: BrokerStats): Metric[] {
  const { latency, upstream, oauth, webhook } = stats;
  return [
    counter("guestpass_tokens_issued_total", "Guest tokens issued", stats.issued),
    counter("guestpass_tokens_renewed_total", "Guest tokens renewed", stats.renewed),
    counter("guestpass_renewals_failed_total", "Renewals that failed", stats.renewalsFailed),
    counter("guestpass_starts_failed_total", "Session starts that failed", stats.startsFailed),
    counter("guestpass_sessions_ended_total", "Sessions ended on purpose", stats.ended),
    counter("guestpass_answers_shared_total", "Requests of one customer that shared an answer", stats.shared),
    many(
      "guestpass_failures_total",
      "Failures by operation and problem code",
      stats.failures.map((one) => ({ labels: { operation: one.operation, code: one.code }, value: one.count })),
    ),
    gauge("guestpass_success_ratio", "Part of all issuances and renewals that worked", stats.successRate / 100),
    {
      name: "guestpass_token_duration_seconds",
      help: "How long it took to issue or renew a token",
      type: "histogram",
      samples: [
        ...distributionSamples(latency.start, { operation: "start" }),
        ...distributionSamples(latency.refresh, { operation: "refresh" }),
      ],
    },
    counter("guestpass_upstream_tries_total", "Calls sent to the platform, repeats included", upstream.tries),
    counter("guestpass_upstream_retries_total", "Calls that were repeats", upstream.retries),
    counter("guestpass_upstream_rate_limited_total", "Calls that the platform answered with 429", upstream.rateLimited),
    counter("guestpass_upstream_failed_total", "Calls without a usable answer", upstream.failed),
    counter("guestpass_oauth_tokens_total", "Access tokens fetched", oauth.fetched),
    counter("guestpass_oauth_refused_total", "Times that credentials were refused", oauth.refused),
    many("guestpass_webhook_events_total", "Webhook events by outcome", [
      { labels: { outcome: "delivered" }, value: webhook.delivered },
      { labels: { outcome: "failed" }, value: webhook.failed },
      { labels: { outcome: "dropped" }, value: webhook.dropped },
    ]),
    gauge("guestpass_webhook_queue", "Webhook events that wait", webhook.queued),
    ...mintingMetrics(stats.minting),
  ];
}

/** Labels stay three: which customer, origin or network it is stands in the audit record. */
function mintingMetrics(minting: BrokerStats["minting"]): Metric[] {
  const samples = (what: "noticed" | "above"): Sample[] =>
    Object.entries(minting).map(([by, one]) => ({ labels: { by }, value: one[what] }));
  return [
    many("guestpass_unusual_minting_total", "Times that unusual minting was noticed", samples("noticed")),
    {
      name: "guestpass_unusual_minting_subjects",
      help: "Customers, origins and networks with unusual minting within the window",
      type: "gauge",
      samples: samples("above"),
    },
  ];
}

function processMetrics(eventLoopSeconds: number): Metric[] {
  const memory = process.memoryUsage();
  const cpu = process.cpuUsage();
  return [
    gauge("nodejs_eventloop_lag_p99_seconds", "Lateness of the event loop since the last look", eventLoopSeconds),
    gauge("nodejs_heap_size_used_bytes", "Heap in use", memory.heapUsed),
    gauge("process_resident_memory_bytes", "Resident memory", memory.rss),
    counter("process_cpu_seconds_total", "Processor time", (cpu.user + cpu.system) / 1e6),
    gauge("process_start_time_seconds", "Start, since the epoch", Math.round(Date.now() / 1000 - process.uptime())),
  ];
}

const gauge = (name: string, help: string, value: number): Metric => ({
  name,
  help,
  type: "gauge",
  samples: [{ value }],
});
const counter = (name: string, help: string, value: number): Metric => ({
  name,
  help,
  type: "counter",
  samples: [{ value }],
});
const many = (name: string, help: string, samples: Sample[]): Metric => ({ name, help, type: "counter", samples });
const info = (): Metric => ({
  name: "guestpass_build_info",
  help: "The version that runs",
  type: "gauge",
  samples: [{ labels: { version: VERSION, node: process.version }, value: 1 }],
});
