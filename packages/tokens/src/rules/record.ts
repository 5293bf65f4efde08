/** What of a session is written down for a reload. */
import type { Session } from "@guestpass/protocol";
import type { Stored } from "./stored.js";

/** @param serverNow, wall milliseconds by the endpoint's clock and by this browser's. */
export function storedOf(
  { sessionId, session, serverTime, messenger }: Session,
  endpoint: string,
  user: string | null,
  serverNow: number,
  wall: number,
): Stored {
  const { handle, expiresIn, bound = true } = session;
  const endsAt = Math.round(serverNow + expiresIn * 1000);
  const skew = Math.round(serverNow - wall);
  return { endpoint, user: user ?? "", sessionId, handle, bound, givenAt: serverTime, endsAt, skew, messenger };
}

/** The messenger's configuration repeats the token; whatever its name, it is not kept. */
export function encodeStored(stored: Stored, { token, sessionToken }: Session): string {
  return JSON.stringify(stored, (_key, value) => (value === token || value === sessionToken ? undefined : value));
}
