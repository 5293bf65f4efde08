/** One try of one request: out through a pool of kept connections, bounded in time and size. Knows no retry and no OAuth. */
import type { IncomingHttpHeaders } from "node:http";
import { type Dispatcher, Pool } from "undici";
import type { GoneSignal } from "../request-context.js";

/** An answer larger than this is not read to its end. */
const MAX_ANSWER_BYTES = 1_048_576;
/** To one origin. A platform that takes 100 ms then still answers 2500 requests a second. */
const CONNECTIONS = 256;
const KEEP_ALIVE_MS = 10_000;
/** URLs that are remembered as they were read. */
const TARGETS_KEPT = 200;

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
  send(request: WireRequest, timeoutMs: number, signal?: GoneSignal): Promise<Outcome>;
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

/** Where a URL leads: texts of calls come again and again, and reading one costs more than remembering it. */
interface Target {
  origin: string;
  path: string;
}

function targets(): (url: string) => Target {
  const known = new Map<string, Target>();
  return (text) => {
    let target = known.get(text);
    if (target === undefined) {
      const url = new URL(text);
      target = { origin: url.origin, path: url.pathname + url.search };
      if (known.size >= TARGETS_KEPT) known.clear();
      known.set(text, target);
    }
    return target;
  };
}

/**
 * One try, as the pool's handler: settled once, by the answer's end, by what went wrong, by the time that is over or by
 * the caller's signal, whichever is first. A stream, a signal and a controller for each try would cost more than the
 * whole call.
 */
class Try implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;
  private status = 0;
  private retryAfter: string | undefined;
  private readonly chunks: Buffer[] = [];
  private failure: Error | undefined;
  private readonly timer: NodeJS.Timeout;
  private readonly resolve: (outcome: Outcome) => void;
  private readonly reject: (reason: Error) => void;
  private readonly signal: GoneSignal | undefined;

  constructor(
    resolve: (outcome: Outcome) => void,
    reject: (reason: Error) => void,
    timeoutMs: number,
    signal: GoneSignal | undefined,
  ) {
    this.resolve = resolve;
    this.reject = reject;
    this.signal = signal;
    this.timer = setTimeout(() => this.fail(new TimedOut("no answer in time")), timeoutMs);
    signal?.addEventListener("abort", this.onGone);
  }

  private readonly onGone = (): void => this.fail(this.signal?.reason as Error);

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // It waited for a connection until nobody waited for it.
    if (this.failure !== undefined) controller.abort(this.failure);
    else this.controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.status = status;
    const retryAfter = headers["retry-after"];
    this.retryAfter = Array.isArray(retryAfter) ? retryAfter[0] : retryAfter;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.failure !== undefined) return;
    this.settle();
    const { status, retryAfter, chunks } = this;
    this.resolve({ kind: "answer", status, retryAfter, body: textOf(chunks) });
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.fail(error instanceof Error ? error : new Error("the request failed", { cause: error }));
  }

  private fail(cause: Error): void {
    if (this.failure !== undefined) return;
    this.failure = cause;
    this.settle();
    if (this.signal?.aborted === true) this.reject(this.signal.reason as Error);
    else this.resolve({ kind: neverSent(cause) ? "unreached" : "lost", cause });
    this.controller?.abort(cause);
  }

  private settle(): void {
    clearTimeout(this.timer);
    this.signal?.removeEventListener("abort", this.onGone);
  }
}

function textOf(chunks: readonly Buffer[]): string {
  const [first, second] = chunks;
  const bytes = first !== undefined && second === undefined ? first : Buffer.concat(chunks);
  const text = bytes.toString("utf8");
  // RFC 8259 section 8.1: a byte order mark may be ignored.
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** A transport with its own pools, one for each origin. */
export function createTransport(timeoutMs: number): Transport {
  const targetOf = targets();
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
    send(request, tryTimeoutMs, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted === true) throw signal.reason;
        const { origin, path } = targetOf(request.url);
        const { method, headers, body = null } = request;
        poolOf(origin).dispatch({ path, method, headers, body }, new Try(resolve, reject, tryTimeoutMs, signal));
      });
    },
    async close() {
      const closing = [...pools.values()].map((pool) => pool.destroy());
      pools.clear();
      await Promise.all(closing);
    },
  };
}
