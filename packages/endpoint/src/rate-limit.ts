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
  /** Who was counted. */
  key: string;
  remaining: number;
  secondsLeft: number;
  exceeded: boolean;
}

/** Counts one more. A promise only where it has to be waited for: three of these stand before each request. */
type CountOne = (request: FastifyRequest) => Promise<Count> | Count;

interface Counter {
  readonly policy: Policy;
  /** Here and with the other instances, where there are any. */
  readonly countOne: CountOne;
}

/** Once for a scope, before its limiters. */
export async function countRequests(scope: FastifyInstance): Promise<void> {
  await scope.register(rateLimit, { global: false });
}

/**
 * Counts a request by each of the policies in turn; what one of them refuses, those behind it do not count. The headers
 * tell of the first, and of the one that refuses: with `quiet` of that alone. Rejects with `rate_limited`.
 */
export function limiter(
  scope: FastifyInstance,
  policies: readonly Policy[],
  { store, quiet = false }: { store?: Store | undefined; quiet?: boolean } = {},
): Limiter {
  const counters = policies.map((policy) => createCounter(scope, policy, store));
  return async (request, reply) => {
    let first: Counted | undefined;
    for (const { policy, countOne } of counters) {
      const counting = countOne(request);
      const count = counting instanceof Promise ? await counting : counting;
      if (count.exceeded) refuse(reply, first, { policy, count });
      // The first is the one to go by; of the others a page learns when they refuse it.
      first ??= { policy, count };
    }
    if (first !== undefined && !quiet) tell(reply, [first]);
  };
}

interface Counted {
  policy: Policy;
  count: Count;
}

function refuse(reply: FastifyReply, first: Counted | undefined, last: Counted): never {
  tell(reply, first === undefined ? [last] : [first, last]);
  const { policy, count } = last;
  throw new Refusal("rate_limited", `Too many requests ${policy.whose}; try again in ${count.secondsLeft} s.`, {
    retryAfterSeconds: count.secondsLeft,
  });
}

function createCounter(scope: FastifyInstance, policy: Policy, store: Store | undefined): Counter {
  const { name, max, windowSeconds, keyOf } = policy;
  const countHere = keyOf === undefined ? byNetwork(scope, policy) : byKey(policy, keyOf);
  if (store?.shared !== true) return { policy, countOne: countHere };
  const countTogether = sharedWindow(store, windowSeconds);
  let askStoreAt = 0;
  return {
    policy,
    async countOne(request) {
      const count = await countHere(request);
      if (count.exceeded || Date.now() < askStoreAt) return count;
      const { key } = count;
      try {
        const all = await countTogether(sharedKey(name, key));
        const remaining = Math.min(count.remaining, Math.max(0, max - all.count));
        return { key, remaining, secondsLeft: all.secondsLeft, exceeded: all.count > max };
      } catch (error) {
        // The count of this instance still holds; nobody waits for a store that is away.
        askStoreAt = Date.now() + STORE_PAUSE_MS;
        request.log.warn({ err: error }, "the shared rate limit cannot be counted");
        return count;
      }
    },
  };
}

function byNetwork(scope: FastifyInstance, { max, windowSeconds }: Policy): CountOne {
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

function byKey({ max, windowSeconds }: Policy, keyOf: (request: FastifyRequest) => string): CountOne {
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

function tell(reply: FastifyReply, counted: readonly Counted[]): void {
  const policies = counted.map(({ policy }) => `"${policy.name}";q=${policy.max};w=${policy.windowSeconds}`);
  const counts = counted.map(({ policy, count }) => `"${policy.name}";r=${count.remaining};t=${count.secondsLeft}`);
  reply.header("ratelimit-policy", policies.join(", "));
  reply.header("ratelimit", counts.join(", "));
}

/** Addresses are personal data: the store sees a hash. */
function sharedKey(policy: string, key: string): string {
  return `rate:${policy}:${createHash("sha256").update(key).digest("base64url").slice(0, 22)}`;
}
