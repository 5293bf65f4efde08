/** What a ring of handle keys must do: the first encrypts, all decrypt. Knows no handle. */
import type { CryptoKey } from "jose";

export interface HandleKey {
  readonly kid: string;
  /** AES-GCM, 256 bits, imported once. */
  readonly key: CryptoKey;
}

export interface KeyRing {
  /** True where the keys are gone when the process ends. */
  readonly ephemeral: boolean;
  /** The key that encrypts. */
  first(): Promise<HandleKey>;
  /** The key of this id; an unknown one makes a file be read again first. */
  find(kid: string): Promise<HandleKey | undefined>;
  /** Whether the keys could be had when they were last asked for. */
  status(): { ok: boolean; detail?: string };
  close(): void;
}
