/**
 * What runs behind the routes by a configuration: the broker, the audit log, the proof of the credentials. The server
 * of its own and the plugin in somebody else's have the same.
 */
import type { Writable } from "node:stream";
import type { Broker, Proof } from "@guestpass/broker";
import type { FastifyBaseLogger } from "fastify";
import { assembleBroker } from "./assemble.js";
import { type AuditLog, openAuditLog } from "./audit-log.js";
import { type Config, ConfigError } from "./config.js";
import type { BrokerGivenOptions } from "./options.js";
import { createReadiness, type Readiness } from "./readiness.js";

export interface Running {
  readonly broker: Broker;
  readonly readiness: Readiness;
  /** The plugin's options that follow from the configuration. */
  readonly options: BrokerGivenOptions;
  /** Lets what is beside the answers end. */
  close(): Promise<void>;
}

export interface RunningPorts {
  log: FastifyBaseLogger;
  stdout: Writable;
  /** The platform was reached after the start and refused the credentials. */
  onRefused(proof: Proof & { ok: false }): void;
}

/** @throws ConfigError when a file that the configuration names cannot be used. */
export async function startRunning(config: Config, { log, stdout, onRefused }: RunningPorts): Promise<Running> {
  const audit = await openAudit(config, stdout, (message) => log.warn(message));
  const { broker, store } = await assembleBroker(config, {
    audit: (record) => audit.write(record),
    warn: (message, detail) => log.warn(loggable(detail), message),
  });
  const readiness = createReadiness({
    broker,
    onUnreachable: (reason, delayMs) => log.warn({ reason, nextTryMs: delayMs }, "the platform cannot be reached yet"),
    onSettled: (proof) => {
      if (proof.ok) log.info("the platform has been reached and the credentials are proved");
      else onRefused(proof);
    },
  });
  return {
    broker,
    readiness,
    options: {
      broker,
      allowedOrigins: config.allowedOrigins,
      requireOrigin: config.requireOrigin,
      rateLimit: config.rateLimit,
      store,
      isReady: () => readiness.ready,
      ...(config.publicUrl !== undefined && { publicUrl: config.publicUrl }),
      ...(config.embedDir !== undefined && { embedDir: config.embedDir }),
    },
    async close() {
      readiness.close();
      await broker.close();
      await audit.close();
    },
  };
}

/** The log knows an error by the name `err`, and by that alone. */
function loggable(detail: object | undefined): object {
  const { error, ...rest } = (detail ?? {}) as { error?: unknown };
  return error === undefined ? rest : { ...rest, err: error };
}

async function openAudit(config: Config, stdout: Writable, warn: (message: string) => void): Promise<AuditLog> {
  try {
    return await openAuditLog(config.auditLog, stdout, warn);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw new ConfigError([{ name: "AUDIT_LOG", message: `names a file that cannot be written (${code})` }]);
  }
}
