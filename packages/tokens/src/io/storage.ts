/** Where a session's handle waits for the next page: one key of one of the browser's two areas. Every access may throw (a sandbox, a full disk, a refusal) and then there is nothing stored. */
import type { StorageArea, StoragePort } from "../ports.js";
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

/** One deployment's place. */
export interface Shelf {
  read(): Stored | null;
  write(text: string, bound: boolean): void;
  remove(): void;
}

export function storageKey(deploymentId: string): string {
  return `guestpass:${deploymentId}`;
}

/** A handle that is not bound to a key never leaves its tab's area. */
export function openShelf(port: StoragePort, deploymentId: string, persist: Persist): Shelf {
  const key = storageKey(deploymentId);
  const use = <T>(area: "site" | "tab", how: (area: StorageArea) => T, always = false): T | null => {
    if (!always && (persist === "none" || (area === "site" && persist === "tab"))) return null;
    try {
      const store = port[area]();
      return store === null ? null : how(store);
    } catch {
      return null;
    }
  };
  return {
    read: () =>
      decodeStored(use("site", (area) => area.getItem(key))) ?? decodeStored(use("tab", (area) => area.getItem(key))),
    write(text, bound) {
      use(bound && persist === "site" ? "site" : "tab", (area) => area.setItem(key, text));
    },
    remove() {
      for (const area of ["site", "tab"] as const) use(area, (store) => store.removeItem(key), true);
    },
  };
}

export function browserStorage(): StoragePort {
  return {
    site: () => globalThis.document && window.localStorage,
    tab: () => globalThis.document && window.sessionStorage,
    watch(hear) {
      if (!globalThis.document) return () => {};
      const listen = ({ key }: StorageEvent): void => hear(key);
      window.addEventListener("storage", listen);
      return () => window.removeEventListener("storage", listen);
    },
  };
}
