/**
 * `POST /api/v2/analytics/conversations/details/query`, in the platform's form (`interval`, `paging`, `totalHits`) and in
 * document 1's (`intervalFilters`, `nextPageToken`). A query with `interval` is the platform's.
 */
import type { FastifyInstance } from "fastify";
import type { Platform } from "../platform.js";
import { PlatformError } from "../platform-error.js";
import { detailsOf, type PastConversation, pastConversations, resultOf } from "../world/past-conversations.js";
import { bearerDoor, PLATFORM_CALLS_PER_MINUTE } from "./bearer.js";

const LARGEST_PAGE = 100;

interface Query {
  interval?: string;
  order?: "asc" | "desc";
  paging?: { pageSize?: number; pageNumber?: number };
  intervalFilters?: { from: string; to: string }[];
  pageSize?: number;
  nextPageToken?: string;
}

const pageSize = { type: "integer", minimum: 1, maximum: LARGEST_PAGE };
const body = {
  type: "object",
  properties: {
    interval: { type: "string", pattern: "^[^/]+/[^/]+$" },
    order: { enum: ["asc", "desc"] },
    paging: { type: "object", properties: { pageSize, pageNumber: { type: "integer", minimum: 1 } } },
    intervalFilters: {
      type: "array",
      items: {
        type: "object",
        required: ["from", "to"],
        properties: { from: { type: "string" }, to: { type: "string" } },
      },
    },
    pageSize,
    nextPageToken: { type: "string" },
  },
};

export function analyticsRoutes(app: FastifyInstance, platform: Platform): void {
  const preValidation = bearerDoor(platform, { perMinute: PLATFORM_CALLS_PER_MINUTE });
  const path = "/api/v2/analytics/conversations/details/query";

  app.post<{ Body: Query }>(path, { preValidation, schema: { body } }, async (request) => {
    const query = request.body;
    const day = pastConversations(platform.clock.now());
    return query.interval === undefined ? documentAnswer(query, day) : platformAnswer(query, query.interval, day);
  });
}

function platformAnswer(query: Query, interval: string, day: PastConversation[]): Record<string, unknown> {
  const [from = "", to = ""] = interval.split("/");
  const hits = within(day, from, to);
  if (query.order === "desc") hits.reverse();
  const { pageSize: size = 25, pageNumber = 1 } = query.paging ?? {};
  const page = hits.slice((pageNumber - 1) * size, pageNumber * size);
  return { ...(page.length > 0 ? { conversations: page.map(detailsOf) } : {}), totalHits: hits.length };
}

function documentAnswer(query: Query, day: PastConversation[]): Record<string, unknown> {
  const [filter] = query.intervalFilters ?? [];
  if (!filter) throw new PlatformError(400, "The query needs an interval");
  const hits = within(day, filter.from, filter.to);
  const from = query.nextPageToken === undefined ? 0 : offsetOf(query.nextPageToken);
  const until = from + (query.pageSize ?? LARGEST_PAGE);
  const results = hits.slice(from, until).map(resultOf);
  return until < hits.length ? { results, nextPageToken: tokenOf(until) } : { results };
}

function within(day: PastConversation[], from: string, to: string): PastConversation[] {
  const [first, last] = [Date.parse(from), Date.parse(to)];
  if (!(first < last))
    throw new PlatformError(400, "The interval is not one: start and end in ISO 8601, the start first");
  return day.filter(({ startedAt }) => startedAt >= first && startedAt < last);
}

function tokenOf(offset: number): string {
  return Buffer.from(`offset:${offset}`).toString("base64url");
}

function offsetOf(token: string): number {
  const offset = /^offset:(\d{1,9})$/.exec(Buffer.from(token, "base64url").toString("utf8"))?.[1];
  if (offset === undefined) throw new PlatformError(400, "The nextPageToken is not one of this query");
  return Number(offset);
}
