/** The broker's face: what can be asked of it and what it answers. Knows nothing of how. */
import type { CompatGuestToken, MessengerInfo, RefreshedSession, Session } from "@guestpass/protocol";
import type { BrokerStats } from "./observe/stats.js";
import type { RequestContext } from "./request-context.js";

/** Whether the credentials work; where they do not, why and what to do about it, without any secret. */
export type Proof = { ok: true } | { ok: false; refused: boolean; reason: string; mend: string };

export interface HealthCheck {
  name: "credentials" | "store" | "platform" | "keys";
  ok: boolean;
  /** What failed, without any secret. */
  detail?: string;
}

export interface Health {
  ready: boolean;
  checks: HealthCheck[];
}

/** Every method rejects with a `BrokerError`. Requests are checked here and nowhere else. */
export interface Broker {
  /** `request` is the parsed body of `POST /v1/sessions`. */
  startSession(request: unknown, context: RequestContext): Promise<Session>;
  /** `request` is the parsed body, or undefined for an empty one. */
  refreshSession(handle: string, request: unknown, context: RequestContext): Promise<RefreshedSession>;
  /** Ending an ended session again is no error. */
  endSession(handle: string, context: RequestContext): Promise<void>;
  messengerInfo(deploymentId: unknown, context: RequestContext): Promise<MessengerInfo>;
  /** `request` is the parsed body of the Express endpoint's route. */
  compatGuestToken(request: unknown, context: RequestContext): Promise<CompatGuestToken>;
  /** Asks the platform for an access token with the credentials. `refused: false` means that it could not be reached. */
  prove(): Promise<Proof>;
  /** Whether the platform has such a queue; undefined where it does not say, for want of a permission for example. */
  queueExists(queueId: string): Promise<boolean | undefined>;
  /** Asks the challenge's provider with a response that it must refuse, to see whether it takes the secret. Ok without a challenge. */
  proveChallenge(): Promise<Proof>;
  /** Cheap: what is known from the last requests, and a bounded probe where nothing is. */
  health(): Promise<Health>;
  stats(): BrokerStats;
  /** Lets what is under way beside the answers (audit, webhooks) end, for a few seconds at most. */
  close(): Promise<void>;
}
