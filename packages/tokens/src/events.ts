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
