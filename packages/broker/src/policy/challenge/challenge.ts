/** Whether the visitor has passed the configured challenge, by the provider's own word. A response is good once. */
import { createHash } from "node:crypto";
import type { Challenge, ChallengeProvider } from "@guestpass/protocol";
import { BrokerError } from "../../errors.js";
import type { Proof } from "../../face.js";
import { followSecret } from "../../followed-secret.js";
import type { ChallengeOptions } from "../../options.js";
import type { SendRequest } from "../../platform/request.js";
import type { Clock } from "../../ports.js";
import { claim, type Store } from "../../stores/store.js";
import { altchaIdentity, sentinel, verifyAltcha } from "./altcha.js";
import { friendly } from "./friendly.js";
import type { ChallengeHttpProvider, ChallengeQuestion, ChallengeVerdict } from "./provider.js";
import { hcaptcha, recaptcha, turnstile } from "./siteverify.js";

/** A used response is remembered for this long: longer than any provider accepts one. */
const USED_SECONDS = 86_400;
/** No visitor has it: a provider that takes the secret refuses it. */
const NOBODYS_RESPONSE = "guestpass-check";
/** Document 3. */
const MIN_SCORE = 0.5;

const HTTP_PROVIDERS: Record<ChallengeProvider, ChallengeHttpProvider> = {
  turnstile,
  recaptcha,
  hcaptcha,
  friendly,
  altcha: sentinel,
};

export interface PassedChallenge extends Challenge {
  score?: number;
}

export interface ChallengePolicy {
  /** `challenge_required`, `challenge_failed`, `challenge_unavailable`. */
  verify(challenge: Challenge | undefined, address: string | undefined): Promise<PassedChallenge>;
  /** Whether the provider takes the secret. */
  prove(): Promise<Proof>;
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

/** Whom to ask with these options: the provider's URL, or ourselves for ALTCHA without one. */
function askerOf(options: ChallengeOptions, dependencies: ChallengeDependencies): Ask {
  if (!Object.hasOwn(HTTP_PROVIDERS, options.provider)) throw new TypeError("challenge.provider is not known");
  const provider = HTTP_PROVIDERS[options.provider];
  const url = options.verifyUrl ?? provider.defaultUrl;
  if (url === undefined) return ({ response, secret }) => verifyAltcha(response, secret);
  if (!URL.canParse(url)) throw new TypeError("challenge.verifyUrl is not a URL");
  return askHttp(provider, url, dependencies);
}

/** TypeError where the provider cannot be asked with these options. */
export function createChallengePolicy(options: ChallengeOptions, dependencies: ChallengeDependencies): ChallengePolicy {
  const asker = askerOf(options, dependencies);
  const minScore = options.minScore ?? MIN_SCORE;
  const { store, warn, clock } = dependencies;
  const secret = followSecret(options.secret, { clock, warn, what: "challenge.secret" });
  const ask = (question: Omit<ChallengeQuestion, "secret">): Promise<ChallengeVerdict> =>
    secret.current().then(
      (known) => asker({ ...question, secret: known }),
      () => ({ kind: "misconfigured" }),
    );

  /** After the verdict, so that what nobody has passed fills no store. */
  const useOnce = async (response: string) => {
    const identity = options.provider === "altcha" ? altchaIdentity(response) : response;
    const key = `challenge:${createHash("sha256").update(identity).digest("hex")}`;
    const first = await claim(store, key, USED_SECONDS).catch((error: unknown) => {
      // The others count their responses themselves.
      if (options.provider === "altcha") throw error;
      return true;
    });
    if (!first) throw new BrokerError("challenge_failed", "This challenge was used before.");
  };

  return {
    async prove() {
      const { kind } = await ask({ response: NOBODYS_RESPONSE, address: undefined });
      if (kind === "misconfigured")
        return {
          ok: false,
          refused: true,
          reason: "The challenge's provider refuses the secret, or its library is missing.",
          mend: "Check the challenge's secret and that it belongs to this provider; ALTCHA needs altcha-lib.",
        };
      if (kind === "unknown")
        return {
          ok: false,
          refused: false,
          reason: "The challenge's provider could not be asked.",
          mend: "Check the network, and the URL where challenges are verified.",
        };
      return { ok: true };
    },
    async verify(challenge, address) {
      if (challenge === undefined) throw new BrokerError("challenge_required", "A passed challenge is required here.");
      if (challenge.provider !== options.provider)
        throw new BrokerError("challenge_failed", "This challenge is not the one that is asked for here.");
      const { response } = challenge;
      const verdict = await ask({ response, address });
      if (verdict.kind === "refused") throw new BrokerError("challenge_failed", "The challenge was not passed.");
      if (verdict.kind === "misconfigured")
        warn("the challenge cannot be verified: the provider refuses this service's secret, or a library is missing");
      if (verdict.kind !== "human" && !(verdict.kind === "unknown" && options.onOutage === "accept"))
        throw new BrokerError("challenge_unavailable", "Challenges cannot be verified right now.");
      const score = verdict.kind === "human" ? verdict.score : undefined;
      if (score !== undefined && score < minScore)
        throw new BrokerError("challenge_failed", "The challenge was not passed well enough.");
      await useOnce(response);
      return score === undefined ? challenge : { ...challenge, score };
    },
  };
}
