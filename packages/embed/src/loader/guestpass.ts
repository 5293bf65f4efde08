/**
 * The script tag: a small classic script that puts one element on the page and loads everything else beside itself.
 * Loading it twice does nothing.
 */
import { ATTRIBUTES } from "../attributes.js";
import type { GuestpassMessenger } from "../element.js";
import { VERSION } from "../version.js";
import { readScriptTag, type ScriptTag } from "./current-script.js";
import { installGlobal, isInstalled } from "./queue.js";

/** The element's module, by its hashed name; the build writes it here. */
declare const __GUESTPASS_ENTRY__: string;

const TAG = "guestpass-messenger";
const RETRY_MS = [1000, 5000, 30_000];

async function arrive(element: Promise<unknown>, { attributes, manual }: ScriptTag): Promise<GuestpassMessenger> {
  await element;
  await parsed();
  return find() ?? (manual ? await appearance() : insert(attributes));
}

/** Loads the element's module. A moment without network must not cost the page its messenger. */
async function loadElement(url: string): Promise<unknown> {
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

function find(): GuestpassMessenger | undefined {
  return document.querySelector(TAG) ?? undefined;
}

function insert(attributes: ReadonlyMap<string, string>): GuestpassMessenger {
  const element = document.createElement(TAG);
  for (const [name, value] of attributes) element.setAttribute(name, value);
  document.body.append(element);
  return element;
}

/** Resolves when the page's own markup is there: the body, and the element if the page has one. */
function parsed(): Promise<void> {
  return new Promise((resolve) => {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => resolve());
    else resolve();
  });
}

/** Resolves when the page has put an element in. */
function appearance(): Promise<GuestpassMessenger> {
  return new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      const element = find();
      if (!element) return;
      observer.disconnect();
      resolve(element);
    });
    observer.observe(document.documentElement, { childList: true, subtree: true });
  });
}

if (!isInstalled()) {
  const script = readScriptTag(ATTRIBUTES);
  let isThere = false;
  const arrival = arrive(loadElement(new URL(__GUESTPASS_ENTRY__, script.src).href), script).then((element) => {
    isThere = true;
    return element;
  });
  installGlobal(VERSION, () => (isThere ? find() : undefined), arrival);
}
