/** A page's own view of a kept token. */
import type { MessengerInfo, SessionMessenger } from "@guestpass/protocol";
import type { KeeperEventType, KeeperListener } from "./events.js";
import type { TokenKeeperChanges, TokenKeeperOptions } from "./options.js";
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

export interface TokenKeeper {
  readonly state: KeeperState;
  /** Whole seconds left, 0 without a token. */
  readonly expiresIn: number;
  readonly session: GuestSession | null;
  /** A stored session of this deployment is there. Reads storage, fetches nothing. */
  readonly canResume: boolean;
  start(): Promise<GuestSession>;
  getToken(options?: { signal?: AbortSignal | undefined }): Promise<string>;
  refresh(): Promise<GuestSession>;
  reportRefused(token: string): Promise<GuestSession>;
  messengerInfo(): Promise<MessengerInfo>;
  update(changes: TokenKeeperChanges): void;
  end(): Promise<void>;
  reset(): Promise<void>;
  dispose(): void;
  debugReport(): DebugReport;
  addEventListener<T extends KeeperEventType>(
    type: T,
    listener: KeeperListener<T>,
    options?: { once?: boolean | undefined; signal?: AbortSignal | undefined },
  ): void;
  removeEventListener<T extends KeeperEventType>(type: T, listener: KeeperListener<T>): void;
}

export declare function createTokenKeeper(options: TokenKeeperOptions): TokenKeeper;
