/** Makes the record of what happened and hands it on: to the sink, the hooks, the webhook. Never before the answer. */
import { createHash } from "node:crypto";
import type { BrokerError } from "../errors.js";
import { isoInstant } from "../instant.js";
import type { BrokerHooks } from "../options.js";
import type { Clock } from "../ports.js";
import type { AuditAction, AuditRecord, MintingFacts } from "./audit-record.js";
import type { Beside } from "./beside.js";
import type { Facts } from "./facts.js";
import type { Metrics } from "./metrics.js";

/** Hex digits of a token's SHA-256 that a record shows. */
const TOKEN_HASH_DIGITS = 16;

export interface Audit {
  succeeded(facts: Facts): void;
  failed(facts: Facts, error: BrokerError): void;
  /** More sessions were started than is usual; `last` is the start that was seen last. */
  noticed(minting: MintingFacts, last: Facts): void;
}

export interface AuditDependencies {
  guestApi: string;
  clock: Clock;
  metrics: Metrics;
  beside: Beside;
  sink?: ((record: AuditRecord) => void) | undefined;
  hooks: BrokerHooks;
  /** Issuances and renewals go there. */
  publish?: ((record: AuditRecord) => void) | undefined;
}

function action(facts: Facts, error: BrokerError | undefined): AuditAction {
  if (error !== undefined) return "FAILED";
  return facts.operation === "start" ? "ISSUED" : facts.operation === "refresh" ? "RENEWED" : "ENDED";
}

function eventType(facts: Facts, guestApi: string): AuditRecord["eventType"] {
  if (facts.operation === "end") return "GUEST_SESSION_ENDED";
  return guestApi === "webmessaging-guests" ? "WEBMESSAGING_GUEST_AUTHENTICATED" : "GUEST_TOKEN_PROVISIONED";
}

/** Where the customer's id is the guest's id (`guest-tokens`), only its hash is on record. */
function guestIdOnRecord({ guestId, identity }: Facts): string | null {
  if (guestId === undefined) return null;
  return identity?.known === true && guestId === identity.externalId ? identity.hash : guestId;
}

export function createAudit(dependencies: AuditDependencies): Audit {
  const { guestApi, clock, metrics, beside, sink, hooks, publish } = dependencies;

  const recordOf = (facts: Facts, latencyMs: number, error?: BrokerError): AuditRecord => {
    const { identity, deploymentId = null } = facts;
    const record: AuditRecord = {
      eventType: eventType(facts, guestApi),
      action: action(facts, error),
      operation: facts.operation,
      timestamp: isoInstant(clock.now()),
      requestId: facts.requestId,
      guestApi,
      origin: facts.origin,
      deploymentId,
      sessionId: facts.sessionId ?? null,
      guestId: guestIdOnRecord(facts),
      externalId: identity === undefined ? null : identity.known ? identity.hash : identity.externalId,
      identified: identity?.known ?? false,
      consentTimestamp: facts.consentTimestamp ?? null,
      captchaProvider: facts.captchaProvider ?? null,
      attributesCount: facts.attributesCount ?? 0,
      latencyMs: Math.round(latencyMs),
      successRate: metrics.successRate(),
      tokenHash:
        facts.token === undefined
          ? null
          : createHash("sha256").update(facts.token).digest("hex").slice(0, TOKEN_HASH_DIGITS),
    };
    if (deploymentId !== null && guestApi === "webmessaging-guests") record.channelId = deploymentId;
    if (deploymentId !== null && guestApi === "guest-tokens") record.webchatId = deploymentId;
    if (error !== undefined) record.code = error.code;
    if (error?.upstreamStatus !== undefined) record.upstreamStatus = error.upstreamStatus;
    return record;
  };

  const hookOf: Partial<Record<AuditAction, ((record: AuditRecord) => unknown) | undefined>> = {
    ISSUED: hooks.onIssued,
    RENEWED: hooks.onRenewed,
    FAILED: hooks.onFailed,
    NOTICED: hooks.onUnusualMinting,
  };

  /** The record is made when the first of them asks for it: after the answer. */
  const handOn = (does: AuditAction, make: () => AuditRecord) => {
    let made: AuditRecord | undefined;
    const record = () => {
      made ??= make();
      return made;
    };
    if (sink !== undefined) beside.run("the audit sink", () => sink(record()));
    const hook = hookOf[does];
    if (hook !== undefined) beside.run("a hook", () => hook.call(hooks, { ...record() }));
    if (publish !== undefined && (does === "ISSUED" || does === "RENEWED"))
      beside.run("the webhook", () => publish(record()));
  };

  return {
    succeeded(facts) {
      const latencyMs = Math.max(0, clock.now() - facts.startedAt);
      metrics.succeeded(facts.operation, latencyMs);
      handOn(action(facts, undefined), () => recordOf(facts, latencyMs));
    },
    failed(facts, error) {
      const latencyMs = Math.max(0, clock.now() - facts.startedAt);
      metrics.failed(facts.operation, error.code);
      handOn(action(facts, error), () => recordOf(facts, latencyMs, error));
    },
    noticed(minting, last) {
      const record: AuditRecord = { ...recordOf(last, 0), eventType: "UNUSUAL_MINTING", action: "NOTICED", minting };
      handOn("NOTICED", () => record);
    },
  };
}
