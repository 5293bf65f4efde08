/** What the browser says about the page's life: seen, hidden, frozen, restored, online. `unload` is not among it: it would keep the page out of the back-forward cache. */
import type { Page, PageSignal } from "../ports.js";

/** A document's events come up to its window. */
const SIGNALS = ["visibilitychange", "resume", "pageshow", "pagehide", "online", "offline", "focus"] as const;

/** Without a document (on a server) the page is online, visible and silent. */
export function browserPage(): Page {
  const { document, navigator } = globalThis;
  const visible = (): boolean => document?.visibilityState !== "hidden";
  return {
    online: () => navigator?.onLine !== false,
    visible,
    listen(hear, signal) {
      const said = (type: (typeof SIGNALS)[number]): PageSignal =>
        type === "visibilitychange" ? (visible() ? "visible" : "hidden") : type;
      for (const type of document ? SIGNALS : []) addEventListener(type, () => hear(said(type)), { signal });
    },
  };
}
