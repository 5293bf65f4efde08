/** One interface for all who say whether a visitor is human. Knows no request of ours. */
import { record, str } from "@guestpass/protocol";
import type { WireRequest } from "../../platform/transport.js";

export interface ChallengeQuestion {
  response: string;
  secret: string;
  /** Address of the client, where it is known. */
  address: string | undefined;
}

export type ChallengeVerdict =
  | { kind: "human"; score?: number }
  | { kind: "refused" }
  /** The provider refuses us, not the visitor: a wrong secret, a request that it does not understand. */
  | { kind: "misconfigured" }
  /** The provider is out of order. */
  | { kind: "unknown" };

export interface ChallengeHttpProvider {
  /** Where it is asked unless something else is configured. */
  readonly defaultUrl?: string;
  question(url: string, question: ChallengeQuestion): WireRequest;
  verdict(status: number, body: unknown): ChallengeVerdict;
}

/** A body of a form, as the providers of the siteverify kind want it. */
export function siteVerifyForm(url: string, { response, secret, address }: ChallengeQuestion): WireRequest {
  const form = new URLSearchParams({ secret, response });
  if (address !== undefined) form.set("remoteip", address);
  return {
    url,
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    body: form.toString(),
  };
}

const OURS = new Set(["missing-input-secret", "invalid-input-secret", "sitekey-secret-mismatch", "bad-request"]);

/** `{success, score?, "error-codes"?}`, as Turnstile, reCAPTCHA and hCaptcha answer. */
export function siteVerifyVerdict(_status: number, body: unknown): ChallengeVerdict {
  const { success, score, "error-codes": codes } = record(body);
  if (success === true) return typeof score === "number" ? { kind: "human", score } : { kind: "human" };
  if (success !== false) return { kind: "unknown" };
  const named = Array.isArray(codes) ? codes.map((code) => str(code) ?? "") : [];
  if (named.some((code) => OURS.has(code))) return { kind: "misconfigured" };
  return named.includes("internal-error") ? { kind: "unknown" } : { kind: "refused" };
}
