/** The custom signing secret, ready to sign with. */
import type { CryptoKey } from "jose";
import { BrokerError } from "../errors.js";
import { followSecret } from "../followed-secret.js";
import type { CustomSigningOptions } from "../options.js";
import type { Clock } from "../ports.js";

export interface SigningSecret {
  /** `not_ready` where there has never been one; later the last good one stays. */
  key(): Promise<CryptoKey>;
}

function importSecret(secret: string): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", new TextEncoder().encode(secret), algorithm, false, ["sign"]);
}

export function createSigningSecret(
  source: CustomSigningOptions["secret"],
  clock: Clock,
  warn: (message: string) => void,
): SigningSecret {
  const followed = followSecret(source, { clock, warn, what: "the custom signing secret" });
  let held: { secret: string; key: Promise<CryptoKey> } | undefined;
  return {
    async key() {
      const secret = await followed.current().catch((cause: unknown) => {
        throw new BrokerError("not_ready", "The custom signing secret cannot be read.", { cause });
      });
      if (held?.secret !== secret) held = { secret, key: importSecret(secret) };
      return held.key;
    },
  };
}
