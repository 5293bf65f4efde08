/** The deployments' public configuration, kept for a few minutes. A platform that does not answer costs a second at most. */
import { deploymentConfigPath, type Json } from "@guestpass/protocol";
import type { Clock } from "../ports.js";
import type { Platform } from "./platform.js";

/** As long as the page may keep it. */
const FRESH_MS = 300_000;
/** After a failure nobody is asked again for this long. */
const PAUSE_MS = 10_000;
const DEADLINE_MS = 5000;

export interface DeploymentConfigs {
  /** The configuration, an older one while the platform does not answer, or null; after `waitMs` at the latest. */
  get(deploymentId: string, waitMs: number): Promise<Json | null>;
}

interface Held {
  config: Json | null;
  askAgainAt: number;
  flight?: Promise<void>;
}

/** Only allow-listed deployments may be asked for here: that is what bounds it. */
export function createDeploymentConfigs(platform: Platform, clock: Clock): DeploymentConfigs {
  const held = new Map<string, Held>();

  const ask = async (deploymentId: string, entry: Held) => {
    const path = deploymentConfigPath(deploymentId);
    const scope = { deadlineAt: clock.now() + DEADLINE_MS };
    try {
      const { body } = await platform.call(
        { host: "cdn", method: "GET", path, repeat: "repeatable", authorization: "none" },
        scope,
      );
      if (typeof body !== "object" || body === null || Array.isArray(body)) throw new TypeError("no configuration");
      entry.config = body as Json;
      entry.askAgainAt = clock.now() + FRESH_MS;
    } catch {
      entry.askAgainAt = clock.now() + PAUSE_MS;
    } finally {
      delete entry.flight;
    }
  };

  return {
    async get(deploymentId, waitMs) {
      let entry = held.get(deploymentId);
      if (entry === undefined) {
        entry = { config: null, askAgainAt: 0 };
        held.set(deploymentId, entry);
      }
      if (clock.now() >= entry.askAgainAt) entry.flight ??= ask(deploymentId, entry);
      // An older one is shown while the new one is on its way.
      if (entry.config === null && entry.flight !== undefined) await atMost(entry.flight, waitMs);
      return entry.config;
    },
  };
}

async function atMost(flight: Promise<void>, waitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, waitMs);
  });
  await Promise.race([flight, over]);
  clearTimeout(timer);
}
