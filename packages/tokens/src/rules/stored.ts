/** What of a session is kept over a reload, as it is read again. Never the token: resuming is a refresh. */
import type { SessionMessenger } from "@guestpass/protocol";

export interface Stored {
  readonly endpoint: string;
  /** Whose: `""`, or a kind and a hash. */
  readonly user: string;
  readonly sessionId: string;
  readonly handle: string;
  /** The handle is worth nothing without this browser's key. */
  readonly bound: boolean;
  /** When the endpoint gave this handle, ISO 8601 by its own clock: of two the later one counts. */
  readonly givenAt: string;
  /** The session's absolute end, milliseconds by the endpoint's clock. */
  readonly endsAt: number;
  /** The endpoint's clock less this browser's, milliseconds. */
  readonly skew: number;
  readonly messenger: SessionMessenger;
}

/** Null for whatever is not such a record. */
export function decodeStored(text: string | null): Stored | null {
  try {
    const stored = JSON.parse(text ?? "") as Stored;
    const texts: unknown[] = [
      stored.endpoint,
      stored.user,
      stored.sessionId,
      stored.handle,
      stored.messenger.deploymentId,
    ];
    return texts.every((value) => typeof value === "string") ? stored : null;
  } catch {
    return null;
  }
}
