/**
 * What the script tag does once the element's module is there: puts one element on the page, unless there is one or the
 * page does it, and gives it the page's calls.
 */
import "../define.js";
import { GuestpassMessenger } from "../element.js";

/** Does one call of the page. Rejects with a TypeError where there is no such call. */
export type Do = (command: unknown, args: unknown[]) => Promise<unknown>;

const TAG = "guestpass-messenger";
const METHODS = [
  "show",
  "hide",
  "toggle",
  "startSession",
  "refreshToken",
  "sendMessage",
  "endConversation",
  "reset",
  "debugReport",
] as const;

/** Resolves with what does the page's calls, when the element is there. */
export async function arrive(script: HTMLScriptElement): Promise<Do> {
  if (document.readyState === "loading") await new Promise((go) => document.addEventListener("DOMContentLoaded", go));
  if (!find() && !script.hasAttribute("data-manual")) insert(script);
  const element = await present();
  return async (command, args) => {
    if (command === "set") {
      Object.assign(element, args[0]);
      return undefined;
    }
    const method = METHODS.find((known) => known === command);
    if (!method) throw new TypeError(`Guestpass("${command as string}") is not known`);
    return (element[method] as (...args: unknown[]) => unknown)(...args);
  };
}

function find(): GuestpassMessenger | null {
  return document.querySelector(TAG);
}

function insert(script: HTMLScriptElement): void {
  const element = document.createElement(TAG);
  element.setAttribute("endpoint", new URL(script.src).origin);
  for (const name of GuestpassMessenger.observedAttributes) {
    const value = script.getAttribute(`data-${name}`);
    if (value !== null) element.setAttribute(name, value);
  }
  document.body.append(element);
}

/** Resolves when there is an element. */
function present(): Promise<GuestpassMessenger> {
  return new Promise((resolve) => {
    const look = (): void => {
      const element = find();
      if (!element) return;
      observer.disconnect();
      resolve(element);
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { childList: true, subtree: true });
    look();
  });
}
