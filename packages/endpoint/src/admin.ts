/** The admin listener: metrics, and health once more, for those who run the endpoint. Never the public port. */
import { type FastifyInstance, fastify } from "fastify";
import { answerProblem, COMMON_HEADERS, requestIdOf } from "./answers.js";
import { EXPOSITION_TYPE } from "./exposition.js";
import type { Metrics } from "./metrics.js";
import { Refusal } from "./problems.js";

export function createAdmin(metrics: Metrics): FastifyInstance {
  const admin = fastify({ genReqId: (request) => requestIdOf(request.headers), requestTimeout: 10_000 });
  admin.addHook("onRequest", async (request, reply) => {
    reply.headers(COMMON_HEADERS);
    reply.header("x-request-id", request.id);
  });
  admin.setErrorHandler((error, request, reply) => answerProblem(error, request, reply));
  admin.setNotFoundHandler(async () => {
    throw new Refusal("not_found", "The admin listener has /metrics and /health/live.");
  });
  admin.get("/metrics", async (_request, reply) => reply.type(EXPOSITION_TYPE).send(await metrics.text()));
  admin.get("/health/live", async () => ({ status: "live" }));
  return admin;
}
