/** One try of one request: out through a pool of kept connections, bounded in time and size. Knows no retry and no OAuth. */
import { Pool } from "undici";

/** An answer larger than this is not read to its end. */
const MAX_ANSWER_BYTES = 1_048_576;
/** To one origin. A platform that takes 100 ms then still answers 2500 requests a second. */
const CONNECTIONS = 256;
const KEEP_ALIVE_MS = 10_000;

export interface WireRequest {
  /** Whole URL. */
  url: string;
  method: "GET" | "POST" | "DELETE";
  headers: Record<string, string>;
  body?: string;
}

export type Outcome =
  /** Somebody answered, whatever the status. */
  | { kind: "answer"; status: number; retryAfter: string | undefined; body: string }
  /** Nothing was sent: no name, no connection, no TLS. */
  | { kind: "unreached"; cause: Error }
  /** It was sent, and what became of it is not known: time-out, broken connection, an answer without end. */
  | { kind: "lost"; cause: Error };

export interface Transport {
  /** Never rejects, but for the caller's own signal. */
  send(request: WireRequest, timeoutMs: number, signal?: AbortSignal): Promise<Outcome>;
  close(): Promise<void>;
}

const UNREACHED = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "EPROTO",
]);

class TimedOut extends Error {
  override readonly name = "TimedOut";
}

/** True where the request cannot have reached anybody. */
function neverSent(error: Error & { code?: string; syscall?: string }): boolean {
  return (error.code !== undefined && UNREACHED.has(error.code)) || error.syscall === "connect";
}

/** A transport with its own pools, one for each origin. `connectShare` of a try's time is for connecting. */
export function createTransport(timeoutMs: number): Transport {
  const pools = new Map<string, Pool>();
  const poolOf = (origin: string) => {
    let pool = pools.get(origin);
    if (pool === undefined) {
      pool = new Pool(origin, {
        connections: CONNECTIONS,
        keepAliveTimeout: KEEP_ALIVE_MS,
        maxResponseSize: MAX_ANSWER_BYTES,
        // Shorter than the try, so that a host that cannot be reached is told from an answer that is late.
        connect: { timeout: Math.max(1, Math.floor(timeoutMs * 0.6)) },
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      pools.set(origin, pool);
    }
    return pool;
  };

  return {
    async send(request, tryTimeoutMs, signal) {
      signal?.throwIfAborted();
      const url = new URL(request.url);
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(new TimedOut("no answer in time")), tryTimeoutMs);
      const onAbort = () => controller.abort(signal?.reason);
      signal?.addEventListener("abort", onAbort, { once: true });
      try {
        const { statusCode, headers, body } = await poolOf(url.origin).request({
          path: url.pathname + url.search,
          method: request.method,
          headers: request.headers,
          body: request.body ?? null,
          signal: controller.signal,
        });
        const retryAfter = headers["retry-after"];
        return {
          kind: "answer",
          status: statusCode,
          retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
          body: await body.text(),
        };
      } catch (error) {
        signal?.throwIfAborted();
        const cause = error instanceof Error ? error : new Error("the request failed", { cause: error });
        return { kind: neverSent(cause) ? "unreached" : "lost", cause };
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
      }
    },
    async close() {
      const closing = [...pools.values()].map((pool) => pool.destroy());
      pools.clear();
      await Promise.all(closing);
    },
  };
}
