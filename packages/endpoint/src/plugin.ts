/**
 * The endpoint as a Fastify plugin: `fastify.register(guestpass, { broker, allowedOrigins, prefix: "/chat" })`. Its
 * hooks, error handling and content types stay within its own routes. With `{ config }` instead of a broker it makes the
 * broker itself, proves its credentials and closes it with the server.
 */
import type { FastifyInstance } from "fastify";
import fp from "fastify-plugin";
import type { Config } from "./config.js";
import { type BrokerGivenOptions, type GuestpassOptions, readOptions } from "./options.js";
import { startRunning } from "./running.js";
import { endpointScope } from "./scope.js";

/** @throws TypeError that names the option; ConfigError when a file of the configuration cannot be used. */
async function plugin(fastify: FastifyInstance, options: GuestpassOptions): Promise<void> {
  const given = "config" in options ? await runBehind(fastify, options.config) : options;
  const settings = readOptions({ ...given, ...(options.prefix !== undefined && { prefix: options.prefix }) });
  await fastify.register(async (scope) => endpointScope(scope, settings), { prefix: options.prefix ?? "" });
}

async function runBehind(fastify: FastifyInstance, config: Config): Promise<BrokerGivenOptions> {
  const refused = ({ reason, mend }: { reason: string; mend: string }): void =>
    fastify.log.error({ reason, mend }, "the platform refuses the credentials: sessions answer not_ready");
  const running = await startRunning(config, { log: fastify.log, stdout: process.stdout, onRefused: refused });
  for (const warning of config.warnings) fastify.log.warn(warning);
  fastify.addHook("onReady", async () => {
    // The server is not held up: until the proof is there, sessions answer `not_ready`.
    void running.readiness.prove().then((proof) => {
      if (!proof.ok && proof.refused) refused(proof);
    });
  });
  fastify.addHook("onClose", async () => running.close());
  return running.options;
}

export const guestpass = fp(plugin, { fastify: "5.x", name: "@guestpass/endpoint" });
