/**
 * A secret that lives in a file and may be replaced while the endpoint runs. Knows when to look again; knows nothing of
 * what the secret is for, and never says it.
 */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";

/** Whoever asks sees a changed file after this time; with the broker's own pauses the contract's 10 s hold. */
const LOOK_AGAIN_MS = 1000;
const MAX_BYTES = 64 * 1024;

/** The secret without the line break that editors leave at its end. @throws TypeError that names the mend. */
export function readSecretFile(path: string): string {
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw new TypeError(`names a file that cannot be read (${code}): check its path and permissions`, { cause: error });
  }
  return accept(content);
}

function accept(content: string): string {
  const secret = content.replace(/\r?\n$/, "");
  if (secret.trim() === "") throw new TypeError("names an empty file");
  if (Buffer.byteLength(secret) > MAX_BYTES) throw new TypeError("names a file that is too large for a secret");
  return secret;
}

/**
 * Gives the file's present content, read again at most once a second, by one reader at a time.
 * A file that cannot be read for a moment (being replaced) leaves the last content in effect.
 */
export function secretFile(
  path: string,
  initial: string,
  { learn, now = Date.now }: { learn?: (secret: string) => void; now?: () => number } = {},
): () => Promise<string> {
  let current = initial;
  let lookAgainAt = now() + LOOK_AGAIN_MS;
  let reading: Promise<string> | undefined;
  const read = async (): Promise<string> => {
    try {
      const secret = accept(await readFile(path, "utf8"));
      // Before anybody can use it.
      if (secret !== current) learn?.(secret);
      current = secret;
    } catch {
      // Kept: the last good content.
    } finally {
      lookAgainAt = now() + LOOK_AGAIN_MS;
      reading = undefined;
    }
    return current;
  };
  return async () => {
    if (now() < lookAgainAt) return current;
    reading ??= read();
    return reading;
  };
}
