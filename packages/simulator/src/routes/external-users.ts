/** Document 2's guest API: an external user first, then its token. */
import { randomUUID } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type { Platform } from "../platform.js";
import { PlatformError } from "../platform-error.js";
import { externalUserGuest } from "../world/guest-identity.js";
import { bearerDoor } from "./bearer.js";

/** External users kept at most; the oldest goes first. */
const KEPT = 50_000;

interface ExternalUser {
  name: string;
  email: string;
  customAttributes?: Record<string, string>;
}

const user = {
  type: "object",
  required: ["name", "email"],
  additionalProperties: false,
  properties: {
    name: { type: "string", minLength: 1, maxLength: 255 },
    email: { type: "string", format: "email", maxLength: 255 },
    customAttributes: { type: "object", additionalProperties: { type: "string" } },
  },
};

const token = {
  type: "object",
  required: ["externalUserId"],
  additionalProperties: false,
  properties: { externalUserId: { type: "string", format: "uuid" } },
};

export function externalUsersRoutes(app: FastifyInstance, platform: Platform): void {
  const { settings, clock, signing } = platform;
  const ids = new Set<string>();
  const perMinute = settings.guestQuota;

  app.post<{ Body: ExternalUser }>(
    "/api/v2/externalusers/guests",
    { preValidation: bearerDoor(platform, { scope: "externaluser:guest:create", perMinute }), schema: { body: user } },
    async (request) => {
      const id = randomUUID();
      const [oldest] = ids;
      if (ids.size >= KEPT && oldest) ids.delete(oldest);
      ids.add(id);
      const now = new Date(clock.now()).toISOString();
      const { name, email, customAttributes = {} } = request.body;
      return { id, name, email, customAttributes, created_at: now, updated_at: now };
    },
  );

  app.post<{ Body: { externalUserId: string } }>(
    "/api/v2/externalusers/guests/token",
    { preValidation: bearerDoor(platform, { scope: "externaluser:guest:read", perMinute }), schema: { body: token } },
    async (request) => {
      const { externalUserId } = request.body;
      if (!ids.has(externalUserId)) throw new PlatformError(404, `The external user ${externalUserId} was not found`);
      const { jwt, expiresAt } = await signing.mint(externalUserGuest(externalUserId), settings.tokenLife);
      return { token: jwt, expires_at: new Date(expiresAt * 1000).toISOString() };
    },
  );
}
