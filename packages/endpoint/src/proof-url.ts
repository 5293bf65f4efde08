/**
 * Which URL a DPoP proof has to be for. Knows how this endpoint was called as far as it can know; the proof itself is
 * the broker's to verify.
 */
import type { FastifyBaseLogger } from "fastify";

/** Gives the URL that a proof has to be for, from the URL by which this endpoint was called. */
export type ProofUrl = (proof: string, called: string, log: FastifyBaseLogger) => string;

/**
 * The URL of the request, but with https where the proof says https and TLS may have ended at a proxy that did not say
 * so: the scheme is all that then is unknown. A proof for another host stays wrong; the log says once what to set.
 */
export function createProofUrl(): ProofUrl {
  let warned = false;
  return (proof, called, log) => {
    const claimed = claimedUrl(proof);
    if (claimed === undefined || claimed === called) return called;
    const secure = called.replace(/^http:/, "https:");
    if (claimed === secure) return secure;
    if (!warned && originOf(claimed) !== originOf(called)) {
      warned = true;
      log.warn(
        { claimed: originOf(claimed), called: originOf(called) },
        "browsers call this endpoint by another URL than it knows: set PUBLIC_URL, or TRUST_PROXY to the proxy between",
      );
    }
    return called;
  };
}

/** `htu` of the proof, without query and fragment; not verified. */
function claimedUrl(proof: string): string | undefined {
  try {
    const payload = JSON.parse(Buffer.from(proof.split(".")[1] ?? "", "base64url").toString("utf8")) as {
      htu?: unknown;
    };
    if (typeof payload.htu !== "string") return undefined;
    return payload.htu.replace(/[?#].*$/s, "");
  } catch {
    return undefined;
  }
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin.slice(0, 200) : "nothing";
}
