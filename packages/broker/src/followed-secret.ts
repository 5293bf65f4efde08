/**
 * A secret that may be replaced where it is kept: read again every few seconds while it is used, by one reader at a
 * time. Knows nothing of what it is for, and never says it.
 */
import type { Clock } from "./ports.js";

/** A function is asked again every few seconds, so that a rotated secret takes effect. */
export type SecretSource = string | (() => string | Promise<string>);

/** A changed secret is in effect within 10 s: these, and the few that a file's reader may take besides. */
const READ_AGAIN_MS = 4000;
/** Whoever checks with it may accept what the one before it made, for so long after the change, ms. */
const OVERLAP_MS = 300_000;

export interface FollowedSecret {
  /** As it is kept now; the last good one while it cannot be read. Rejects where it has never been read. */
  current(): Promise<string>;
  /** The one before it, for five minutes after it was seen to change. */
  before(): string | undefined;
}

export interface FollowedSecretDependencies {
  clock: Clock;
  /** Names it where it cannot be read: "the identity secret". */
  what: string;
  warn(message: string): void;
}

/** TypeError for a secret that is empty. */
export function followSecret(source: SecretSource, dependencies: FollowedSecretDependencies): FollowedSecret {
  const { clock, what, warn } = dependencies;
  if (source === "") throw new TypeError(`${what} is empty`);
  if (typeof source === "string") return { current: async () => source, before: () => undefined };
  let held: string | undefined;
  let replaced: { secret: string; at: number } | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<string> | undefined;

  const read = async (): Promise<string> => {
    try {
      const secret = await source();
      if (secret === "") throw new TypeError(`${what} is empty`);
      if (held !== undefined && held !== secret) replaced = { secret: held, at: clock.now() };
      held = secret;
    } catch (error) {
      if (held === undefined) throw error;
      warn(`${what} cannot be read; the one before it stays in use`);
    } finally {
      readAt = clock.now();
    }
    return held;
  };

  return {
    async current() {
      if (held !== undefined && Math.abs(clock.now() - readAt) < READ_AGAIN_MS) return held;
      // Forgotten from outside: a source that throws at once would be done before there is anything to forget.
      reading ??= read().finally(() => {
        reading = undefined;
      });
      return reading;
    },
    before: () => (replaced !== undefined && clock.now() - replaced.at < OVERLAP_MS ? replaced.secret : undefined),
  };
}
