/** Key pairs in IndexedDB, kept as objects that cannot be exported. The database is opened for each use, because an open one keeps the page out of the back-forward cache. */
import type { KeyPort } from "../ports.js";

const NAME = "guestpass";
/** Some browsers leave an open request without an answer for good. */
const PATIENCE_MS = 2000;

export function browserKeys(): KeyPort {
  return {
    async keep(name, pair) {
      // In one transaction, so that of two tabs at once the second gets the first one's.
      const known: CryptoKeyPair | undefined = await use((store) => {
        const request = store.get(name);
        request.onsuccess = () => pair && !request.result && store.put(pair, name);
        return request;
      });
      return known ?? pair;
    },
    async remove(name) {
      const left = await use((store) => {
        store.delete(name);
        return store.count();
      });
      // Nothing is left behind, not even an empty database.
      if (left === 0) indexedDB.deleteDatabase(NAME);
    },
  };
}

/** Runs one transaction and gives the result of the request that `work` gave, when all is complete. */
function use<T>(work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  let patience: unknown;
  const result = new Promise<T>((resolve, reject) => {
    const opening = indexedDB.open(NAME, 1);
    patience = setTimeout(reject, PATIENCE_MS);
    opening.onupgradeneeded = () => opening.result.createObjectStore("keys");
    opening.onerror = reject;
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction("keys", "readwrite");
      const request = work(transaction.objectStore("keys"));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = reject;
      // Once the transaction is over.
      database.close();
    };
  });
  return result.finally(() => clearTimeout(patience as number));
}
