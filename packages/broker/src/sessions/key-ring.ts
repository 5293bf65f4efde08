/** What a ring of handle keys must do: the first encrypts, all decrypt. Knows no handle. */
import type { KeyObject } from "node:crypto";

export interface HandleKey {
  readonly kid: string;
  /** AES, 256 bits. */
  readonly key: KeyObject;
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
