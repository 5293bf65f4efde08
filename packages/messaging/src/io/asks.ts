/** Questions on the socket that wait for their answer frame. Knows who asked what, not what it means. */
import type { InboundFrame } from "@guestpass/protocol";
import type { Clock } from "../ports.js";

/** Null: no answer in time, or the connection is gone. */
export type Reply = InboundFrame | null;

export interface Asks {
  /**
   * Waits for the answer with this tracing id, or for the first frame that `fits`: not every answer carries the id.
   * The question itself is sent by the caller.
   */
  wait(tracingId: string, timeoutMs: number, fits: (frame: InboundFrame) => boolean): Promise<Reply>;
  /** True when somebody had waited for this frame. */
  answer(frame: InboundFrame): boolean;
  /** The question could not be sent. */
  cancel(tracingId: string): void;
  /** The connection is gone: nobody will answer. */
  drop(): void;
}

export function createAsks(clock: Clock): Asks {
  const waiting = new Map<string, { fits: (frame: InboundFrame) => boolean; settle: (reply: Reply) => void }>();
  return {
    wait(tracingId, timeoutMs, fits) {
      return new Promise((resolve) => {
        const settle = (reply: Reply) => {
          stop();
          waiting.delete(tracingId);
          resolve(reply);
        };
        const stop = clock.after(timeoutMs, () => settle(null));
        waiting.set(tracingId, { fits, settle });
      });
    },
    answer(frame) {
      const named = frame.tracingId === undefined ? undefined : waiting.get(frame.tracingId);
      const asked = named ?? [...waiting.values()].find((question) => question.fits(frame));
      asked?.settle(frame);
      return asked !== undefined;
    },
    cancel(tracingId) {
      waiting.get(tracingId)?.settle(null);
    },
    drop() {
      for (const question of waiting.values()) question.settle(null);
    },
  };
}
