/** Key pairs in IndexedDB, kept as objects that cannot be exported. The database is opened for each use, because an open one keeps the page out of the back-forward cache. */
import type { KeyPort } from "../ports.js";

const NAME = "guestpass";
/** Some browsers leave an open request without an answer for good. */
const PATIENCE_MS = 2000;

export function browserKeys(): KeyPort {
  return {
    load: (name) =>
      use<CryptoKeyPair>("readonly", (store, give) => ask<CryptoKeyPair | undefined>(store.get(name), give)),
    keep: async (name, pair) => {
      // In one transaction, so that of two tabs at once the second gets the first one's.
      const kept = await use<CryptoKeyPair>("readwrite", (store, give) =>
        ask<CryptoKeyPair | undefined>(store.get(name), (known) => {
          if (!known) store.put(pair, name);
          give(known ?? pair);
        }),
      );
      return kept ?? pair;
    },
    async remove(name) {
      const left = await use<number>("readwrite", (store, give) => {
        store.delete(name);
        ask(store.count(), give);
      });
      // Nothing is left behind, not even an empty database.
      if (left === 0) indexedDB.deleteDatabase(NAME);
    },
  };
}

function ask<T>(request: IDBRequest<T>, give: (value: T) => void): void {
  request.onsuccess = () => give(request.result);
}

/** Runs one transaction and gives what `work` gave, when it is complete. */
function use<T>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore, give: (value: T | undefined) => void) => unknown,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(NAME, 1);
    const refuse = (): void => {
      clearTimeout(timer);
      reject(new Error("IndexedDB"));
    };
    const timer = setTimeout(refuse, PATIENCE_MS);
    opening.onupgradeneeded = () => opening.result.createObjectStore("keys");
    opening.onerror = refuse;
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction("keys", mode);
      let given: T | undefined;
      transaction.oncomplete = () => {
        clearTimeout(timer);
        database.close();
        resolve(given);
      };
      transaction.onabort = () => {
        database.close();
        refuse();
      };
      work(transaction.objectStore("keys"), (value) => {
        given = value;
      });
    };
  });
}
