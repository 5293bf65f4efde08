/** Which guest a known customer has, over all sessions and channels. The customer is known by hash, the token lies sealed. */
import { record, str } from "@guestpass/protocol";
import { BrokerError } from "../errors.js";
import type { GuestIdentity, KnownGuest } from "../guests/guest-api.js";
import type { Clock } from "../ports.js";
import { takeLease } from "../stores/lease.js";
import type { Store } from "../stores/store.js";
import type { KeyRing } from "./key-ring.js";
import { seal, unseal } from "./sealed.js";

const TYPE = "guestpass-guest-token";

export interface GuestDirectory {
  /** Undefined for an anonymous guest, an unknown customer, and a store that fails. */
  find(identity: GuestIdentity): Promise<KnownGuest | undefined>;
  /** Never rejects. Anonymous guests are not remembered. */
  remember(identity: GuestIdentity, guest: KnownGuest): Promise<void>;
  /** One at a time for a known customer, until `deadlineAt` (ms since the epoch). */
  alone<T>(identity: GuestIdentity, deadlineAt: number, work: () => Promise<T>): Promise<T>;
}

export interface DirectoryDependencies {
  guestApi: string;
  store: Store;
  ring: KeyRing;
  clock: Clock;
  warn(message: string): void;
}

export function createGuestDirectory({ guestApi, store, ring, clock, warn }: DirectoryDependencies): GuestDirectory {
  return {
    async find({ hash, known }) {
      if (!known) return undefined;
      try {
        const mapping = await store.readGuest(hash);
        if (mapping === undefined || mapping.guestId === "") return undefined;
        if (mapping.token === "") return { guestId: mapping.guestId };
        const { api, token } = record(await unseal(ring, TYPE, mapping.token));
        // Another guest API's guest is none of this one's.
        if (api !== undefined && api !== guestApi) return undefined;
        const live = str(token);
        const expiresAt = Date.parse(mapping.expiresAt);
        return live === undefined || Number.isNaN(expiresAt)
          ? { guestId: mapping.guestId }
          : { guestId: mapping.guestId, token: live, expiresAt };
      } catch {
        warn("a customer's guest could not be looked up; a new one is made");
        return undefined;
      }
    },
    async remember({ hash, known, externalId }, { guestId, token, expiresAt }) {
      if (!known) return;
      try {
        await store.writeGuest(hash, {
          // Where the customer's id is the guest's id, only its hash is stored.
          guestId: guestId === externalId ? hash : guestId,
          token: token === undefined ? "" : await seal(ring, TYPE, { api: guestApi, token }),
          expiresAt: expiresAt === undefined ? "" : new Date(expiresAt).toISOString(),
          updatedAt: new Date(clock.now()).toISOString(),
        });
      } catch {
        warn("a customer's guest could not be remembered");
      }
    },
    async alone({ hash, known }, deadlineAt, work) {
      if (!known) return work();
      const key = `guest-lease:${guestApi}:${hash}`;
      const lease = await takeLease(store, key, deadlineAt - clock.now()).catch(() => {
        warn("two who start for one customer cannot be told apart while the store is away");
        return null;
      });
      if (lease === undefined)
        throw new BrokerError("overloaded", "This customer's guest is being made already.", { retryAfterSeconds: 1 });
      try {
        return await work();
      } finally {
        await lease?.release();
      }
    },
  };
}
