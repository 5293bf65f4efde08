/**
 * `window.Guestpass`: one function for everything, callable before anything is loaded. What waited in the page's own
 * queue is done first, in order. Knows the listeners; what is the element's to do, it does once it is there.
 */
import type { GuestpassMessenger } from "../element.js";
import type { Do } from "./page.js";

interface Stub {
  q?: ArrayLike<ArrayLike<unknown>>;
  version?: string;
}

const page = globalThis as unknown as { Guestpass?: Stub };

/** Another copy of the script has been here. */
export function isInstalled(): boolean {
  return Boolean(page.Guestpass?.version);
}

/**
 * Replaces the page's stub by the real thing.
 * @param arrival resolves with what does the element's calls.
 */
export function installGlobal(version: string, arrival: Promise<Do>): void {
  const stub = page.Guestpass;
  const waited = Array.from(stub?.q ?? []);
  const call = async (...[command, ...args]: unknown[]): Promise<unknown> =>
    command === "on" || command === "off" ? listen(command, args) : (await arrival)(command, args);
  const push = (args: ArrayLike<unknown>): void => {
    // Nobody holds this promise; what fails in the element, its own events tell.
    call(...Array.from(args)).catch((error: unknown) => {
      if (error instanceof TypeError) reportError(error);
    });
  };
  Object.defineProperties(call, {
    element: { get: (): GuestpassMessenger | null => document.querySelector("guestpass-messenger:defined") },
    version: { value: version },
    q: { value: { push } },
  });
  // A page that kept the stub still calls it, whichever queue it writes to.
  if (stub?.q) Object.assign(stub.q, { push });
  page.Guestpass = call as Stub;
  waited.forEach(push);
}

/** On the document, so that it hears an element that is not there yet, or is put in again later. */
function listen(command: "on" | "off", [name, listener]: unknown[]): void {
  if (typeof listener !== "function") throw new TypeError(`Guestpass("${command}", event, listener) needs a function`);
  const change = command === "on" ? document.addEventListener : document.removeEventListener;
  change.call(document, `guestpass-${name as string}`, listener as EventListener);
}
