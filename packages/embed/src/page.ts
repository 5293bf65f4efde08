/** What the rooms behind the element see of it. Shapes alone. */
import type { Authorization, Challenge, Consent } from "@guestpass/protocol";
import type { MessengerName, PersistName } from "./attributes.js";

/** What is seen of the element: its settings, and how it is spoken through. */
export interface Page {
  readonly endpoint: string | undefined;
  readonly deploymentId: string | undefined;
  readonly messenger: MessengerName;
  readonly persist: PersistName;
  readonly language: string;
  readonly identityToken: string | undefined;
  readonly getIdentityToken: (() => string | undefined | Promise<string | undefined>) | undefined;
  readonly customAttributes: Record<string, string> | undefined;
  readonly consent: Consent | undefined;
  readonly challenge: Challenge | (() => Challenge | Promise<Challenge>) | undefined;
  readonly authorization: Authorization | undefined;
  readonly queueId: string | undefined;
  /** Somebody is looking at the conversation: what comes now is read. */
  readonly watched: boolean;
  dispatchEvent(event: Event): boolean;
  /** Something that is shown has changed. */
  requestUpdate(): void;
  /** The messenger's own window was opened or closed by the visitor. */
  windowOpened(open: boolean): void;
  /** What a visitor has written and not sent is nobody else's. */
  forgetDraft(): void;
}
