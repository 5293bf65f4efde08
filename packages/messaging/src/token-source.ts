/**
 * The newest token, and getting the next from the page: with a time-out, deaf to answers that come too late. Knows
 * nothing of sockets; the token leaves this room only for a frame.
 */
import type { ConversationToken } from "./contract.js";
import { MessagingError } from "./errors.js";
import type { Settings } from "./options.js";
import type { Timers } from "./timers.js";

const TIMEOUT_MS = 60_000;

export interface TokenSource {
  newest(): ConversationToken;
  set(token: ConversationToken): void;
  /**
   * Asks the page for a live token, or to replace the newest, which was refused. `then` is called once, unless `cancel`
   * comes first: with null, or with whether another try may help and what it failed of.
   */
  get(replace: boolean, then: (retryable: boolean | null, cause?: unknown) => void): Promise<void>;
  cancel(): void;
}

export function createTokenSource({ settings, timers }: { settings: Settings; timers: Timers }): TokenSource {
  let token: ConversationToken = { token: "", tokenType: "uuid" };
  /** A later one makes answers worthless. */
  let generation = 0;

  async function replacement(): Promise<ConversationToken> {
    const fresh = await settings.onTokenRefused?.(token.token);
    if (fresh && fresh.token !== token.token) return fresh;
    throw new MessagingError("socket_refused", "The messenger refused the token");
  }

  function cancel(): void {
    generation += 1;
    timers.disarm("token");
  }

  return {
    newest: () => token,
    set(fresh) {
      token = fresh;
    },
    async get(replace, then) {
      cancel();
      const mine = generation;
      const settle = (retryable: boolean | null, cause?: unknown) => {
        if (mine !== generation) return;
        cancel();
        then(retryable, cause);
      };
      timers.arm("token", TIMEOUT_MS, () => settle(true, new MessagingError("timeout", "No token in time")));
      try {
        const fresh = await (replace ? replacement() : settings.getToken());
        if (mine === generation) token = fresh;
        settle(null);
      } catch (cause) {
        settle((cause as { retryable?: unknown } | null)?.retryable !== false, cause);
      }
    },
    cancel,
  };
}
