/** Where a session's handle waits for the next page: one key of one of the browser's two areas. Every access may throw (a sandbox, a full disk, a refusal) and then there is nothing stored. */
import type { StoragePort } from "../ports.js";
import { decodeStored, type Stored } from "../rules/stored.js";

export type Persist = "site" | "tab" | "none";

/** Which session is meant: at which endpoint, of which deployment, whose, and kept how. */
export interface Place {
  /** Without a slash at its end. */
  readonly endpoint: string;
  readonly deploymentId: string;
  /** `""`, or a kind and a hash; null where the user cannot be told by a hash: then nothing is kept or shared. */
  readonly user: string | null;
  readonly persist: Persist;
}

export function storageKey(deploymentId: string): string {
  return `guestpass:${deploymentId}`;
}

/** What is kept of this endpoint's deployment, whoever's it is. */
export function readStored(
  port: StoragePort,
  { endpoint, deploymentId, persist }: Pick<Place, "endpoint" | "deploymentId" | "persist">,
): Stored | null {
  let found: Stored | null = null;
  for (const area of ["tab", "site"] as const) {
    if (persist === area || persist === "site") {
      touch(() => {
        const kept = decodeStored(port[area]()?.getItem(storageKey(deploymentId)) ?? null);
        if (kept?.endpoint === endpoint) found = kept;
      });
    }
  }
  return found;
}

/** A handle that is not bound to a key never leaves its tab's area. */
export function writeStored(port: StoragePort, { deploymentId, persist }: Place, text: string, bound: boolean): void {
  if (persist !== "none") {
    touch(() => port[bound ? persist : "tab"]()?.setItem(storageKey(deploymentId), text));
  }
}

export function removeStored(port: StoragePort, deploymentId: string): void {
  for (const area of ["tab", "site"] as const) touch(() => port[area]()?.removeItem(storageKey(deploymentId)));
}

function touch(work: () => void): void {
  try {
    work();
  } catch {
    // No storage here: the session lives as long as the page.
  }
}

export function browserStorage(): StoragePort {
  return {
    site: () => globalThis.document && localStorage,
    tab: () => globalThis.document && sessionStorage,
    watch: (hear, signal) => globalThis.window?.addEventListener("storage", hear, { signal }),
  };
}
