/** `GET /api/v2/routing/queues/{queueId}`. */
import type { FastifyInstance } from "fastify";
import type { Platform } from "../platform.js";
import { PlatformError } from "../platform-error.js";
import { isListed } from "../settings.js";
import { isUuid, uuidOfName } from "../world/ids.js";
import { bearerDoor, PLATFORM_CALLS_PER_MINUTE } from "./bearer.js";

export function queueRoutes(app: FastifyInstance, platform: Platform): void {
  const preValidation = bearerDoor(platform, { perMinute: PLATFORM_CALLS_PER_MINUTE });

  app.get<{ Params: { queueId: string } }>("/api/v2/routing/queues/:queueId", { preValidation }, async (request) => {
    const { queueId } = request.params;
    if (!isUuid(queueId)) throw new PlatformError(400, "The queue id is not a UUID");
    if (!isListed(platform.settings.queues, queueId))
      throw new PlatformError(404, `The queue ${queueId} was not found`);
    return {
      id: queueId,
      name: `Queue ${queueId.slice(0, 8)}`,
      division: { id: uuidOfName("division"), name: "Home", selfUri: "/api/v2/authorization/divisions/home" },
      memberCount: 4,
      mediaSettings: { message: { alertingTimeoutSeconds: 30 } },
      acwSettings: { wrapupPrompt: "OPTIONAL" },
      skillEvaluationMethod: "BEST",
      selfUri: `/api/v2/routing/queues/${queueId}`,
    };
  });
}
