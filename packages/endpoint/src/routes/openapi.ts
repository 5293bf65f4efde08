/** `GET /openapi.json`: OpenAPI 3.1 of all routes of the scope, made from their schemas once, at the first request. */
import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import { openapi, schemaName } from "../schemas.js";
import { VERSION } from "../version.js";

/** Not `swagger`: a server that the plugin is a guest in may have that already. */
const DECORATOR = "guestpassOpenapi";
const CACHE_CONTROL = "public, max-age=300";

/** Before the routes that it describes. */
export async function describeRoutes(scope: FastifyInstance): Promise<void> {
  await scope.register(swagger, {
    decorator: DECORATOR,
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Guestpass token endpoint",
        version: VERSION,
        description: "Guest tokens for Genesys Cloud web messaging. Errors are RFC 9457 problems.",
        license: { name: "MIT", identifier: "MIT" },
      },
      servers: [{ url: "/" }],
      components: {
        securitySchemes: {
          sessionHandle: { type: "http", scheme: "bearer", description: "`session.handle` of the last answer" },
        },
      },
    },
    refResolver: { buildLocalReference: (json) => schemaName(json) },
  });
}

export function openapiRoute(scope: FastifyInstance): void {
  let document: string | undefined;
  scope.get("/openapi.json", { schema: openapi }, async (_request, reply) => {
    document ??= JSON.stringify(scope.getDecorator<() => object>(DECORATOR)());
    return reply.header("cache-control", CACHE_CONTROL).type("application/json; charset=utf-8").send(document);
  });
}
