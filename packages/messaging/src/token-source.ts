/**
 * The newest token, and getting the next: single-flight, with a time-out, deaf to answers that come too late. Knows
 * nothing of sockets; the token leaves this room only for a frame.
 */
import type { ConversationToken } from "./contract.js";
import { MessagingError } from "./errors.js";
import type { Settings } from "./options.js";
import type { Speaker } from "./rules/frames.js";
import { Timers } from "./timers.js";

const TIMEOUT_MS = 60_000;

export type TokenAnswer = { type: "token" } | { type: "token-failed"; retryable: boolean; cause: unknown };

export class TokenSource {
  readonly #settings: Settings;
  readonly #timers: Timers<"token">;
  #token: ConversationToken = { token: "", tokenType: "uuid" };
  #generation = 0;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#timers = new Timers(settings.ports.clock);
  }

  get speaker(): Speaker {
    const { guestApi, deploymentId } = this.#settings;
    return { token: this.#token, guestApi, deploymentId };
  }

  set(token: ConversationToken): void {
    this.#token = token;
  }

  /** A live one, from the page. */
  ask(then: (answer: TokenAnswer) => void): void {
    this.#fetch(() => this.#settings.getToken(), then);
  }

  /** Another one: the platform refused this. */
  replace(then: (answer: TokenAnswer) => void): void {
    const refused = this.#token.token;
    this.#fetch(async () => {
      const token = await this.#settings.onTokenRefused?.(refused);
      if (token && token.token !== refused) return token;
      throw new MessagingError("socket_refused", "The messenger did not accept the token.");
    }, then);
  }

  /** Whatever is still to come does not count. */
  cancel(): void {
    this.#generation += 1;
    this.#timers.clear();
  }

  #fetch(get: () => Promise<ConversationToken>, then: (answer: TokenAnswer) => void): void {
    this.cancel();
    const generation = this.#generation;
    const settle = (answer: TokenAnswer, token?: ConversationToken) => {
      if (generation !== this.#generation) return;
      this.cancel();
      if (token) this.#token = token;
      then(answer);
    };
    const late = new MessagingError("timeout", "No token came in time.");
    this.#timers.arm("token", TIMEOUT_MS, () => settle({ type: "token-failed", retryable: true, cause: late }));
    void (async () => {
      try {
        settle({ type: "token" }, await get());
      } catch (cause) {
        const retryable = (cause as { retryable?: unknown } | null)?.retryable !== false;
        settle({ type: "token-failed", retryable, cause });
      }
    })();
  }
}
