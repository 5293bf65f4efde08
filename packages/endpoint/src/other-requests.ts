/**
 * Requests that no route is meant for: preflights, methods that a path does not have, paths that are not there. Each
 * gets its answer before a body is read.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ANY_METHODS, corsOf } from "./cors.js";
import { Refusal } from "./problems.js";

/** The methods of each path, relative to the scope's prefix. */
export type Routes = Map<string, Set<string>>;
type IsAllowed = (origin: string) => boolean;

/** Gives what has been added to the scope so far. */
export function collectRoutes(scope: FastifyInstance): () => Routes {
  const routes: Routes = new Map();
  scope.addHook("onRoute", (route) => {
    const methods = routes.get(route.routePath) ?? new Set();
    for (const method of [route.method].flat()) methods.add(method);
    routes.set(route.routePath, methods);
  });
  return () => new Map([...routes].map(([path, methods]) => [path, new Set(methods)]));
}

/** Gives each path a route for all other methods: OPTIONS is answered, the rest is 405. After all routes. */
export function refuseOtherMethods(scope: FastifyInstance, routes: Routes, isAllowed: IsAllowed): void {
  for (const [path, present] of routes) {
    const methods = [...present, "OPTIONS"];
    const forAll = path.startsWith("/embed/");
    scope.route({
      url: path,
      method: scope.supportedMethods.filter((method) => !present.has(method)),
      schema: { hide: true },
      config: corsOf({ methods, forAll }),
      onRequest: async (request, reply) => answerOther(request, reply, methods, forAll ? () => true : isAllowed),
      handler: async () => undefined,
    });
  }
}

/** Answers what no route of the whole server, or of its prefix, is there for. */
export function answerUnknownPaths(scope: FastifyInstance, routes: Routes, isAllowed: IsAllowed): void {
  scope.addHook("onRequest", async (request, reply) => {
    if (!request.is404) return undefined;
    // A method that is no method of Fastify's comes here with a path that is there.
    const known = routes.get(relativePath(request.url, scope.prefix));
    if (known) return answerOther(request, reply, [...known, "OPTIONS"], isAllowed);
    if (request.method === "OPTIONS") return answerOther(request, reply, ANY_METHODS, isAllowed);
    throw new Refusal("not_found", "There is nothing at this path.");
  });
  scope.setNotFoundHandler(async () => undefined);
}

async function answerOther(
  request: FastifyRequest,
  reply: FastifyReply,
  methods: readonly string[],
  isAllowed: IsAllowed,
): Promise<FastifyReply> {
  if (request.method !== "OPTIONS")
    throw new Refusal("method_not_allowed", `The methods of this path are ${methods.join(", ")}.`, {
      headers: { allow: methods.join(", ") },
    });
  const { origin } = request.headers;
  if (origin !== undefined && !isAllowed(origin))
    throw new Refusal("origin_not_allowed", "This origin is not on the list of those that may ask.");
  return reply.header("allow", methods.join(", ")).code(204).send();
}

function relativePath(url: string, prefix: string): string {
  const query = url.indexOf("?");
  const path = query === -1 ? url : url.slice(0, query);
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}
