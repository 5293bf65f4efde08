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
  dispatch(type: KeeperEventType, fields: object): void;
}

/** An EventTarget where a listener that throws is reported, but ends nothing: in Node it would end the process. */
export function createListeners(): Listeners {
  const target = new EventTarget();
  const guarded = new WeakMap<object, EventListener>();
  const run = async (listener: object, event: Event): Promise<void> => {
    try {
      await (listener as (event: Event) => unknown)(event);
    } catch (error) {
      (globalThis.reportError ?? console.error)(error);
    }
  };
  const guard = (listener: object): EventListener => {
    const known = guarded.get(listener) ?? ((event) => void run(listener, event));
    guarded.set(listener, known);
    return known;
  };
  return {
    add: (type, listener, options) =>
      target.addEventListener(type, guard(listener), options as AddEventListenerOptions),
    remove: (type, listener) => target.removeEventListener(type, guard(listener)),
    dispatch(type, fields) {
      target.dispatchEvent(Object.defineProperties(new Event(type), Object.getOwnPropertyDescriptors(fields)));
    },
  };
}
