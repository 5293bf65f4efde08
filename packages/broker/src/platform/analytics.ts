/**
 * Pages of conversation details, in the platform's form (`interval`, `paging`, `totalHits`) and in document 1's
 * (`intervalFilters`, `nextPageToken`). Knows how a page is asked for and read; counts nothing.
 */
import { type Json, list, num, record, str } from "@guestpass/protocol";

export const ANALYTICS_PATH = "/api/v2/analytics/conversations/details/query";
export const PAGE_SIZE = 100;

export type AnalyticsForm = "platform" | "document";

export interface AnalyticsInterval {
  /** ms since the epoch. */
  from: number;
  to: number;
}

/** Where the next page is; the first page has no token. */
export interface PagePlace {
  pageNumber: number;
  pageToken?: string;
}

/** The body of the query for one page. Pure. */
export function pageQuery(form: AnalyticsForm, { from, to }: AnalyticsInterval, { pageNumber, pageToken }: PagePlace) {
  const [start, end] = [new Date(from).toISOString(), new Date(to).toISOString()];
  const token = pageToken === undefined ? {} : { nextPageToken: pageToken };
  if (form === "platform") {
    return {
      interval: `${start}/${end}`,
      order: "asc",
      orderBy: "conversationStart",
      paging: { pageSize: PAGE_SIZE, pageNumber },
      segmentFilters: [
        {
          type: "and",
          predicates: [{ type: "dimension", dimension: "messageType", operator: "matches", value: "webmessaging" }],
        },
      ],
      ...token,
    };
  }
  return {
    dimensionFilters: [{ dimension: "conversation.channelType", type: "string", values: ["webmessaging"] }],
    intervalFilters: [{ dimension: "conversation.initiatedTime", type: "interval", from: start, to: end }],
    groupBy: [],
    aggregates: [],
    pageSize: PAGE_SIZE,
    ...token,
  };
}

export interface AnalyticsPage {
  conversations: readonly Json[];
  /** All conversations of the interval, where the platform says. */
  total?: number;
  /** Undefined after the last page. */
  next?: PagePlace;
}

/** An answer of either form. Pure. */
export function readPage(body: unknown, { pageNumber }: PagePlace): AnalyticsPage {
  const answer = record(body);
  const conversations = list(answer["conversations"] ?? answer["results"]).map(record);
  const total = num(answer["totalHits"]);
  const pageToken = str(answer["nextPageToken"]);
  const more =
    pageToken !== undefined && pageToken !== ""
      ? { pageToken }
      : total !== undefined && conversations.length > 0 && pageNumber * PAGE_SIZE < total
        ? {}
        : undefined;
  return {
    conversations,
    ...(total === undefined ? {} : { total }),
    ...(more === undefined ? {} : { next: { pageNumber: pageNumber + 1, ...more } }),
  };
}

/** Under which names the guest APIs of the documents write the customer into a conversation. */
const CUSTOMER_NAMES = ["externalCustomerId", "customerId", "crm_id_hash"] as const;

function customerIn(attributes: unknown): string | undefined {
  const map = record(attributes);
  for (const name of CUSTOMER_NAMES) {
    const value = str(map[name]);
    if (value !== undefined && value !== "" && value !== "anonymous") return value;
  }
  return undefined;
}

/** Whose conversation it is, in either form; undefined where it does not say. Pure. */
export function customerOf(conversation: Json): string | undefined {
  const own = customerIn(conversation["customAttributes"]);
  if (own !== undefined) return own;
  const participants = list(conversation["participants"]).map(record);
  for (const { attributes } of participants) {
    const named = customerIn(attributes);
    if (named !== undefined) return named;
  }
  return participants.map(({ externalContactId }) => str(externalContactId)).find((id) => id !== undefined);
}
