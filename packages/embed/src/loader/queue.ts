/**
 * `window.Guestpass`: one function for everything, callable before anything is loaded. Knows the calls; the element
 * comes by a promise. What waited in the page's own queue is done first, in order.
 */
import type { GuestpassMessenger } from "../element.js";
import type { GuestpassEventMap } from "../events.js";

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

type Method = (typeof METHODS)[number];
/** Event names without their prefix. */
export type ShortEvent = keyof GuestpassEventMap extends `guestpass-${infer Name}` ? Name : never;

export interface GuestpassCall {
  (command: "on" | "off", event: ShortEvent, listener: (event: Event) => void): Promise<void>;
  (command: "set", properties: Partial<GuestpassMessenger>): Promise<void>;
  (command: Method, ...args: unknown[]): Promise<unknown>;
  /** The element, once it is there. */
  readonly element: GuestpassMessenger | undefined;
  readonly version: string;
}

interface Stub {
  q?: ArrayLike<ArrayLike<unknown>>;
  version?: string;
}

/** Another copy of the script has been here. */
export function isInstalled(): boolean {
  return Boolean((window as unknown as { Guestpass?: Stub }).Guestpass?.version);
}

/**
 * Replaces the page's stub by the real thing.
 * @param find the element as it is now.
 * @param arrival resolves with the element.
 */
export function installGlobal(
  version: string,
  find: () => GuestpassMessenger | undefined,
  arrival: Promise<GuestpassMessenger>,
): void {
  const page = window as unknown as { Guestpass?: Stub };
  const stub = page.Guestpass;
  const call = (command: unknown, ...args: unknown[]): Promise<unknown> => run(arrival, String(command), args);
  const push = (args: ArrayLike<unknown>): void => again(Array.from(args));
  const waited = Array.from(stub?.q ?? [], (args) => Array.from(args));
  Object.defineProperties(call, {
    element: { get: find },
    version: { value: version },
    q: { value: { push } },
  });
  // A page that kept the stub still calls it, whichever queue it writes to.
  if (stub?.q) Object.assign(stub.q, { push });
  page.Guestpass = call as Stub;
  const again = ([command, ...args]: unknown[]): void => {
    // Nobody holds this promise; what fails in the element, its own events tell.
    call(command, ...args).catch((error: unknown) => {
      if (error instanceof TypeError) reportError(error);
    });
  };
  for (const args of waited) again(args);
}

async function run(arrival: Promise<GuestpassMessenger>, command: string, args: unknown[]): Promise<unknown> {
  if (command === "on" || command === "off") {
    const [name, listener] = args;
    if (typeof listener !== "function")
      throw new TypeError(`Guestpass("${command}", event, listener) needs a function`);
    // On the document, so that it hears an element that is not there yet, or is put in again later.
    const listen = command === "on" ? document.addEventListener : document.removeEventListener;
    listen.call(document, `guestpass-${String(name)}`, listener as EventListener);
    return undefined;
  }
  const element = await arrival;
  if (command === "set") {
    Object.assign(element, args[0]);
    return undefined;
  }
  const method = METHODS.find((known) => known === command);
  if (!method) throw new TypeError(`Guestpass("${command}") is not known; it has on, off, set, ${METHODS.join(", ")}`);
  return (element[method] as (...args: unknown[]) => unknown)(...args);
}
