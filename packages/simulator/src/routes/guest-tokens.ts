/** Document 4's guest API: `POST /api/v2/guest-tokens`. */
import {
  ATTRIBUTE_KEY_CHARACTERS,
  ATTRIBUTE_PAIRS,
  ATTRIBUTE_VALUE_CHARACTERS,
  EXTERNAL_ID_CHARACTERS,
} from "@guestpass/protocol";
import type { FastifyInstance } from "fastify";
import type { Platform } from "../platform.js";
import { PlatformError } from "../platform-error.js";
import { isListed } from "../settings.js";
import { externalIdGuest } from "../world/guest-identity.js";
import { bearerDoor } from "./bearer.js";

/** The document names a limit without its figure: an `expirationTime` further away than this is refused. */
const FURTHEST_SECONDS = 7 * 86_400;
const DEFAULT_SECONDS = 86_400;

interface Body {
  externalId: string;
  webchatId: string;
  attributes?: Record<string, string>;
  expirationTime?: string;
}

const body = {
  type: "object",
  required: ["externalId", "webchatId"],
  additionalProperties: false,
  properties: {
    externalId: { type: "string", minLength: 1, maxLength: EXTERNAL_ID_CHARACTERS },
    webchatId: { type: "string", minLength: 1, maxLength: 255 },
    attributes: {
      type: "object",
      maxProperties: ATTRIBUTE_PAIRS,
      propertyNames: { maxLength: ATTRIBUTE_KEY_CHARACTERS },
      additionalProperties: { type: "string", maxLength: ATTRIBUTE_VALUE_CHARACTERS },
    },
    expirationTime: { type: "string", format: "date-time" },
  },
};

export function guestTokensRoutes(app: FastifyInstance, platform: Platform): void {
  const { settings, clock } = platform;
  const preValidation = bearerDoor(platform, { scope: "webchat:guest-token:create", perMinute: settings.guestQuota });

  app.post<{ Body: Body }>("/api/v2/guest-tokens", { preValidation, schema: { body } }, async (request) => {
    const { externalId, webchatId, attributes, expirationTime } = request.body;
    if (settings.deployments.length > 0 && !isListed(settings.deployments, webchatId)) {
      throw new PlatformError(403, `This client may not provision guest tokens for the webchat ${webchatId}`);
    }
    const lifeSeconds = Math.min(askedSeconds(expirationTime, clock.now()), settings.tokenLife);
    const { jwt, expiresAt } = await platform.signing.mint(externalIdGuest(externalId, webchatId), lifeSeconds);
    return {
      token: jwt,
      externalId,
      webchatId,
      expirationTime: new Date(expiresAt * 1000).toISOString(),
      ...(attributes ? { attributes } : {}),
    };
  });
}

/** Whole seconds of life that a request asks for; a token that would be dead at once is a 400. */
function askedSeconds(expirationTime: string | undefined, now: number): number {
  if (expirationTime === undefined) return DEFAULT_SECONDS;
  const seconds = Math.floor((Date.parse(expirationTime) - now) / 1000);
  if (seconds < 1 || seconds > FURTHEST_SECONDS) {
    throw new PlatformError(400, `expirationTime must be in the future, by ${FURTHEST_SECONDS} seconds at most`, {
      details: [{ errorCode: "invalid.value", fieldName: "expirationTime" }],
    });
  }
  return seconds;
}
