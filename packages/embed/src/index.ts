/**
 * `<guestpass-messenger>` as a class with its types. Importing this has no side effect;
 * `@guestpass/embed/define` defines the tag.
 */
export type { AlertsName, MessengerName, PersistName, PlacementName, StartName, ThemeName } from "./attributes.js";
export { GuestpassMessenger } from "./element.js";
export { type ClientErrorCode, GuestpassError, type GuestpassErrorCode } from "./errors.js";
export * from "./events.js";
export type { CoreStrings, MoreStrings, Strings } from "./strings/strings.js";
export type { GuestpassAttributes } from "./typings.js";
export { VERSION } from "./version.js";
export type { GuestpassReport, ReportLine } from "./voice.js";
