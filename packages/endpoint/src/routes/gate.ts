/**
 * What stands before every route that asks the broker: the origin list, readiness, the limits, the bound on work under
 * way. Also makes of a request what the broker must know of it.
 */
import type { ServerResponse } from "node:http";
import type { Broker, GoneSignal, RequestContext } from "@guestpass/broker";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { createLimits } from "../limits.js";
import type { Settings } from "../options.js";
import type { Pressure } from "../pressure.js";
import { Refusal } from "../problems.js";
import { createProofUrl, type ProofUrl } from "../proof-url.js";
import { NOT_READY_RETRY_SECONDS } from "../readiness.js";

type Hook = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

export interface Gate {
  readonly broker: Broker;
  /** The onRequest hook of the routes that start sessions. */
  readonly starts: Hook;
  /** Of those that refresh or end them. */
  readonly refreshes: Hook;
  /** Of those that only read. */
  readonly reads: Hook;
  readonly baseUrl: (request: FastifyRequest) => string;
  readonly proofUrl: ProofUrl;
  /** Counts a session, once its handle has been opened. */
  readonly admitSession: (sessionId: string, request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** `countRequests` has been called for the scope. */
export function createGate(
  scope: FastifyInstance,
  settings: Settings,
  isAllowed: (origin: string) => boolean,
  pressure: Pressure,
): Gate {
  const { broker, store, baseUrl, requireOrigin, isReady } = settings;
  const limits = createLimits(scope, settings.rateLimit, store);

  const checkOrigin = ({ headers, method }: FastifyRequest): void => {
    const { origin } = headers;
    if (origin === undefined) {
      // A browser sends no Origin with a same-origin GET.
      const ownPage = method === "GET" && headers["sec-fetch-site"] === "same-origin";
      if (requireOrigin && !ownPage)
        throw new Refusal("origin_not_allowed", "Requests without an Origin header are not answered.");
    } else if (!isAllowed(origin))
      throw new Refusal("origin_not_allowed", "This origin is not on the list of those that may ask.");
  };
  const checkReady = (): void => {
    if (!isReady())
      throw new Refusal("not_ready", "The platform has not been reached yet.", {
        retryAfterSeconds: NOT_READY_RETRY_SECONDS,
      });
  };

  const before =
    (limit: Hook): Hook =>
    async (request, reply) => {
      checkOrigin(request);
      checkReady();
      await limit(request, reply);
    };

  return {
    broker,
    baseUrl,
    proofUrl: createProofUrl(),
    admitSession: limits.session,
    starts: before(limits.start),
    refreshes: before(limits.refresh),
    async reads(request, reply) {
      checkOrigin(request);
      await limits.read(request, reply);
    },
    run: (work) => pressure.run(work),
  };
}

/** The request as the broker knows it. */
export function contextOf(request: FastifyRequest, reply: FastifyReply, gate: Gate): RequestContext {
  const { headers, method, id } = request;
  const context: RequestContext = {
    requestId: id,
    origin: headers.origin ?? null,
    address: request.ip,
    signal: new Departure(reply.raw),
    admitSession: (sessionId) => gate.admitSession(sessionId, request, reply),
  };
  const { dpop } = headers;
  if (typeof dpop === "string")
    context.dpop = {
      proof: dpop,
      method,
      url: gate.proofUrl(dpop, gate.baseUrl(request) + pathOf(request.originalUrl), request.log),
    };
  return context;
}

/**
 * Tells when the connection has closed before the answer was out. Not `request.signal`: that one aborts as soon as a
 * body has been read, because Node closes the request's stream then; and a signal of its own for each request costs
 * more than all the limits together.
 */
class Departure implements GoneSignal {
  private readonly raw: ServerResponse;
  /** Undefined until the first: what is answered from memory has none. */
  private listeners: (() => void)[] | undefined;

  constructor(raw: ServerResponse) {
    this.raw = raw;
  }

  get aborted(): boolean {
    return this.raw.destroyed && !this.raw.writableFinished;
  }

  get reason(): Error {
    return new Error("the caller has gone");
  }

  addEventListener(_type: "abort", listener: () => void): void {
    if (this.listeners === undefined) {
      this.listeners = [];
      this.raw.once("close", () => this.closed());
    }
    this.listeners.push(listener);
  }

  removeEventListener(_type: "abort", listener: () => void): void {
    const at = this.listeners?.indexOf(listener) ?? -1;
    if (at !== -1) this.listeners?.splice(at, 1);
  }

  private closed(): void {
    if (this.raw.writableFinished) return;
    const told = this.listeners ?? [];
    // They take themselves off the list.
    this.listeners = [];
    for (const listener of told) listener();
  }
}

function pathOf(url: string): string {
  const query = url.indexOf("?");
  return query === -1 ? url : url.slice(0, query);
}
