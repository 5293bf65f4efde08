/**
 * The script tag: a small classic script that takes the page's calls, and loads everything else beside itself. Loading
 * it twice does nothing.
 */
import { VERSION } from "../version.js";
import type * as Room from "./page.js";
import { installGlobal, isInstalled } from "./queue.js";

/** The element's module, by its hashed name; the build writes it here. */
declare const __GUESTPASS_ENTRY__: string;

const RETRY_MS = [1000, 5000, 30_000];

/** Which script tag this is: known while it runs, never later. A script that another one evaluates has to be found. */
function ownTag(): HTMLScriptElement {
  const script =
    (document.currentScript as HTMLScriptElement | null) ??
    [...document.querySelectorAll<HTMLScriptElement>('script[src*="guestpass.js"]')].at(-1);
  if (!script?.src) throw new Error("Guestpass: guestpass.js must be loaded by a script tag with a src");
  return script;
}

/** Loads the element's module. A moment without network must not cost the page its messenger. */
async function load(url: string): Promise<typeof Room> {
  for (const delayMs of RETRY_MS) {
    try {
      return await import(/* @vite-ignore */ url);
    } catch {
      await new Promise((resolve) => {
        setTimeout(resolve, delayMs);
        addEventListener("online", resolve, { once: true });
      });
      // Some browsers remember that a module failed: by another name it is asked for again.
      url = `${url.split("?")[0]}?again=${delayMs}`;
    }
  }
  return import(/* @vite-ignore */ url);
}

if (!isInstalled()) {
  const script = ownTag();
  const room = load(new URL(__GUESTPASS_ENTRY__, script.src).href);
  installGlobal(
    VERSION,
    room.then(({ arrive }) => arrive(script)),
  );
}
