/**
 * The credential pairs as they are kept now: read again every few seconds where they are read at all, so that changed
 * ones take effect while the old access token still lives. Those before a change are tried after the new ones until one
 * of the new ones has worked, so that a rotation goes well whether the platform or the file changes first.
 * Knows no token.
 */
import type { ClientCredentials, CredentialsSource } from "../options.js";
import type { Clock } from "../ports.js";

/** Changed credentials are in effect within 10 s: these, and the few that a file's reader may take besides. */
const READ_AGAIN_MS = 4000;

export interface Credentials {
  /** The pairs to try, the ones kept now first. Rejects where they have never been read. */
  list(): Promise<readonly ClientCredentials[]>;
  /** Reads them again; true where they have changed. What cannot be read stays as it was. */
  reload(): Promise<boolean>;
  /** True where it is time to read them again. */
  due(): boolean;
  /** The pair was accepted. */
  worked(pair: ClientCredentials): void;
}

function same(a: ClientCredentials, b: ClientCredentials): boolean {
  return a.clientId === b.clientId && a.clientSecret === b.clientSecret;
}

export function createCredentials(source: CredentialsSource, clock: Clock): Credentials {
  let kept: readonly ClientCredentials[] | undefined;
  let before: readonly ClientCredentials[] = [];
  let readAt = Number.NEGATIVE_INFINITY;

  const reload = async () => {
    if (typeof source !== "function") {
      kept ??= source;
      return false;
    }
    readAt = clock.now();
    let fresh: readonly ClientCredentials[];
    try {
      fresh = await source();
    } catch (error) {
      if (kept === undefined) throw error;
      return false;
    }
    const old = kept;
    if (old?.length === fresh.length && fresh.every((pair, index) => old[index] && same(pair, old[index])))
      return false;
    before = [...(old ?? []), ...before].filter((pair) => !fresh.some((one) => same(one, pair))).slice(0, fresh.length);
    kept = fresh;
    return old !== undefined;
  };
  const due = () => typeof source === "function" && Math.abs(clock.now() - readAt) >= READ_AGAIN_MS;

  return {
    due,
    reload,
    async list() {
      if (kept === undefined || due()) await reload();
      return [...(kept ?? []), ...before];
    },
    worked(pair) {
      if (kept?.some((one) => same(one, pair)) === true) before = [];
    },
  };
}
