/**
 * Which pages may read the answers, by @fastify/cors: the headers of every answer, and what preflights are told. Knows
 * the list of origins and that the script-tag build is for all; the refusals themselves are others'.
 */
import fastifyCors from "@fastify/cors";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

type Hook = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void;

/** What a preflight of an unknown path is told, so that the page can read the 404 that follows. */
export const ANY_METHODS = ["GET", "POST", "DELETE", "OPTIONS"];
/** Seconds that a browser may remember a preflight; Chromium's own cap. */
const PREFLIGHT_MAX_AGE = 7200;
const FOREIGN = ["access-control-allow-origin", "access-control-allow-credentials"];

export interface Cors {
  /** Sets the headers of one answer; also for answers that no hook of a scope comes to. */
  readonly hook: Hook;
  /** Sets them for a scope, from its first route on. */
  serve(scope: FastifyInstance): void;
}

/** The part of a route's `config` that says what is different for it. */
export function corsOf(route: { methods?: readonly string[]; forAll?: boolean }): object {
  const { methods, forAll } = route;
  return { cors: { ...(methods && { methods: [...methods] }), ...(forAll && { origin: "*" }) } };
}

export function createCors(isAllowed: (origin: string) => boolean): Cors {
  const options: fastifyCors.FastifyCorsOptions = {
    origin: (origin, done) => done(null, origin !== undefined && isAllowed(origin)),
    methods: ANY_METHODS,
    allowedHeaders: ["Content-Type", "Authorization", "DPoP", "X-Request-Id"],
    exposedHeaders: ["Retry-After", "RateLimit", "RateLimit-Policy", "X-Request-Id"],
    credentials: false,
    maxAge: PREFLIGHT_MAX_AGE,
    hook: "onRequest",
    // Each path answers OPTIONS itself, and refuses the origins that are not on the list.
    preflight: true,
    preflightContinue: true,
    strictPreflight: false,
  };
  const setHeaders = hookOf(options);
  const hook: Hook = (request, reply, done) => {
    // A server that this is a guest in may have let everybody in.
    for (const name of FOREIGN) if (reply.hasHeader(name)) reply.removeHeader(name);
    setHeaders(request, reply, done);
  };
  return {
    hook,
    serve(scope) {
      scope.addHook("onRequest", hook);
      scope.addHook("onRoute", (route) => {
        // All of the options at each route: there they go before those of a server that has the plugin for all routes.
        const own = (route.config as { cors?: object } | undefined)?.cors;
        route.config = { ...route.config, cors: { ...options, ...own } } as NonNullable<typeof route.config>;
      });
    },
  };
}

/**
 * The plugin's hook without the rest of it: its decorator and its `OPTIONS *` route would be there a second time in a
 * server that has the plugin itself, and no server starts with that; here every path has an OPTIONS route of its own.
 */
function hookOf(options: fastifyCors.FastifyCorsOptions): Hook {
  let hook: Hook | undefined;
  const server = {
    decorateRequest: () => undefined,
    options: () => undefined,
    addHook: (_name: string, handler: Hook) => {
      hook = handler;
    },
  };
  fastifyCors(server as unknown as FastifyInstance, options, (error) => {
    if (error) throw error;
  });
  if (!hook) throw new TypeError("@fastify/cors has added no hook");
  return hook;
}
