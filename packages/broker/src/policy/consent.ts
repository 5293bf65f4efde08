/** Whether the visitor has agreed where agreement is needed. Pure. */
import type { Consent } from "@guestpass/protocol";
import { BrokerError } from "../errors.js";

/** `consent_required` where it is needed and not given. */
export function checkConsent(consent: Consent | undefined, needed: boolean): void {
  if (!needed || consent?.accepted === true) return;
  throw new BrokerError("consent_required", "The visitor must agree before a conversation is started.");
}
