/** A key ring made at the start and gone at the end: for a laptop and for tests. Handles do not survive a restart. */
import type { HandleKey, KeyRing } from "./key-ring.js";
import { importKey, newKeySet } from "./key-set.js";

async function make(): Promise<HandleKey> {
  const [jwk] = (await newKeySet()).keys;
  if (jwk === undefined) throw new Error("a new key set has a key");
  return importKey(jwk);
}

/** One random key. */
export function ephemeralKeyRing(): KeyRing {
  let made: Promise<HandleKey> | undefined;
  const first = () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
  return {
    ephemeral: true,
    first,
    async find(kid) {
      const key = await first();
      return key.kid === kid ? key : undefined;
    },
    status: () => ({ ok: true }),
    close: () => undefined,
  };
}
