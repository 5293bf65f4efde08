/**
 * How often one network may ask: an address of IPv4, a /64 of IPv6, in a fixed window. Counted here by
 * @fastify/rate-limit and, where instances share a store, together as well; told by the headers of
 * draft-ietf-httpapi-ratelimit-headers.
 */
import { createHash } from "node:crypto";
import rateLimit from "@fastify/rate-limit";
import type { Store } from "@guestpass/broker";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Refusal } from "./problems.js";

/** Networks remembered at once by one policy; beyond it the one longest unseen is forgotten. */
const NETWORKS = 20_000;
/** Other instances may write between a read and a swap; then it is tried again, so often. */
const SWAP_TRIES = 4;

export interface Policy {
  /** Names it in the headers. */
  readonly name: string;
  readonly max: number;
  readonly windowSeconds: number;
}

type Hook = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** Once for a scope, before its limiters. */
export async function countRequests(scope: FastifyInstance): Promise<void> {
  await scope.register(rateLimit, { global: false, cache: NETWORKS });
}

/** An onRequest hook that sets the headers and rejects with `rate_limited`. */
export function limiter(scope: FastifyInstance, policy: Policy, store?: Store): Hook {
  const { name, max, windowSeconds } = policy;
  const check = scope.createRateLimit({ max, timeWindow: windowSeconds * 1000 });
  const policyHeader = `"${name}";q=${max};w=${windowSeconds}`;
  return async (request, reply) => {
    const here = await check(request);
    if (here.isAllowed) return;
    let { remaining, ttlInSeconds, isExceeded } = here;
    if (store?.shared && !isExceeded) {
      const together = await countTogether(store, sharedKey(name, here.key), windowSeconds).catch((error: unknown) => {
        // The count of this instance still holds.
        request.log.warn({ err: error }, "the shared rate limit cannot be counted");
      });
      if (together) {
        remaining = Math.min(remaining, Math.max(0, max - together.count));
        ttlInSeconds = together.secondsLeft;
        isExceeded = together.count > max;
      }
    }
    reply.header("ratelimit-policy", policyHeader);
    reply.header("ratelimit", `"${name}";r=${remaining};t=${ttlInSeconds}`);
    if (isExceeded)
      throw new Refusal("rate_limited", `Too many requests from this network; try again in ${ttlInSeconds} s.`, {
        retryAfterSeconds: ttlInSeconds,
      });
  };
}

/** Addresses are personal data: the store sees a hash. */
function sharedKey(policy: string, network: string): string {
  return `rate:${policy}:${createHash("sha256").update(network).digest("base64url").slice(0, 22)}`;
}

interface Count {
  count: number;
  secondsLeft: number;
}

async function countTogether(store: Store, key: string, windowSeconds: number): Promise<Count> {
  let seen = await store.read(key);
  for (let attempt = 1; ; attempt += 1) {
    const now = Date.now();
    const [before = 0, end = 0] = (seen ?? "").split(".").map(Number);
    const open = seen !== undefined && end > now;
    const count = open ? before + 1 : 1;
    const endsAt = open ? end : now + windowSeconds * 1000;
    const secondsLeft = Math.max(1, Math.ceil((endsAt - now) / 1000));
    const result = await store.swap(key, seen, `${count}.${endsAt}`, secondsLeft);
    if (result.swapped || attempt === SWAP_TRIES) return { count, secondsLeft };
    seen = result.current;
  }
}
