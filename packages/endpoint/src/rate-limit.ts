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
import { sharedWindow } from "./shared-window.js";

/** Networks remembered at once by one policy; beyond it the one longest unseen is forgotten. */
const NETWORKS = 20_000;
/** A store that failed is left alone for so long. */
const STORE_PAUSE_MS = 5000;

export interface Policy {
  /** Names it in the headers. */
  readonly name: string;
  readonly max: number;
  readonly windowSeconds: number;
}

type Hook = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** Once for a scope, before its limiters. */
export async function countRequests(scope: FastifyInstance): Promise<void> {
  await scope.register(rateLimit, { global: false });
}

/** An onRequest hook that sets the headers and rejects with `rate_limited`. */
export function limiter(scope: FastifyInstance, policy: Policy, store?: Store): Hook {
  const { name, max, windowSeconds } = policy;
  // The type leaves the size of the store out; each limiter has a store of its own.
  const size: object = { cache: NETWORKS };
  const check = scope.createRateLimit({ ...size, max, timeWindow: windowSeconds * 1000 });
  const countTogether = store?.shared ? sharedWindow(store, windowSeconds) : undefined;
  let askStoreAt = 0;
  const policyHeader = `"${name}";q=${max};w=${windowSeconds}`;
  return async (request, reply) => {
    const here = await check(request);
    if (here.isAllowed) return;
    let { remaining, ttlInSeconds, isExceeded } = here;
    if (countTogether && !isExceeded && Date.now() >= askStoreAt) {
      const together = await countTogether(sharedKey(name, here.key)).catch((error: unknown) => {
        // The count of this instance still holds; nobody waits for a store that is away.
        askStoreAt = Date.now() + STORE_PAUSE_MS;
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
