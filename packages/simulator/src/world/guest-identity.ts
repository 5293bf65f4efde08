/**
 * Who a guest token speaks for, as claims. Pure. `identity` is what a session hangs on: a renewed token of the same guest
 * has the same one. A `floating` guest has none to give back (each creation is somebody new), so its session is carried
 * over only when the renewed token is shown on the socket that is already open.
 */
import type { JWTPayload } from "jose";
import { digest, uuidOfName } from "./ids.js";

export interface GuestClaims extends JWTPayload {
  sub: string;
  type: "guest";
  api: string;
  identity: string;
  floating?: true;
}

/** Document 1: the same username is the same guest. */
export function usernameGuest(username: string): GuestClaims {
  const sub = `guest-${uuidOfName(`guest:${username}`)}`;
  return { sub, type: "guest", api: "guest", identity: `guest:${sub}` };
}

/** Document 2: the external user is the guest. */
export function externalUserGuest(id: string): GuestClaims {
  return { sub: id, type: "guest", api: "external-users", identity: `external-users:${id}` };
}

/** Document 3: each creation is a new guest. */
export function channelGuest(guestId: string): GuestClaims {
  return {
    sub: guestId,
    type: "guest",
    api: "webmessaging-guests",
    identity: `webmessaging-guests:${guestId}`,
    floating: true,
  };
}

/** Document 4: the external id is the guest, within one webchat. */
export function externalIdGuest(externalId: string, webchatId: string): GuestClaims {
  const identity = `guest-tokens:${digest(`${webchatId}:${externalId}`)}`;
  return { sub: externalId, type: "guest", api: "guest-tokens", webchatId, identity };
}

/** Document 5: each creation has a new guest id, but a named customer is the same person. */
export function webchatGuest(guestId: string, customerId: string | undefined): GuestClaims {
  const known = customerId !== undefined && customerId !== "" && customerId !== "anonymous";
  const claims = { sub: guestId, type: "guest" as const, api: "webchat-instances" };
  if (known) return { ...claims, identity: `webchat-instances:customer:${digest(customerId)}` };
  return { ...claims, identity: `webchat-instances:${guestId}`, floating: true };
}
