/** Document 5's guest API: `POST /api/v2/webchat/instances/guests`. */
import { randomUUID } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type { Platform } from "../platform.js";
import { PlatformError } from "../platform-error.js";
import { isListed } from "../settings.js";
import { webchatGuest } from "../world/guest-identity.js";
import { bearerDoor } from "./bearer.js";

interface Body {
  routing: { queueId: string; language?: string; wrapUpCode?: string };
  attributes?: Record<string, string>;
}

const body = {
  type: "object",
  required: ["routing"],
  additionalProperties: false,
  properties: {
    routing: {
      type: "object",
      required: ["queueId"],
      additionalProperties: false,
      properties: {
        queueId: { type: "string", format: "uuid" },
        language: { type: "string", pattern: "^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$" },
        wrapUpCode: { type: "string", minLength: 1, maxLength: 255 },
      },
    },
    attributes: { type: "object", additionalProperties: { type: "string" } },
  },
};

export function webchatInstancesRoutes(app: FastifyInstance, platform: Platform): void {
  const { settings } = platform;
  const preValidation = bearerDoor(platform, { scope: "webchat:guest:create", perMinute: settings.guestQuota });

  app.post<{ Body: Body }>("/api/v2/webchat/instances/guests", { preValidation, schema: { body } }, async (request) => {
    const { routing, attributes } = request.body;
    if (!isListed(settings.queues, routing.queueId)) {
      // the document: an unknown queue is a 500 here, which is why it offers a look at the queue before
      throw new PlatformError(500, `The queue ${routing.queueId} could not be located`);
    }
    const guestId = randomUUID();
    const claims = webchatGuest(guestId, attributes?.["customerId"]);
    const { jwt, expiresAt } = await platform.signing.mint(claims, settings.tokenLife);
    return {
      guestId,
      guestToken: jwt,
      expiresAt: new Date(expiresAt * 1000).toISOString(),
      routing: { queueId: routing.queueId, language: routing.language ?? "en-us" },
    };
  });
}
