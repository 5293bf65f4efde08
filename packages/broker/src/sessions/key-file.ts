/** A key ring in a file, read again when its content changes, without a request ever waiting for the disk. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { HandleKey, KeyRing } from "./key-ring.js";
import { importKey, readKeySet } from "./key-set.js";

/** How often the file is looked at: a change is in effect within 10 s. */
const POLL_MS = 4000;
/** An unknown key id makes the file be read at once, but not more often than this. */
const UNKNOWN_KID_MS = 1000;

export interface KeyFileOptions {
  /** ms between looks at the file; 4000. */
  pollMs?: number;
  /** Told when a changed file cannot be used and the keys before it stay. */
  warn?: (message: string) => void;
}

interface Loaded {
  hash: string;
  keys: readonly [HandleKey, ...HandleKey[]];
}

async function load(path: string, known: string | undefined): Promise<Loaded | undefined> {
  const content = await readFile(path, "utf8");
  const hash = createHash("sha256").update(content).digest("hex");
  if (hash === known) return undefined;
  let set: unknown;
  try {
    set = JSON.parse(content);
  } catch {
    throw new TypeError("the key set is not JSON");
  }
  const [first, ...others] = readKeySet(set).map(importKey);
  if (first === undefined) throw new TypeError("the key set has no keys");
  return { hash, keys: [first, ...others] };
}

/**
 * The keys of the file: a JWK set of `oct` keys of 256 bits. Rejects when it cannot be read or used now; later a file
 * that cannot be used leaves the keys as they were, and `status` says so.
 */
export async function fileKeyRing(path: string, options: KeyFileOptions = {}): Promise<KeyRing> {
  const initial = await load(path, undefined);
  if (initial === undefined) throw new TypeError("the key set could not be read");
  let loaded: Loaded = initial;
  let fault: string | undefined;
  let reading: Promise<void> | undefined;
  let lastReadAt = Date.now();

  const readAgain = () => {
    reading ??= (async () => {
      try {
        loaded = (await load(path, loaded.hash)) ?? loaded;
        fault = undefined;
      } catch (error) {
        const reason = error instanceof TypeError ? error.message : "the key file cannot be read";
        if (fault !== reason) options.warn?.(`${reason}; the keys before it stay in use`);
        fault = reason;
      } finally {
        lastReadAt = Date.now();
        reading = undefined;
      }
    })();
    return reading;
  };
  const timer = setInterval(() => void readAgain(), options.pollMs ?? POLL_MS);
  timer.unref();

  return {
    ephemeral: false,
    first: async () => loaded.keys[0],
    async find(kid) {
      const held = loaded.keys.find((key) => key.kid === kid);
      if (held !== undefined) return held;
      if (reading !== undefined || Date.now() - lastReadAt >= UNKNOWN_KID_MS) await readAgain();
      return loaded.keys.find((key) => key.kid === kid);
    },
    status: () => (fault === undefined ? { ok: true } : { ok: false, detail: fault }),
    close: () => clearInterval(timer),
  };
}
