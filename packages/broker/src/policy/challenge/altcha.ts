/**
 * ALTCHA: proofs of work of both versions and server signatures, verified here with the HMAC secret by altcha-lib (an
 * optional dependency), or by a Sentinel where a URL is configured. Whoever makes the challenges shares the secret.
 */
import { record, str } from "@guestpass/protocol";
import type { Payload, ServerSignaturePayload } from "altcha-lib";
import type { ChallengeHttpProvider, ChallengeVerdict } from "./provider.js";

type DeriveKey = typeof import("altcha-lib/algorithms/sha")["deriveKey"];

/** The widget's base64 JSON; empty for anything else. */
function decode(response: string): Readonly<Record<string, unknown>> {
  try {
    return record(JSON.parse(Buffer.from(response, "base64").toString("utf8")));
  } catch {
    return {};
  }
}

/**
 * What may be used once: the challenge, not the text around it, which could be written in a thousand ways. Its HMAC
 * names it.
 */
export function altchaIdentity(response: string): string {
  const payload = decode(response);
  return str(payload["signature"]) ?? str(record(payload["challenge"])["signature"]) ?? response;
}

async function deriveKeyOf(algorithm: string): Promise<DeriveKey> {
  if (algorithm.startsWith("PBKDF2/")) return (await import("altcha-lib/algorithms/pbkdf2")).deriveKey;
  if (algorithm === "SCRYPT") return (await import("altcha-lib/algorithms/scrypt")).deriveKey;
  if (algorithm === "ARGON2ID") return (await import("altcha-lib/algorithms/argon2id")).deriveKey;
  return (await import("altcha-lib/algorithms/sha")).deriveKey;
}

async function isGood(response: string, secret: string): Promise<boolean> {
  const payload = decode(response);
  if (payload["verificationData"] !== undefined) {
    const { verifyServerSignature } = await import("altcha-lib");
    const signed = payload as unknown as ServerSignaturePayload;
    return (await verifyServerSignature({ payload: signed, hmacSecret: secret })).verified;
  }
  if (payload["solution"] !== undefined) {
    const { verifySolution } = await import("altcha-lib");
    const { challenge, solution } = payload as unknown as Payload;
    const algorithm = str(record(record(challenge)["parameters"])["algorithm"]) ?? "";
    const deriveKey = await deriveKeyOf(algorithm);
    return (await verifySolution({ challenge, solution, deriveKey, hmacSignatureSecret: secret })).verified;
  }
  const { verifySolution } = await import("altcha-lib/v1");
  return verifySolution(response, secret);
}

function isMissing(error: unknown): boolean {
  return record(error)["code"] === "ERR_MODULE_NOT_FOUND";
}

/** Verified with the secret alone. */
export async function verifyAltcha(response: string, secret: string): Promise<ChallengeVerdict> {
  try {
    return { kind: (await isGood(response, secret)) ? "human" : "refused" };
  } catch (error) {
    // A payload of the wrong shape throws; a library that is not installed is ours to mend.
    return { kind: isMissing(error) ? "misconfigured" : "refused" };
  }
}

/** `POST /v1/verify/signature` of a Sentinel. */
export const sentinel: ChallengeHttpProvider = {
  question: (url, { response, secret }) => ({
    url,
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ payload: response, secret }),
  }),
  verdict(status, body) {
    const { verified } = record(body);
    if (verified === true) return { kind: "human" };
    if (verified === false || status === 400) return { kind: "refused" };
    return { kind: status === 401 || status === 403 ? "misconfigured" : "unknown" };
  },
};
