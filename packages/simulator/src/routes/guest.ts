/** Document 1's guest API: `POST /api/v2/guest`. */
import { EXTERNAL_ID_CHARACTERS } from "@guestpass/protocol";
import type { FastifyInstance } from "fastify";
import type { Platform } from "../platform.js";
import { usernameGuest } from "../world/guest-identity.js";
import { bearerDoor } from "./bearer.js";

const SCOPE = "conversations:messaging:send conversations:messaging:receive";

/** `webchat-guest-` and an external id of full length. */
const USERNAME_CHARACTERS = "webchat-guest-".length + EXTERNAL_ID_CHARACTERS;

interface Body {
  username: string;
  customAttributes?: Record<string, string>;
}

const body = {
  type: "object",
  required: ["username"],
  additionalProperties: false,
  properties: {
    username: { type: "string", minLength: 1, maxLength: USERNAME_CHARACTERS },
    customAttributes: { type: "object", additionalProperties: { type: "string" } },
  },
};

export function guestRoutes(app: FastifyInstance, platform: Platform): void {
  const { settings } = platform;
  const preValidation = bearerDoor(platform, { scope: "conversations:messaging:send", perMinute: settings.guestQuota });

  app.post<{ Body: Body }>("/api/v2/guest", { preValidation, schema: { body } }, async (request) => {
    const claims = { ...usernameGuest(request.body.username), scope: SCOPE };
    const { jwt } = await platform.signing.mint(claims, settings.tokenLife);
    return { access_token: jwt, token_type: "Bearer", expires_in: settings.tokenLife, scope: SCOPE, sub: claims.sub };
  });
}
