/** The real world outside, door by door. Safe to build on a server: nothing is touched until it is used. */
import type { KeeperPorts } from "../ports.js";
import { systemClock } from "./clock.js";
import { browserKeys } from "./keys.js";
import { browserChannel, browserLock } from "./sharing.js";
import { browserStorage } from "./storage.js";
import { browserPage } from "./wake.js";

export function outside(): KeeperPorts {
  return {
    clock: systemClock(),
    random: Math.random,
    // Looked up at each call: a page may wrap `fetch` after the keeper was made.
    fetch: (url, init) => globalThis.fetch(url, init),
    page: browserPage(),
    storage: browserStorage(),
    keys: browserKeys(),
    crypto: globalThis.crypto?.subtle ? globalThis.crypto : null,
    openChannel: browserChannel,
    tryLock: browserLock,
  };
}
