/** The guest APIs by name. */
import type { GuestApi } from "./guest-api.js";
import { guestTokens } from "./guest-tokens.js";
import { webMessaging } from "./web-messaging.js";
import { webchatInstances } from "./webchat-instances.js";

const BUILT_IN: readonly GuestApi[] = [webMessaging, guestTokens, webchatInstances];

/** The implementation of that name, or the one that was handed in. TypeError for a name that is none. */
export function findGuestApi(wanted: string | GuestApi): GuestApi {
  if (typeof wanted !== "string") return wanted;
  const found = BUILT_IN.find(({ name }) => name === wanted);
  if (found === undefined)
    throw new TypeError(`guestApi must be one of ${BUILT_IN.map(({ name }) => name).join(", ")}`);
  return found;
}
