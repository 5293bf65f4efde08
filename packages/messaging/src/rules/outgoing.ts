/** What is kept of an own message until the platform has it. Shape alone. */
import type { OutboundMessage } from "@guestpass/protocol";
import type { MessagingError } from "../errors.js";

/** A message that the platform has not confirmed. */
export interface Outgoing {
  /** Tracing id on the wire and id in the transcript. */
  readonly id: string;
  readonly message: OutboundMessage;
  readonly resolve: (value: { id: string }) => void;
  readonly reject: (error: MessagingError) => void;
  /** `doubtful`: written on a connection that is gone; history has to tell. */
  state: "queued" | "written" | "doubtful" | "failed";
  /** Monotonic milliseconds. */
  writtenAt: number;
  /** Written before history was known: an older message of the same text could be taken for it. */
  blind?: boolean;
  /** It has had no answer in time before. */
  late?: boolean;
  /** How often the platform gave it back. */
  returned?: number;
}
