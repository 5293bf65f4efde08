/** The guest APIs by name. */
import { GUEST_APIS, type GuestApiName } from "@guestpass/protocol";
import type { CustomSigningOptions } from "../options.js";
import type { Clock } from "../ports.js";
import { customSigned } from "./custom-signed.js";
import { externalUsers } from "./external-users.js";
import { guest } from "./guest.js";
import type { GuestApi } from "./guest-api.js";
import { guestTokens } from "./guest-tokens.js";
import { webMessaging } from "./web-messaging.js";
import { webchatInstances } from "./webchat-instances.js";
import { webmessagingGuests } from "./webmessaging-guests.js";

export interface RegistryParts {
  customSigning: CustomSigningOptions | undefined;
  clock: Clock;
  warn(message: string): void;
}

const BUILT_IN: Readonly<Record<GuestApiName, (parts: RegistryParts) => GuestApi>> = {
  "web-messaging": () => webMessaging,
  guest: () => guest,
  "external-users": () => externalUsers,
  "webmessaging-guests": () => webmessagingGuests,
  "guest-tokens": () => guestTokens,
  "webchat-instances": () => webchatInstances,
  "custom-signed": ({ customSigning, clock, warn }) => customSigned(customSigning, clock, warn),
};

/** The implementation of that name, or the one that was handed in. TypeError for a name that is none. */
export function findGuestApi(wanted: GuestApiName | GuestApi, parts: RegistryParts): GuestApi {
  if (typeof wanted !== "string") return wanted;
  if (!Object.hasOwn(BUILT_IN, wanted)) throw new TypeError(`guestApi must be one of ${GUEST_APIS.join(", ")}`);
  return BUILT_IN[wanted](parts);
}
