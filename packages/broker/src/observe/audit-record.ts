/**
 * The record that is written for each issuance, renewal, failure and end, and for unusual minting that was noticed. It
 * never holds a token or a raw customer id.
 */
import type { ChallengeProvider, ProblemCode } from "@guestpass/protocol";

export type AuditAction = "ISSUED" | "RENEWED" | "FAILED" | "ENDED" | "NOTICED";

/** Whose sessions are counted. */
export type MintingSubject = "customer" | "origin" | "network";

/** More sessions were started within a window than is usual. */
export interface MintingFacts {
  by: MintingSubject;
  /** The customer's hash, the origin, or the network: an address of IPv4, a /64 of IPv6. */
  subject: string;
  /** Sessions started within the window so far. */
  count: number;
  /** More than this is unusual. */
  threshold: number;
  windowSeconds: number;
}

export interface AuditRecord {
  /** `WEBMESSAGING_GUEST_AUTHENTICATED` for `webmessaging-guests`, `GUEST_SESSION_ENDED` for an end. */
  eventType: "GUEST_TOKEN_PROVISIONED" | "WEBMESSAGING_GUEST_AUTHENTICATED" | "GUEST_SESSION_ENDED" | "UNUSUAL_MINTING";
  action: AuditAction;
  /** What was asked for. */
  operation: "start" | "refresh" | "end";
  /** ISO 8601. */
  timestamp: string;
  requestId: string;
  guestApi: string;
  origin: string | null;
  deploymentId: string | null;
  /** The deployment by document 3's name (`webmessaging-guests`). */
  channelId?: string;
  /** The deployment by document 4's name (`guest-tokens`). */
  webchatId?: string;
  sessionId: string | null;
  guestId: string | null;
  /** SHA-256 (keyed where a pepper is configured) of the customer's id; the random id of an anonymous guest; or null. */
  externalId: string | null;
  /** True where the customer is known. */
  identified: boolean;
  /** ISO 8601, as the page gave it. */
  consentTimestamp: string | null;
  captchaProvider: ChallengeProvider | null;
  attributesCount: number;
  latencyMs: number;
  /** Percent of all issuances and renewals so far that worked, two decimals. */
  successRate: number;
  /** First 16 hex digits of the token's SHA-256, or null. */
  tokenHash: string | null;
  /** Problem code of a failure. */
  code?: ProblemCode;
  /** Status that the platform gave, for a failure of its. */
  upstreamStatus?: number;
  /** What was noticed; the rest of such a record is of the start that was seen last. */
  minting?: MintingFacts;
}
