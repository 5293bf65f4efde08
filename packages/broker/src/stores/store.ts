/**
 * What a store must do, for whoever writes one. Sessions live in their encrypted handles; a store is needed for what
 * has to be remembered across requests: rotation and revocation, used challenges and proofs, the shared budget of guest
 * creations, and which guest belongs to which customer.
 *
 * - An entry whose time is over is not there, even where it has not been swept out yet.
 * - `swap` is atomic for all who use the store.
 * - A store that cannot be reached rejects within a second or two; it never hangs.
 * - It is bounded: it may forget early, and forgetting costs security at most, never an answer.
 * - A write whose answer was lost may be done twice: whoever swaps writes something that he knows again.
 */
import { nanoid } from "nanoid";

/** A customer's guest. The customer is known by hash alone; the token is sealed with the key ring. */
export interface GuestMapping {
  guestId: string;
  /** A sealed token, or empty. */
  token: string;
  /** End of the token, ISO 8601, or empty. */
  expiresAt: string;
  /** ISO 8601. */
  updatedAt: string;
}

export type SwapResult = { swapped: true } | { swapped: false; current: string | undefined };

export interface Store {
  /** True where other processes see what this one writes. */
  readonly shared: boolean;
  read(key: string): Promise<string | undefined>;
  /** Writes `next` for `ttlSeconds` if the value is still `expected` (undefined: not there). */
  swap(key: string, expected: string | undefined, next: string, ttlSeconds: number): Promise<SwapResult>;
  remove(key: string): Promise<void>;
  readGuest(customerHash: string): Promise<GuestMapping | undefined>;
  /** The last write wins. */
  writeGuest(customerHash: string, mapping: GuestMapping): Promise<void>;
  /** Rejects when the store does not work. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/**
 * True for the first who claims the key within `ttlSeconds`. What is written names the claimant, so that a claim whose
 * answer was lost can be made again, here or by the store's own client, without the claimant standing in its own way.
 */
export async function claim(store: Store, key: string, ttlSeconds: number): Promise<boolean> {
  const claimant = nanoid();
  const attempt = () => store.swap(key, undefined, claimant, ttlSeconds);
  const result = await attempt().catch(attempt);
  return result.swapped || result.current === claimant;
}
