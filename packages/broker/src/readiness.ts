/** Whether the broker can do its work: the credentials proved, and what works right now. Bounded and cheap. */
import { deploymentConfigPath } from "@guestpass/protocol";
import { asBrokerError, type BrokerError } from "./errors.js";
import type { Health, HealthCheck, Proof } from "./face.js";
import type { GuestApi } from "./guests/guest-api.js";
import type { Oauth } from "./platform/oauth.js";
import type { Platform } from "./platform/platform.js";
import type { Clock } from "./ports.js";
import type { KeyRing } from "./sessions/key-ring.js";
import type { Store } from "./stores/store.js";

/** A probe takes this long at most, and is not repeated sooner, ms. */
const PROBE_MS = 2000;
const PROBE_PAUSE_MS = 5000;

export interface Readiness {
  prove(): Promise<Proof>;
  health(): Promise<Health>;
}

export interface ReadinessDependencies {
  guestApi: GuestApi;
  oauth: Oauth | undefined;
  platform: Platform;
  store: Store;
  ring: KeyRing;
  clock: Clock;
  deploymentId: string;
}

function refusal(error: BrokerError): Proof {
  switch (error.code) {
    case "upstream_unauthorized":
      return {
        ok: false,
        refused: true,
        reason: "Genesys Cloud refused the client credentials.",
        mend: "Check the client id and the client secret, and that the OAuth client lives in this region and has the Client Credentials grant.",
      };
    case "upstream_forbidden":
      return {
        ok: false,
        refused: true,
        reason: "Genesys Cloud forbids this OAuth client to work.",
        mend: "Look at the OAuth client's state, roles and IP allow-list in the Genesys Cloud admin.",
      };
    case "upstream_rejected":
    case "upstream_invalid":
      return {
        ok: false,
        refused: true,
        reason: "Something answered in the place of Genesys Cloud's OAuth service, but not with a token.",
        mend: "Check the region or the base URL, and any proxy in between.",
      };
    case "upstream_rate_limited":
      return {
        ok: false,
        refused: false,
        reason: "Genesys Cloud asks to come back later.",
        mend: "It is tried again. Look for other users of the same OAuth client if it lasts.",
      };
    case "upstream_unavailable":
      return {
        ok: false,
        refused: false,
        reason: "Genesys Cloud's OAuth service could not be reached.",
        mend: "It is tried again. Check the network, DNS, the proxy and the region if it lasts.",
      };
    default:
      return {
        ok: false,
        refused: error.code !== "internal",
        reason: "This service cannot make guests as it is configured.",
        mend: error.message,
      };
  }
}

/** Resolves with the outcome, or false when the time is over. */
async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([
      work.then(
        () => true,
        () => false,
      ),
      over,
    ]);
  } finally {
    clearTimeout(timer);
  }
}

export function createReadiness(dependencies: ReadinessDependencies): Readiness {
  const { guestApi, oauth, platform, store, ring, clock, deploymentId } = dependencies;

  const probing = new Map<string, { at: number; outcome: Promise<boolean> }>();
  const probe = (name: string, work: () => Promise<unknown>) => {
    const last = probing.get(name);
    if (last !== undefined && clock.now() - last.at < PROBE_PAUSE_MS) return last.outcome;
    const outcome = within(PROBE_MS, work());
    probing.set(name, { at: clock.now(), outcome });
    return outcome;
  };

  const credentials = async (): Promise<HealthCheck> => {
    const name = "credentials";
    if (oauth === undefined || oauth.state() === "accepted") return { name, ok: true };
    if (await probe(name, () => oauth.token())) return { name, ok: true };
    const detail =
      oauth.state() === "refused" ? "refused by Genesys Cloud" : "not proved: Genesys Cloud did not answer";
    return { name, ok: false, detail };
  };

  /** Anybody's answer will do, a refusal too: the question is whether somebody is there. */
  const knock = async () => {
    const path = deploymentConfigPath(deploymentId);
    await platform
      .call(
        { host: "cdn", method: "GET", path, repeat: "repeatable", authorization: "none" },
        { deadlineAt: clock.now() + PROBE_MS },
      )
      .catch((error: unknown) => {
        if (asBrokerError(error).upstreamStatus === undefined) throw error;
      });
  };

  const reachable = async (): Promise<HealthCheck> => {
    const name = "platform";
    const { answeredAt, failedAt } = platform.reachability();
    if (answeredAt !== undefined && answeredAt >= (failedAt ?? 0)) return { name, ok: true };
    const failedJustNow = failedAt !== undefined && clock.now() - failedAt < PROBE_PAUSE_MS;
    if (!failedJustNow && (await probe(name, knock))) return { name, ok: true };
    return { name, ok: false, detail: "does not answer, or is out of order" };
  };

  const remembers = async (): Promise<HealthCheck> => {
    const name = "store";
    const ok = await within(PROBE_MS, store.ping());
    return ok ? { name, ok } : { name, ok, detail: "cannot be reached" };
  };

  const keys = (): HealthCheck => ({ name: "keys", ...ring.status() });

  return {
    async prove() {
      try {
        await guestApi.prove?.();
        await oauth?.token();
        return { ok: true };
      } catch (error) {
        return refusal(asBrokerError(error));
      }
    },
    async health() {
      const checks = [...(await Promise.all([credentials(), remembers(), reachable()])), keys()];
      return { ready: checks.every(({ ok }) => ok), checks };
    },
  };
}
