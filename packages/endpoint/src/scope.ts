/**
 * The endpoint's scope in a Fastify server: its hooks, its error handling and its routes, and nothing that reaches
 * beyond them. Knows how the rooms belong together.
 */
import type { FastifyInstance } from "fastify";
import { answerProblem, openAnswer, requestIdOf } from "./answers.js";
import { createCors } from "./cors.js";
import { readEmbedFiles } from "./embed-files.js";
import { acceptJsonOnly } from "./json-body.js";
import type { Settings } from "./options.js";
import { originMatcher } from "./origins.js";
import { answerUnknownPaths, collectRoutes, refuseOtherMethods } from "./other-requests.js";
import { createPressure } from "./pressure.js";
import { countRequests } from "./rate-limit.js";
import { compatRoute } from "./routes/compat.js";
import { embedRoutes } from "./routes/embed.js";
import { createGate } from "./routes/gate.js";
import { healthRoutes } from "./routes/health.js";
import { messengerRoute } from "./routes/messenger.js";
import { describeRoutes, openapiRoute } from "./routes/openapi.js";
import { sessionRoutes } from "./routes/sessions.js";
import { knowSchemas } from "./schemas.js";

/** Registered in a scope of its own, with its prefix. */
export async function endpointScope(scope: FastifyInstance, settings: Settings): Promise<void> {
  const isAllowed = originMatcher(settings.allowedOrigins);
  const pressure = createPressure(settings.maxConcurrent);
  scope.addHook("onClose", async () => pressure.close());

  scope.setGenReqId((request) => requestIdOf(request.headers));
  scope.addHook("onRequest", (request, reply, done) => {
    openAnswer(request, reply);
    done();
  });
  createCors(isAllowed).serve(scope);
  scope.setErrorHandler((error, request, reply) => answerProblem(error, request, reply));
  acceptJsonOnly(scope, settings.bodyLimit);
  knowSchemas(scope);

  await describeRoutes(scope);
  await countRequests(scope);
  const routesSoFar = collectRoutes(scope);
  const gate = createGate(scope, settings, isAllowed, pressure);
  sessionRoutes(scope, gate);
  messengerRoute(scope, gate);
  compatRoute(scope, gate);
  healthRoutes(scope, settings);
  openapiRoute(scope);
  if (settings.embedDir !== false) embedRoutes(scope, await readEmbedFiles(settings.embedDir));
  const routes = routesSoFar();
  refuseOtherMethods(scope, routes, isAllowed);
  if (settings.ownsNotFound) answerUnknownPaths(scope, routes, isAllowed);
}
