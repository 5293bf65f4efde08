/**
 * Which limits stand before which routes: of a network, of an origin, of all together, and of one session; starts,
 * refreshes and reads apart. Knows the figures; how they are counted is the limiter's.
 */
import { BrokerError, type Store } from "@guestpass/broker";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Settings } from "./options.js";
import { Refusal } from "./problems.js";
import { type Limiter, limiter } from "./rate-limit.js";

/** Refreshes and reads for each start that somebody may make. */
const REFRESHES_PER_START = 10;

export interface Limits {
  readonly start: Limiter;
  readonly refresh: Limiter;
  readonly read: Limiter;
  /** Refreshes and ends of one session, whoever asks and from wherever. Rejects with `rate_limited`. */
  session(sessionId: string, request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

export function createLimits(scope: FastifyInstance, settings: Settings["rateLimit"], store?: Store): Limits {
  const { windowSeconds, max, originMax, globalMax, sessionMax } = settings;
  const limit = (name: string, factor: number): Limiter =>
    limiter(
      scope,
      [
        { name, max: max * factor, windowSeconds, whose: "from this network" },
        { name: `${name}-origin`, max: originMax * factor, windowSeconds, whose: "from this site", keyOf: originOf },
        { name: `${name}-all`, max: globalMax * factor, windowSeconds, whose: "at once", keyOf: () => "all" },
      ],
      { store },
    );
  const sessions = new WeakMap<FastifyRequest, string>();
  const ofSession = limiter(
    scope,
    [
      {
        name: "session",
        max: sessionMax,
        windowSeconds,
        whose: "of this session",
        keyOf: (request) => sessions.get(request) ?? "",
      },
    ],
    // What the page should go by is its network's limit, unless it is the session's that refuses.
    { store, quiet: true },
  );
  return {
    start: limit("start", 1),
    refresh: limit("refresh", REFRESHES_PER_START),
    read: limit("read", REFRESHES_PER_START),
    async session(sessionId, request, reply) {
      sessions.set(request, sessionId);
      await ofSession(request, reply).catch((error: unknown) => {
        throw error instanceof Refusal ? brokerErrorOf(error) : error;
      });
    },
  };
}

/** The broker passes its own errors on, and those alone. */
function brokerErrorOf({ code, message, retryAfterSeconds }: Refusal): BrokerError {
  return new BrokerError(code, message, { retryAfterSeconds });
}

/** Who is allowed to ask has been seen before; those without an origin count as one. */
function originOf({ headers }: FastifyRequest): string {
  return headers.origin ?? "none";
}
