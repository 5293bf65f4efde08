/** What the browser says about the page's life: seen, hidden, frozen, restored, online. `unload` is not among it: it would keep the page out of the back-forward cache. */
import type { Page, PageSignal } from "../ports.js";

/** Without a document (on a server) the page is online, visible and silent. */
export function browserPage(): Page {
  const visible = (): boolean => globalThis.document?.visibilityState !== "hidden";
  return {
    online: () => globalThis.navigator?.onLine !== false,
    visible,
    listen(hear) {
      if (!globalThis.document) return () => {};
      const listening = new AbortController();
      const on = (target: EventTarget, type: string, signal: () => PageSignal): void =>
        target.addEventListener(type, () => hear(signal()), { signal: listening.signal });
      on(document, "visibilitychange", () => (visible() ? "visible" : "hidden"));
      on(document, "resume", () => "resume");
      for (const type of ["pageshow", "pagehide", "online", "offline", "focus"] as const) on(window, type, () => type);
      return () => listening.abort();
    },
  };
}
