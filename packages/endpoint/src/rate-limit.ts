/**
 * How often somebody may ask, in a fixed window. Networks are counted by @fastify/rate-limit, and all where instances
 * share a store together as well; told by the headers of draft-ietf-httpapi-ratelimit-headers. Knows no route; who is counted is said
 * by each policy.
 */
import { createHash } from "node:crypto";
import rateLimit from "@fastify/rate-limit";
import type { Store } from "@guestpass/broker";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { localWindow } from "./local-window.js";
import { Refusal } from "./problems.js";
import { sharedWindow } from "./shared-window.js";

/** Keys remembered at once by one policy; beyond it the one longest unseen is forgotten. */
const KEYS = 20_000;
/** A store that failed is left alone for so long. */
const STORE_PAUSE_MS = 5000;

export interface Policy {
  /** Names it in the headers. */
  readonly name: string;
  readonly max: number;
  readonly windowSeconds: number;
  /** Who is refused, in the words of the refusal: "from this network". */
  readonly whose: string;
  /** Who is counted; the request's network (an address of IPv4, a /64 of IPv6) without it. */
  readonly keyOf?: (request: FastifyRequest) => string;
}

export type Limiter = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

interface Count {
  remaining: number;
  secondsLeft: number;
  exceeded: boolean;
}

interface Counter {
  readonly policy: Policy;
  /** Counts one more, here and with the other instances, where there are any. */
  countOne(request: FastifyRequest): Promise<Count>;
}

/** Once for a scope, before its limiters. */
export async function countRequests(scope: FastifyInstance): Promise<void> {
  await scope.register(rateLimit, { global: false });
}

/**
 * Counts a request by each of the policies in turn; what one of them refuses, those behind it do not count. The headers
 * tell of the first, and of the one that refuses. Rejects with `rate_limited`.
 */
export function limiter(scope: FastifyInstance, policies: readonly Policy[], store?: Store): Limiter {
  const counters = policies.map((policy) => createCounter(scope, policy, store));
  return async (request, reply) => {
    const counted: { policy: Policy; count: Count }[] = [];
    for (const { policy, countOne } of counters) {
      const count = await countOne(request);
      // The first is the one to go by; of the others a page learns when they refuse it.
      if (counted.length === 0 || count.exceeded) counted.push({ policy, count });
      if (count.exceeded) break;
    }
    tell(reply, counted);
    const last = counted.at(-1);
    if (last?.count.exceeded)
      throw new Refusal(
        "rate_limited",
        `Too many requests ${last.policy.whose}; try again in ${last.count.secondsLeft} s.`,
        {
          retryAfterSeconds: last.count.secondsLeft,
        },
      );
  };
}

function createCounter(scope: FastifyInstance, policy: Policy, store: Store | undefined): Counter {
  const { name, max, windowSeconds, keyOf } = policy;
  const countHere = keyOf === undefined ? byNetwork(scope, policy) : byKey(policy, keyOf);
  const countTogether = store?.shared ? sharedWindow(store, windowSeconds) : undefined;
  let askStoreAt = 0;
  return {
    policy,
    async countOne(request) {
      const { key, ...count } = await countHere(request);
      if (!countTogether || count.exceeded || Date.now() < askStoreAt) return count;
      try {
        const all = await countTogether(sharedKey(name, key));
        const left = Math.max(0, max - all.count);
        return { remaining: Math.min(count.remaining, left), secondsLeft: all.secondsLeft, exceeded: all.count > max };
      } catch (error) {
        // The count of this instance still holds; nobody waits for a store that is away.
        askStoreAt = Date.now() + STORE_PAUSE_MS;
        request.log.warn({ err: error }, "the shared rate limit cannot be counted");
        return count;
      }
    },
  };
}

type CountHere = (request: FastifyRequest) => Promise<Count & { key: string }> | (Count & { key: string });

function byNetwork(scope: FastifyInstance, { max, windowSeconds }: Policy): CountHere {
  // The type leaves the size of the store out; each counter has a store of its own.
  const size: object = { cache: KEYS };
  const check = scope.createRateLimit({ ...size, max, timeWindow: windowSeconds * 1000 });
  return async (request) => {
    const here = await check(request);
    if (here.isAllowed) return { key: here.key, remaining: max, secondsLeft: windowSeconds, exceeded: false };
    const { key, remaining, ttlInSeconds, isExceeded } = here;
    return { key, remaining, secondsLeft: ttlInSeconds, exceeded: isExceeded };
  };
}

function byKey({ max, windowSeconds }: Policy, keyOf: (request: FastifyRequest) => string): CountHere {
  const count = localWindow(windowSeconds, KEYS);
  return (request) => {
    const key = keyOf(request);
    const here = count(key);
    return {
      key,
      remaining: Math.max(0, max - here.count),
      secondsLeft: here.secondsLeft,
      exceeded: here.count > max,
    };
  };
}

function tell(reply: FastifyReply, counted: readonly { policy: Policy; count: Count }[]): void {
  const policies = counted.map(({ policy }) => `"${policy.name}";q=${policy.max};w=${policy.windowSeconds}`);
  const counts = counted.map(({ policy, count }) => `"${policy.name}";r=${count.remaining};t=${count.secondsLeft}`);
  reply.header("ratelimit-policy", policies.join(", "));
  reply.header("ratelimit", counts.join(", "));
}

/** Addresses are personal data: the store sees a hash. */
function sharedKey(policy: string, key: string): string {
  return `rate:${policy}:${createHash("sha256").update(key).digest("base64url").slice(0, 22)}`;
}
