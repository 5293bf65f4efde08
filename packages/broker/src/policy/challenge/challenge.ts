/** Whether the visitor has passed the configured challenge, by the provider's own word. A response is good once. */
import { createHash } from "node:crypto";
import type { Challenge, ChallengeProvider } from "@guestpass/protocol";
import { BrokerError } from "../../errors.js";
import type { ChallengeOptions } from "../../options.js";
import type { SendRequest } from "../../platform/request.js";
import type { Clock } from "../../ports.js";
import { claim, type Store } from "../../stores/store.js";
import { friendly } from "./friendly.js";
import type { ChallengeHttpProvider, ChallengeQuestion, ChallengeVerdict } from "./provider.js";
import { hcaptcha, recaptcha, turnstile } from "./siteverify.js";

/** A used response is remembered for this long: longer than any provider accepts one. */
const USED_SECONDS = 3600;
/** Document 3. */
const MIN_SCORE = 0.5;

const HTTP_PROVIDERS: Partial<Record<ChallengeProvider, ChallengeHttpProvider>> = {
  turnstile,
  recaptcha,
  hcaptcha,
  friendly,
};

export interface PassedChallenge extends Challenge {
  score?: number;
}

export interface ChallengePolicy {
  /** `challenge_required`, `challenge_failed`, `challenge_unavailable`. */
  verify(challenge: Challenge | undefined, address: string | undefined): Promise<PassedChallenge>;
}

export interface ChallengeDependencies {
  store: Store;
  send: SendRequest;
  clock: Clock;
  deadlineMs: number;
  warn(message: string): void;
}

type Ask = (question: ChallengeQuestion) => Promise<ChallengeVerdict>;

function askHttp(provider: ChallengeHttpProvider, url: string, dependencies: ChallengeDependencies): Ask {
  return async (question) => {
    const settled = await dependencies.send(provider.question(url, question), {
      repeat: "once",
      deadlineAt: dependencies.clock.now() + dependencies.deadlineMs,
    });
    if (settled.kind !== "answer" || settled.status >= 500 || settled.status === 429) return { kind: "unknown" };
    try {
      return provider.verdict(settled.status, JSON.parse(settled.body));
    } catch {
      return { kind: "unknown" };
    }
  };
}

/** TypeError where the provider cannot be asked with these options. */
export function createChallengePolicy(options: ChallengeOptions, dependencies: ChallengeDependencies): ChallengePolicy {
  const provider = HTTP_PROVIDERS[options.provider];
  if (provider === undefined) throw new TypeError("challenge.provider is not known");
  const url = options.verifyUrl ?? provider.defaultUrl;
  if (url === undefined) throw new TypeError(`challenge.verifyUrl is needed for ${options.provider}`);
  const ask = askHttp(provider, url, dependencies);
  const minScore = options.minScore ?? MIN_SCORE;
  const { store, warn } = dependencies;

  const useOnce = async (key: string) => {
    if (await claim(store, key, USED_SECONDS)) return;
    throw new BrokerError("challenge_failed", "This challenge was used before.");
  };

  return {
    async verify(challenge, address) {
      if (challenge === undefined) throw new BrokerError("challenge_required", "A passed challenge is required here.");
      if (challenge.provider !== options.provider)
        throw new BrokerError("challenge_failed", "This challenge is not the one that is asked for here.");
      const key = `challenge:${createHash("sha256").update(challenge.response).digest("hex")}`;
      await useOnce(key);
      const verdict = await ask({ response: challenge.response, secret: options.secret, address });
      if (verdict.kind === "human") {
        if (verdict.score === undefined) return challenge;
        if (verdict.score >= minScore) return { ...challenge, score: verdict.score };
        throw new BrokerError("challenge_failed", "The challenge was not passed well enough.");
      }
      if (verdict.kind === "refused") throw new BrokerError("challenge_failed", "The challenge was not passed.");
      // The visitor can do nothing about it, so the response stays good.
      await store.remove(key).catch(() => undefined);
      if (verdict.kind === "misconfigured") warn("the challenge provider refuses this service: look at its secret");
      else if (options.onOutage === "accept") return challenge;
      throw new BrokerError("challenge_unavailable", "Challenges cannot be verified right now.");
    },
  };
}
