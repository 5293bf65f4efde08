/** What becomes known of a request while it is worked on, for its record whatever becomes of it. */
import type { ChallengeProvider } from "@guestpass/protocol";
import type { GuestIdentity } from "../guests/guest-api.js";
import type { RequestContext } from "../request-context.js";

export interface Facts {
  readonly operation: "start" | "refresh" | "end";
  readonly requestId: string;
  readonly origin: string | null;
  /** ms since the epoch. */
  readonly startedAt: number;
  deploymentId?: string;
  sessionId?: string;
  guestId?: string;
  identity?: GuestIdentity;
  consentTimestamp?: string;
  captchaProvider?: ChallengeProvider;
  attributesCount?: number;
  token?: string;
}

export function newFacts(operation: Facts["operation"], context: RequestContext, startedAt: number): Facts {
  return { operation, requestId: context.requestId, origin: context.origin, startedAt };
}
