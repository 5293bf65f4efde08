/** `GET /api/v2/webmessaging/messages`: what was said, newest first. */
import { HISTORY_PAGE_SIZE, HISTORY_PER_MINUTE } from "@guestpass/protocol";
import type { FastifyInstance } from "fastify";
import { HISTORY_JWT } from "../frames.js";
import type { Platform } from "../platform.js";
import { PlatformError } from "../platform-error.js";
import type { Sessions } from "../sessions.js";
import { bearerOf, tooManyRequests, unauthenticated } from "./bearer.js";

const LARGEST_PAGE = 100;
const MINUTE_MS = 60_000;

interface Query {
  pageNumber?: string;
  pageSize?: string;
}

export function historyRoutes(app: FastifyInstance, platform: Platform, sessions: Sessions): void {
  app.get<{ Querystring: Query }>("/api/v2/webmessaging/messages", async (request) => {
    const token = bearerOf(request);
    if (token === null) throw unauthenticated("No authentication bearer token specified");
    const verdict = await platform.signing.verify(token);
    if (verdict.kind !== "valid" || verdict.claims["type"] !== HISTORY_JWT)
      throw unauthenticated("Invalid login credentials.");
    const place = sessions.byId(String(verdict.claims.sub));
    if (!place) throw new PlatformError(404, "The session was not found");
    const { allowed, resetSeconds } = platform.windows.take(
      `history:${place.session.id}`,
      HISTORY_PER_MINUTE,
      MINUTE_MS,
    );
    if (!allowed) throw tooManyRequests(resetSeconds);
    const pageSize = readCount(request.query.pageSize, "pageSize", HISTORY_PAGE_SIZE, LARGEST_PAGE);
    const pageNumber = readCount(request.query.pageNumber, "pageNumber", 1, Number.MAX_SAFE_INTEGER);
    const newestFirst = place.session.messages.toReversed();
    const from = (pageNumber - 1) * pageSize;
    return {
      entities: newestFirst.slice(from, from + pageSize),
      pageSize,
      pageNumber,
      total: newestFirst.length,
      pageCount: Math.ceil(newestFirst.length / pageSize),
    };
  });
}

function readCount(text: string | undefined, name: string, fallback: number, most: number): number {
  if (text === undefined) return fallback;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= most) return count;
  throw new PlatformError(400, `${name} must be a whole number from 1 to ${most}`, {
    details: [{ errorCode: "invalid.value", fieldName: name }],
  });
}
