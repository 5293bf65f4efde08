/** What the Messenger keeps in the page's localStorage, by the names that the official one uses. */

const YEAR_MS = 365 * 86_400_000;
const DAY_MS = 86_400_000;

/** Token of the guest, session that is active, window that is open, Genesys JWT, refresh token. */
const LIVES = { actmu: YEAR_MS, gcmcsessionActive: YEAR_MS, gcmcopn: YEAR_MS, gcatkn: DAY_MS, gcartkn: DAY_MS };

export function createStorage(deploymentId) {
  const keyOf = (name) => `_${deploymentId}:${name}`;

  return {
    get(name) {
      try {
        const { value, ttl } = JSON.parse(localStorage.getItem(keyOf(name)) ?? "{}");
        return ttl === undefined || ttl > Date.now() ? value : undefined;
      } catch {
        return undefined;
      }
    },
    set(name, value) {
      try {
        localStorage.setItem(keyOf(name), JSON.stringify({ value, ttl: Date.now() + LIVES[name] }));
      } catch {
        // a page without storage forgets on reload
      }
    },
    remove(...names) {
      try {
        for (const name of names) localStorage.removeItem(keyOf(name));
      } catch {
        // nothing was kept
      }
    },
  };
}
