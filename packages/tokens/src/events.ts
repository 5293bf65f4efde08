/** The keeper's events and the small target that hands them out. Knows that a listener may throw or call back in; not what an event means. */
import type { TokensError } from "./errors.js";
import type { ReportEntry } from "./rules/report.js";
import type { KeeperState } from "./rules/state.js";

/** The fields of each event, by its type. All are read-only. */
export interface KeeperEventFields {
  /** The state changed; `keeper.state` has the new one already. */
  state: { readonly state: KeeperState; readonly previous: KeeperState };
  /** A session began, was resumed, or was replaced by a new one: `keeper.session`. */
  ready: object;
  /** Once in each life of a token, when its renewal begins. Whole seconds left. */
  expiring: { readonly expiresIn: number };
  /** A new life. `rotated` is false where the token stayed the same; `token` is a getter and in no JSON. */
  refreshed: { readonly expiresIn: number; readonly rotated: boolean; readonly token: string };
  /** The token's life ended without a new one, once. */
  expired: object;
  /** Renewal fails while the token still lives, once. */
  degraded: { readonly error: TokensError };
  /** Renewal works again after `degraded` or `expired`. */
  recovered: object;
  /** Nothing more is fetched until the page acts. */
  refused: { readonly error: TokensError };
  /** A failure that a caller could not be told, or the first of a series. */
  error: { readonly error: TokensError };
  ended: object;
  /** A new line of the debug report. */
  report: { readonly entry: ReportEntry };
}

export type KeeperEventType = keyof KeeperEventFields;
export type KeeperEvent<T extends KeeperEventType = KeeperEventType> = {
  [K in T]: Event & { readonly type: K } & KeeperEventFields[K];
}[T];
export type KeeperListener<T extends KeeperEventType> = (event: KeeperEvent<T>) => unknown;

export interface ListenerOptions {
  readonly once?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Listeners {
  add<T extends KeeperEventType>(type: T, listener: KeeperListener<T>, options?: ListenerOptions): void;
  remove<T extends KeeperEventType>(type: T, listener: KeeperListener<T>): void;
  tell<T extends KeeperEventType>(type: T, fields: object): void;
  clear(): void;
}

/**
 * Not an EventTarget, because there a listener that throws ends a Node process. Here it is reported as uncaught where
 * the platform can, and the next one is called.
 */
export function createListeners(): Listeners {
  const heard = new Map<string, Map<unknown, (event: Event) => unknown>>();
  const of = (type: string) => {
    const known = heard.get(type) ?? new Map<unknown, (event: Event) => unknown>();
    heard.set(type, known);
    return known;
  };
  return {
    add(type, listener, { once, signal } = {}) {
      if (signal?.aborted || of(type).has(listener)) return;
      of(type).set(listener, (event) => {
        if (once) of(type).delete(listener);
        return (listener as (event: Event) => unknown)(event);
      });
      signal?.addEventListener("abort", () => of(type).delete(listener), { once: true });
    },
    remove: (type, listener) => void of(type).delete(listener),
    tell(type, fields) {
      const event = Object.defineProperties(new Event(type), Object.getOwnPropertyDescriptors(fields));
      for (const [key, listen] of new Map(of(type))) {
        if (!of(type).has(key)) continue;
        try {
          const done = listen(event);
          if (done instanceof Promise) done.catch(complain);
        } catch (error) {
          complain(error);
        }
      }
    },
    clear: () => heard.clear(),
  };
}

function complain(error: unknown): void {
  if (typeof reportError === "function") reportError(error);
  else console.error(error);
}
