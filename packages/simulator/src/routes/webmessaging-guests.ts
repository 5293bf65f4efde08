/** Document 3's guest API: `POST /api/v2/conversations/webmessaging/guests`. */
import { randomUUID } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type { Platform } from "../platform.js";
import { PlatformError } from "../platform-error.js";
import { isListed } from "../settings.js";
import { channelGuest } from "../world/guest-identity.js";
import { bearerDoor } from "./bearer.js";

interface Body {
  channelId: string;
  consent: { accepted: boolean; timestamp: string };
  captcha?: { provider: string; response: string; score?: number };
  attributes?: Record<string, unknown>;
}

const body = {
  type: "object",
  required: ["channelId", "consent"],
  additionalProperties: false,
  properties: {
    channelId: { type: "string", minLength: 1, maxLength: 255 },
    consent: {
      type: "object",
      required: ["accepted", "timestamp"],
      additionalProperties: false,
      properties: {
        accepted: { type: "boolean" },
        timestamp: { type: "string", anyOf: [{ format: "iso-date-time" }, { format: "date" }] },
      },
    },
    captcha: {
      type: "object",
      required: ["provider", "response"],
      additionalProperties: false,
      properties: {
        provider: { type: "string", minLength: 1 },
        response: { type: "string", minLength: 1 },
        // below one half is the document's security policy
        score: { type: "number", minimum: 0.5, maximum: 1 },
      },
    },
    attributes: { type: "object" },
  },
};

export function webmessagingGuestsRoutes(app: FastifyInstance, platform: Platform): void {
  const { settings, clock } = platform;
  const preValidation = bearerDoor(platform, { scope: "webmessaging:guest:create", perMinute: settings.guestQuota });
  const path = "/api/v2/conversations/webmessaging/guests";

  app.post<{ Body: Body }>(path, { preValidation, schema: { body } }, async (request, reply) => {
    const { channelId, consent } = request.body;
    if (settings.deployments.length > 0 && !isListed(settings.deployments, channelId)) {
      throw new PlatformError(403, `The channel ${channelId} is not one of this client's`);
    }
    const guestId = randomUUID();
    const { jwt, expiresAt } = await platform.signing.mint(channelGuest(guestId), settings.tokenLife);
    return reply.code(201).send({
      guestId,
      token: jwt,
      expiresAt: new Date(expiresAt * 1000).toISOString(),
      channelId,
      consent,
      createdAt: new Date(clock.now()).toISOString(),
    });
  });
}
