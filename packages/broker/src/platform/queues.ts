/** Whether a queue exists, where that is asked before a guest is made for it. Answers are kept for a few minutes. */
import { BrokerError } from "../errors.js";
import type { Clock } from "../ports.js";
import type { CallScope, Platform } from "./platform.js";

const KEPT_MS = 300_000;

export interface Queues {
  /** `queue_not_allowed` for a queue that the platform does not know. A platform that cannot say stops nobody. */
  check(queueId: string, scope: CallScope): Promise<void>;
  /** Whether there is such a queue; undefined where the platform does not say. */
  exists(queueId: string, scope: CallScope): Promise<boolean | undefined>;
}

/** Only allow-listed queues may be asked for here: that is what bounds it. */
export function createQueues(platform: Platform, clock: Clock, warn: (message: string) => void): Queues {
  const known = new Map<string, { exists: boolean; askAgainAt: number }>();

  const ask = async (queueId: string, scope: CallScope): Promise<boolean | undefined> => {
    const path = `/api/v2/routing/queues/${encodeURIComponent(queueId)}`;
    try {
      await platform.call({ host: "api", method: "GET", path, repeat: "repeatable" }, scope);
      return true;
    } catch (error) {
      const status = error instanceof BrokerError ? error.upstreamStatus : undefined;
      if (status === 404 || status === 400) return false;
      warn("whether a queue exists could not be asked (permission routing:queue:view); the guest is made all the same");
      return undefined;
    }
  };

  return {
    exists: ask,
    async check(queueId, scope) {
      const held = known.get(queueId);
      let exists = held !== undefined && held.askAgainAt > clock.now() ? held.exists : undefined;
      if (exists === undefined) {
        exists = await ask(queueId, scope);
        if (exists !== undefined) known.set(queueId, { exists, askAgainAt: clock.now() + KEPT_MS });
      }
      if (exists === false) throw new BrokerError("queue_not_allowed", "This queue does not exist.");
    },
  };
}
