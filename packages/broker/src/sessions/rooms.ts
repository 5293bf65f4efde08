/** What starting, refreshing and ending a session work with. Put together once, by the broker. */
import type { GuestApi, GuestIdentity, GuestTools } from "../guests/guest-api.js";
import type { Beside } from "../observe/beside.js";
import type { DeploymentConfigs } from "../platform/deployment-config.js";
import type { PlatformPlace } from "../platform/hosts.js";
import type { CallScope, Platform } from "../platform/platform.js";
import type { Queues } from "../platform/queues.js";
import type { ChallengePolicy } from "../policy/challenge/challenge.js";
import type { IdentityPolicy } from "../policy/identity.js";
import type { Settings } from "../settings.js";
import type { Binding } from "./binding.js";
import type { GuestDirectory } from "./guest-directory.js";
import type { MadeGuest } from "./issue.js";
import type { KeyRing } from "./key-ring.js";
import type { SessionRecords } from "./records.js";
import type { Sharing } from "./sharing.js";

export interface SessionRooms {
  settings: Settings;
  guestApi: GuestApi;
  place: PlatformPlace;
  platform: Platform;
  configs: DeploymentConfigs;
  queues: Queues;
  ring: KeyRing;
  records: SessionRecords;
  directory: GuestDirectory;
  sharing: Sharing<MadeGuest>;
  identity: IdentityPolicy;
  challenge: ChallengePolicy | undefined;
  binding: Binding;
  beside: Beside;
  warn(message: string, detail?: object): void;
}

/** What a guest API may use, for one request of one caller. */
export function guestTools(rooms: SessionRooms, scope: CallScope): GuestTools {
  return {
    call: (call) => rooms.platform.call(call, scope),
    now: () => rooms.settings.ports.clock.now(),
    findGuest: (identity) => rooms.directory.find(identity),
    rememberGuest: (identity, guest) => rooms.directory.remember(identity, guest),
    alone: (identity, work) => rooms.directory.alone(identity, scope.deadlineAt, work),
  };
}

/** Beside the answer. Nobody looks for the guest of an anonymous visitor. */
export function rememberGuest(rooms: SessionRooms, identity: GuestIdentity, { guest, guestId, expiresAt }: MadeGuest) {
  if (!identity.known) return;
  const { token } = guest;
  rooms.beside.run("the guest directory", () => rooms.directory.remember(identity, { guestId, token, expiresAt }));
}
