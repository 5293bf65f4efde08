/** The conversations of the last day, for the analytics queries. Pure: the same instant has the same day. */
import { uuidOfName } from "./ids.js";

export const CONVERSATIONS = 120;
/** Conversations of the one customer who writes too much. */
const OF_ONE = 55;
const OTHERS = 20;
const MINUTE_MS = 60_000;

export interface PastConversation {
  id: string;
  customerId: string;
  /** Milliseconds. */
  startedAt: number;
  endedAt: number;
}

/** 120 conversations in the 24 hours before `now` (ms), oldest first. */
export function pastConversations(now: number): PastConversation[] {
  const apart = (23.5 * 60 * MINUTE_MS) / CONVERSATIONS;
  return Array.from({ length: CONVERSATIONS }, (_, index) => {
    const startedAt = Math.floor(now - 23.75 * 60 * MINUTE_MS + index * apart);
    const customerId = isOfOne(index) ? "CUST-8842" : `CUST-${1000 + (index % OTHERS)}`;
    return {
      id: uuidOfName(`conversation:${index}`),
      customerId,
      startedAt,
      endedAt: startedAt + (2 + (index % 7)) * MINUTE_MS,
    };
  });
}

/** Spread over the day rather than in a row. */
function isOfOne(index: number): boolean {
  return Math.floor(((index + 1) * OF_ONE) / CONVERSATIONS) > Math.floor((index * OF_ONE) / CONVERSATIONS);
}

/** As the platform's details query shows it. */
export function detailsOf(conversation: PastConversation): Record<string, unknown> {
  const { id, customerId, startedAt, endedAt } = conversation;
  const [start, end] = [new Date(startedAt).toISOString(), new Date(endedAt).toISOString()];
  return {
    conversationId: id,
    conversationStart: start,
    conversationEnd: end,
    originatingDirection: "inbound",
    divisionIds: [uuidOfName("division")],
    participants: [
      {
        participantId: uuidOfName(`participant:${id}`),
        purpose: "customer",
        externalContactId: uuidOfName(`contact:${customerId}`),
        attributes: { externalCustomerId: customerId },
        sessions: [
          {
            sessionId: uuidOfName(`session:${id}`),
            mediaType: "message",
            messageType: "webmessaging",
            direction: "inbound",
            segments: [{ segmentStart: start, segmentEnd: end, segmentType: "interact", conference: false }],
          },
        ],
      },
    ],
  };
}

/** As document 1 reads it. */
export function resultOf({ id, customerId, startedAt }: PastConversation): Record<string, unknown> {
  return {
    conversationId: id,
    channelType: "webmessaging",
    initiatedTime: new Date(startedAt).toISOString(),
    customAttributes: { externalCustomerId: customerId },
  };
}
