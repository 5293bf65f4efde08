/** The custom signing secret, ready to sign with, and read again every few seconds so that a rotated one takes effect. */
import type { CryptoKey } from "jose";
import { BrokerError } from "../errors.js";
import type { CustomSigningOptions } from "../options.js";
import type { Clock } from "../ports.js";

/** A changed secret is in effect within 10 s. */
const READ_AGAIN_MS = 4000;

export interface SigningSecret {
  /** `not_ready` where there has never been one; later the last good one stays. */
  key(): Promise<CryptoKey>;
}

function importSecret(secret: string): Promise<CryptoKey> {
  if (secret === "") throw new TypeError("the custom signing secret is empty");
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", new TextEncoder().encode(secret), algorithm, false, ["sign"]);
}

export function createSigningSecret(
  source: CustomSigningOptions["secret"],
  clock: Clock,
  warn: (message: string) => void,
): SigningSecret {
  let held: { secret: string; key: CryptoKey } | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<CryptoKey> | undefined;

  const read = async (): Promise<CryptoKey> => {
    try {
      const secret = typeof source === "function" ? await source() : source;
      if (held?.secret !== secret) held = { secret, key: await importSecret(secret) };
      return held.key;
    } catch (cause) {
      if (held !== undefined) {
        warn("the custom signing secret cannot be read; the one before it stays in use");
        return held.key;
      }
      throw new BrokerError("not_ready", "The custom signing secret cannot be read.", { cause });
    } finally {
      readAt = clock.now();
    }
  };

  return {
    async key() {
      const stale = typeof source === "function" && Math.abs(clock.now() - readAt) >= READ_AGAIN_MS;
      if (held !== undefined && !stale) return held.key;
      // Forgotten from outside: a source that throws at once would be done before there is anything to forget.
      reading ??= read().finally(() => {
        reading = undefined;
      });
      return reading;
    },
  };
}
