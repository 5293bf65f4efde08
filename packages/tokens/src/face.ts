/** The face of a keeper: what a page may ask of it and is told. */
import type { MessengerInfo, SessionMessenger } from "@guestpass/protocol";
import type { KeeperEventType, KeeperListener, ListenerOptions } from "./events.js";
import type { TokenKeeperChanges } from "./options.js";
import type { ReportEntry } from "./rules/report.js";
import type { KeeperState } from "./rules/state.js";

export interface GuestSession {
  readonly sessionId: string;
  readonly guestId: string;
  readonly token: string;
  readonly tokenType: "jwt" | "uuid";
  readonly sessionToken?: string;
  readonly messenger: SessionMessenger;
}

export interface DebugReport {
  readonly state: KeeperState;
  /** Whole seconds left, 0 without a token. */
  readonly expiresIn: number;
  /** The oldest first; at most 200. */
  readonly entries: readonly ReportEntry[];
}

/** Every promise may reject with a TokensError. Nothing is fetched, stored or made before the first call of a method. */
export interface TokenKeeper {
  readonly state: KeeperState;
  /** Whole seconds left, 0 without a token. */
  readonly expiresIn: number;
  readonly session: GuestSession | null;
  /** A stored session of this deployment is there. Reads storage, fetches nothing. */
  readonly canResume: boolean;
  /**
   * Resumes the stored session or starts a new one; the one that is there, if its token lives. Rejects with the first
   * failure, but where that may pass the keeper goes on trying by itself and says `ready` when it has it.
   */
  start(): Promise<GuestSession>;
  /** A token that lives; starts or renews where needed. Without a request while the keeper backs off: then it rejects. */
  getToken(options?: { signal?: AbortSignal | undefined }): Promise<string>;
  /** A new life, or within 10 s (a third of a life, where shorter) of the last one that one. */
  refresh(): Promise<GuestSession>;
  /** The messenger refused this token before its time: renews it, next time starts a new session, then gives up. */
  reportRefused(token: string): Promise<GuestSession>;
  /** What the endpoint tells of the deployment without a session. */
  messengerInfo(): Promise<MessengerInfo>;
  /** Another user means another session. From `refused` it tries again. */
  update(changes: TokenKeeperChanges): void;
  /** Ends the session here, in the other tabs and at the endpoint, as far as that can be reached. */
  end(): Promise<void>;
  /** Ends it and leaves nothing behind: no handle, no key. */
  reset(): Promise<void>;
  /** Stops at once, without an event; what is stored stays. */
  dispose(): void;
  debugReport(): DebugReport;
  addEventListener<T extends KeeperEventType>(type: T, listener: KeeperListener<T>, options?: ListenerOptions): void;
  removeEventListener<T extends KeeperEventType>(type: T, listener: KeeperListener<T>): void;
}
