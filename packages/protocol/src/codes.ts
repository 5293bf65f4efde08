/**
 * The Guest API's error codes, as Genesys' own client names them.
 * Source: messenger-transport-mobile-sdk 2.14.0, `core/ErrorCode.kt`.
 */
export const GuestApiCode = {
  FeatureUnavailable: 4000,
  FileTypeInvalid: 4001,
  FileSizeInvalid: 4002,
  FileContentInvalid: 4003,
  FileNameInvalid: 4004,
  FileNameTooLong: 4005,
  SessionHasExpired: 4006,
  SessionNotFound: 4007,
  AttachmentHasExpired: 4008,
  AttachmentNotFound: 4009,
  AttachmentNotSuccessfullyUploaded: 4010,
  MessageTooLong: 4011,
  CustomAttributeSizeTooLarge: 4013,
  CannotDowngradeToUnauthenticated: 4017,
  MissingParameter: 4020,
  RequestRateTooHigh: 4029,
  FileSizeZero: 4102,
  UnexpectedError: 5000,
} as const;

export type GuestApiCode = (typeof GuestApiCode)[keyof typeof GuestApiCode];

/** SessionHasExpired, SessionNotFound, CannotDowngradeToUnauthenticated. As figures, so that a page need not carry the names. */
const ENDING: readonly number[] = [4006, 4007, 4017] satisfies GuestApiCode[];

/** Codes after which this session token is worth nothing: drop it and get a new one. */
export function endsSession(code: number): boolean {
  return ENDING.includes(code);
}

/** Codes that say the token or its JWT was not accepted. */
export function refusesToken(code: number): boolean {
  return code === 401 || code === 403;
}
