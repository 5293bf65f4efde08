/** From what the platform gave to what the page gets: the checked token, its times, its guest's id. Knows no policy. */
import type { RefreshedSession } from "@guestpass/protocol";
import { nanoid } from "nanoid";
import type { Guest, GuestApi } from "../guests/guest-api.js";
import { isoInstant } from "../instant.js";
import type { Settings } from "../settings.js";
import { refreshIn } from "./lead.js";
import { checkToken } from "./token-check.js";

/** A guest whose token has been checked. */
export interface MadeGuest {
  guest: Guest;
  guestId: string;
  /** End of the token, ms since the epoch. */
  expiresAt: number;
}

export interface MakeQuestion {
  settings: Settings;
  guestApi: GuestApi;
  sessionEndsAt: number;
  /** The id that the guest has had so far, where it keeps it. */
  keptGuestId: string | undefined;
}

/** The guest with a checked token and an id that is never the token. Rejects as `checkToken` does. */
export function checkGuest(guest: Guest, { settings, guestApi, sessionEndsAt, keptGuestId }: MakeQuestion): MadeGuest {
  const expiresAt = checkToken(guest, {
    now: settings.ports.clock.now(),
    sessionEndsAt,
    requiredScopes: settings.requiredScopes ?? guestApi.defaultScopes ?? [],
    scopesMustBeNamed: guestApi.defaultScopes !== undefined,
  });
  const given = guest.guestId !== undefined && guest.guestId !== "" && guest.guestId !== guest.token;
  return { guest, expiresAt, guestId: keptGuestId ?? (given ? (guest.guestId ?? "") : `gst_${nanoid()}`) };
}

export interface AnswerParts {
  sessionId: string;
  made: MadeGuest;
  handle: string;
  /** Absolute end of the session, ms since the epoch. */
  endsAt: number;
  /** The handle is bound to a key of the page. */
  bound: boolean;
}

/** The times of the answer are those of the moment it is given. */
export function answer(settings: Settings, { sessionId, made, handle, endsAt, bound }: AnswerParts): RefreshedSession {
  const now = settings.ports.clock.now();
  const expiresAt = Math.min(made.expiresAt, endsAt);
  const expiresIn = Math.max(0, Math.floor((expiresAt - now) / 1000));
  const nowText = isoInstant(now);
  const refreshed: RefreshedSession = {
    sessionId,
    guestId: made.guestId,
    token: made.guest.token,
    tokenType: made.guest.tokenType,
    issuedAt: nowText,
    expiresAt: isoInstant(expiresAt),
    expiresIn,
    refreshIn: refreshIn(expiresIn, settings.refreshLeadSeconds),
    serverTime: nowText,
    session: { handle, expiresIn: Math.max(0, Math.floor((endsAt - now) / 1000)), bound },
  };
  if (made.guest.sessionToken !== undefined) refreshed.sessionToken = made.guest.sessionToken;
  return refreshed;
}
