/**
 * What stands before every route that asks the broker: the origin list, readiness, the limits, the bound on work under
 * way. Also makes of a request what the broker must know of it.
 */
import type { Broker, RequestContext } from "@guestpass/broker";
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
  let signal: AbortSignal | undefined;
  const context: RequestContext = {
    requestId: id,
    origin: headers.origin ?? null,
    address: request.ip,
    // Made when it is asked for: what is answered from memory needs none.
    get signal() {
      signal ??= goneSignal(reply);
      return signal;
    },
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
 * Aborts when the connection closes before the answer is out. Not `request.signal`: that one aborts as soon as a body
 * has been read, because Node closes the request's stream then.
 */
function goneSignal({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  if (raw.destroyed && !raw.writableFinished) controller.abort();
  raw.once("close", () => {
    if (!raw.writableFinished) controller.abort();
  });
  return controller.signal;
}

function pathOf(url: string): string {
  const query = url.indexOf("?");
  return query === -1 ? url : url.slice(0, query);
}
