/** Questions on the socket that wait for their answer frame. Knows who asked what, not what it means. */
import type { InboundFrame } from "@guestpass/protocol";
import type { Clock } from "../ports.js";

/** Null: no answer in time, or the connection is gone. */
export type Reply = InboundFrame | null;

export interface Asks {
  /**
   * Waits for the answer with this tracing id, or for the first frame that `fits`: not every answer carries the id.
   * `then` is called once, before anything else is made of the frame.
   */
  wait(
    tracingId: string,
    timeoutMs: number,
    fits: (frame: InboundFrame) => boolean,
    then: (reply: Reply) => void,
  ): void;
  /** True when somebody had waited for this frame. */
  answer(frame: InboundFrame): boolean;
  /** The connection is gone: nobody will answer. */
  drop(): void;
}

export function createAsks(clock: Clock): Asks {
  const waiting = new Map<string, { fits: (frame: InboundFrame) => boolean; settle: (reply: Reply) => void }>();
  return {
    wait(tracingId, timeoutMs, fits, then) {
      const settle = (reply: Reply) => {
        stop();
        waiting.delete(tracingId);
        then(reply);
      };
      const stop = clock.after(timeoutMs, () => settle(null));
      waiting.set(tracingId, { fits, settle });
    },
    answer(frame) {
      const asked = waiting.get(frame.tracingId ?? "") ?? [...waiting.values()].find(({ fits }) => fits(frame));
      asked?.settle(frame);
      return asked !== undefined;
    },
    drop() {
      for (const { settle } of waiting.values()) settle(null);
    },
  };
}
