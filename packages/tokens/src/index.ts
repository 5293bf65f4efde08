/** Get, keep and silently renew a guest token from a Guestpass endpoint. Importing it has no side effect. */
export { TokensError, type TokensErrorCode } from "./errors.js";
export type { KeeperEvent, KeeperEventFields, KeeperEventType, KeeperListener, ListenerOptions } from "./events.js";
export type { DebugReport, GuestSession, TokenKeeper } from "./face.js";
export { createTokenKeeper } from "./keeper.js";
export type { TokenKeeperChanges, TokenKeeperOptions } from "./options.js";
export type { Channel, Clock, KeeperPorts, KeyPort, Page, PageSignal, StorageArea, StoragePort } from "./ports.js";
export type { ReportEntry, ReportWhat } from "./rules/report.js";
export type { KeeperState } from "./rules/state.js";
