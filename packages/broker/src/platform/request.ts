/** A request to the platform with its tries: time-out for each, deadline for all. Knows no OAuth and no body. */
import { BrokerError } from "../errors.js";
import type { Metrics } from "../observe/metrics.js";
import type { BrokerPorts } from "../ports.js";
import type { GoneSignal } from "../request-context.js";
import { parseRetryAfter, type Repeat, retryDelay } from "./retry.js";
import type { Outcome, Transport, WireRequest } from "./transport.js";

export interface RequestPlan {
  repeat: Repeat;
  /** ms since the epoch; no try starts and no wait ends after it. */
  deadlineAt: number;
  signal?: GoneSignal | undefined;
  /** Asked before each try; what it throws ends the tries. */
  beforeTry?: (() => Promise<void>) | undefined;
}

export type Settled = Outcome & {
  /** When the last try went out, ms since the epoch. */
  sentAt: number;
  /** What the last answer asked for. */
  retryAfterSeconds?: number | undefined;
};

type Answered = Extract<Outcome, { kind: "answer" }>;

export type SendRequest = (request: WireRequest, plan: RequestPlan) => Promise<Settled>;

export interface RequestDependencies {
  transport: Transport;
  ports: BrokerPorts;
  metrics: Metrics;
  timeoutMs: number;
  tries: number;
}

/** Sends until it is answered for good, or no try is left. Rejects only by the caller's signal and `beforeTry`. */
export function createRequest(dependencies: RequestDependencies): SendRequest {
  const { transport, ports, metrics, timeoutMs, tries } = dependencies;
  return async (request, plan) => {
    for (let triesDone = 1; ; triesDone += 1) {
      await plan.beforeTry?.();
      const sentAt = ports.clock.now();
      metrics.upstream.tries += 1;
      if (triesDone > 1) metrics.upstream.retries += 1;
      const remaining = Math.max(1, plan.deadlineAt - sentAt);
      const outcome = await transport.send(request, Math.min(timeoutMs, remaining), plan.signal);
      if (outcome.kind === "answer" && outcome.status < 400) return answered(outcome, sentAt, undefined);
      if (outcome.kind !== "answer" || outcome.status >= 500) metrics.upstream.failed += 1;
      else if (outcome.status === 429) metrics.upstream.rateLimited += 1;

      const now = ports.clock.now();
      const retryAfterSeconds = outcome.kind === "answer" ? parseRetryAfter(outcome.retryAfter, now) : undefined;
      const delayMs = retryDelay({
        outcome: outcome.kind === "answer" ? { ...outcome, retryAfterSeconds } : outcome,
        repeat: plan.repeat,
        triesDone,
        triesAllowed: tries,
        remainingMs: plan.deadlineAt - now,
        random: ports.random(),
      });
      if (delayMs === null)
        return outcome.kind === "answer" ? answered(outcome, sentAt, retryAfterSeconds) : { ...outcome, sentAt };
      await ports.sleep(delayMs, plan.signal);
    }
  };
}

/** Without a spread: it stands on the way of every call. */
function answered(
  { kind, status, retryAfter, body }: Answered,
  sentAt: number,
  retryAfterSeconds: number | undefined,
): Settled {
  return { kind, status, retryAfter, body, sentAt, retryAfterSeconds };
}

/** What the caller is told of an outcome that is no success. `what` names the call for the log, never for the page. */
export function upstreamFailure(settled: Settled, what: string): BrokerError {
  if (settled.kind !== "answer") {
    return new BrokerError("upstream_unavailable", "The messaging platform did not answer.", {
      cause: new Error(`${what}: ${settled.kind === "lost" ? "no answer" : "not reached"}`, { cause: settled.cause }),
    });
  }
  const { status, retryAfterSeconds } = settled;
  const details = { upstreamStatus: status, retryAfterSeconds, cause: new Error(`${what}: answered ${status}`) };
  if (status === 429)
    return new BrokerError("upstream_rate_limited", "The messaging platform asks to come back later.", details);
  if (status >= 500) return new BrokerError("upstream_unavailable", "The messaging platform is out of order.", details);
  if (status === 401)
    return new BrokerError("upstream_unauthorized", "The messaging platform does not accept this service.", details);
  if (status === 403)
    return new BrokerError("upstream_forbidden", "This service lacks a permission at the messaging platform.", details);
  if (status >= 400)
    return new BrokerError("upstream_rejected", "The messaging platform refused the request.", details);
  return new BrokerError("upstream_invalid", "The messaging platform answered with something unknown.", details);
}

/** The JSON of an answer, null for an empty one. `upstream_invalid` for anything else. */
export function parseAnswer(body: string, what: () => string): unknown {
  if (body === "") return null;
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new BrokerError("upstream_invalid", "The messaging platform answered with something unknown.", {
      cause: new Error(`${what()}: the answer is not JSON`),
    });
  }
}
