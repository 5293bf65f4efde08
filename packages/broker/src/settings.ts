/** The options as the rooms use them: checked once, in milliseconds, with every default in place. */
import type { BrokerOptions } from "./options.js";
import { type BrokerPorts, realPorts } from "./ports.js";

export interface Settings {
  readonly deploymentIds: readonly string[];
  readonly queueIds: readonly string[];
  readonly consentRequired: boolean;
  readonly binding: "preferred" | "required" | "off";
  readonly maxAgeMs: number;
  readonly refreshLeadSeconds: number;
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly tries: number;
  readonly guestQuota: number;
  readonly requiredScopes: readonly string[] | undefined;
  readonly verifyQueues: boolean;
  readonly ports: BrokerPorts;
}

const BINDINGS = ["preferred", "required", "off"] as const;

function positive(name: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  if (!Number.isFinite(value) || value <= 0) throw new TypeError(`${name} must be a number above 0`);
  return value;
}

function whole(name: string, value: number | undefined, fallback: number): number {
  const figure = positive(name, value, fallback);
  if (!Number.isSafeInteger(figure)) throw new TypeError(`${name} must be a whole number`);
  return figure;
}

function texts(name: string, value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.some((text) => typeof text !== "string" || text === ""))
    throw new TypeError(`${name} must be a list of texts`);
  return Object.freeze([...(value as string[])]);
}

/** TypeError that names the option. */
export function readSettings(options: BrokerOptions): Settings {
  const { platform, session } = options;
  const deploymentIds = texts("deploymentIds", options.deploymentIds);
  if (deploymentIds.length === 0) throw new TypeError("deploymentIds must name a deployment");
  if (typeof session.keys?.first !== "function") throw new TypeError("session.keys must be a key ring");
  const binding = session.binding ?? "preferred";
  if (!BINDINGS.includes(binding)) throw new TypeError(`session.binding must be one of ${BINDINGS.join(", ")}`);
  const lead = session.refreshLeadSeconds ?? 300;
  if (!Number.isFinite(lead) || lead < 0) throw new TypeError("session.refreshLeadSeconds must not be below 0");
  const ports = { ...realPorts, ...options.ports };
  return Object.freeze({
    deploymentIds,
    queueIds: texts("queueIds", options.queueIds ?? []),
    consentRequired: options.consentRequired ?? false,
    binding,
    maxAgeMs: whole("session.maxAgeSeconds", session.maxAgeSeconds, 86_400) * 1000,
    refreshLeadSeconds: lead,
    timeoutMs: positive("platform.timeoutSeconds", platform.timeoutSeconds, 5) * 1000,
    deadlineMs: positive("platform.deadlineSeconds", platform.deadlineSeconds, 15) * 1000,
    tries: whole("platform.tries", platform.tries, 3),
    guestQuota: whole("platform.guestQuota", platform.guestQuota, 100),
    requiredScopes:
      platform.requiredScopes === undefined ? undefined : texts("platform.requiredScopes", platform.requiredScopes),
    verifyQueues: platform.verifyQueues ?? false,
    ports: options.clock === undefined ? ports : { ...ports, clock: options.clock },
  });
}
