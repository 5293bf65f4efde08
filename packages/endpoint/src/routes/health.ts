/** `GET /health/live` and `/health/ready`, for whoever runs the endpoint. Anybody may ask; nothing secret is told. */
import type { FastifyInstance } from "fastify";
import type { Settings } from "../options.js";
import { PROBLEM_TYPE, problemOf, Refusal } from "../problems.js";
import { NOT_READY_RETRY_SECONDS } from "../readiness.js";
import { live, ready } from "../schemas.js";

export function healthRoutes(scope: FastifyInstance, { broker, isReady }: Settings): void {
  scope.get("/health/live", { schema: live }, async () => ({ status: "live" }));

  scope.get("/health/ready", { schema: ready }, async (request, reply) => {
    const { ready: works, checks } = await broker.health();
    if (works && isReady()) return { status: "ready", checks };
    const failed = checks.filter((check) => !check.ok).map((check) => check.name);
    const refusal = new Refusal("not_ready", `Not ready: ${failed.join(", ") || "credentials are not proved yet"}.`, {
      retryAfterSeconds: NOT_READY_RETRY_SECONDS,
    });
    return reply
      .code(503)
      .header("retry-after", NOT_READY_RETRY_SECONDS)
      .type(PROBLEM_TYPE)
      .send(JSON.stringify({ ...problemOf(refusal, request.id), checks }));
  });
}
