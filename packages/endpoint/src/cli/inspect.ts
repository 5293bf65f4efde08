/** The single checks of `guestpass check`, in the order in which one thing needs another. */
import { statSync } from "node:fs";
import type { Broker, HealthCheck } from "@guestpass/broker";
import { assembleBroker } from "../assemble.js";
import type { Config } from "../config.js";
import { readEmbedFiles } from "../embed-files.js";
import { EMBED_DIR } from "../options.js";
import type { Finding } from "./finding.js";
import { inspectClock, inspectNetwork, PATIENCE_MS } from "./inspect-network.js";
import { inspectPlatform } from "./inspect-platform.js";

/** Anybody on the machine may read it. */
const OTHERS_READ = 0o004;

/** @throws ConfigError when a file that the configuration names cannot be used. */
export async function* inspect(config: Config, issue: boolean): AsyncGenerator<Finding> {
  // The session that is tried is nobody's: no webhook is told of it.
  const { webhook: _untold, ...quiet } = config;
  const { broker } = await assembleBroker(quiet, { audit: () => undefined, warn: () => undefined });
  try {
    yield checkKeys(config);
    yield* inspectNetwork(config);
    yield await inspectClock(config);
    yield* inspectPlatform(broker, config, issue);
    yield await checkStore(broker, config);
    yield await checkChallenge(broker, config);
    if (config.identity.jwksUrl !== undefined) yield await checkKeySet(config.identity.jwksUrl);
    yield await checkEmbed(config);
  } finally {
    await broker.close();
  }
}

/** The file has been read by then: it is a key set. */
function checkKeys({ session: { keysFile } }: Config): Finding {
  const name = "keys";
  const variable = "SESSION_KEYS_FILE";
  if (keysFile === undefined) return { name, status: "skipped", detail: "no key file: a restart ends all sessions" };
  if ((statSync(keysFile).mode & OTHERS_READ) === 0) return { name, status: "ok", detail: "the key file can be used" };
  const detail = "the key file can be read by everybody on this machine";
  return { name, status: "warning", detail, mend: "chmod 600, for the endpoint's user alone", variable };
}

async function checkStore(broker: Broker, config: Config): Promise<Finding> {
  const { checks } = await broker.health();
  const store = checks.find((one: HealthCheck) => one.name === "store");
  const name = "store";
  if (store && !store.ok)
    return { name, status: "fault", detail: store.detail ?? "does not answer", mend: storeMend(config.store.kind) };
  return { name, status: "ok", detail: config.store.kind };
}

function storeMend(kind: Config["store"]["kind"]): string {
  return kind === "dynamodb" ? "check DYNAMODB_TABLE, DYNAMODB_ENDPOINT and the role's rights" : "check REDIS_URL";
}

async function checkChallenge(broker: Broker, { challenge }: Config): Promise<Finding> {
  const name = "challenge";
  if (!challenge) return { name, status: "skipped", detail: "none is configured" };
  const proof = await broker.proveChallenge();
  if (proof.ok) return { name, status: "ok", detail: `${challenge.provider} takes CHALLENGE_SECRET` };
  const variable = proof.refused ? "CHALLENGE_SECRET" : "CHALLENGE_VERIFY_URL";
  return { name, status: "fault", detail: proof.reason, mend: proof.mend, variable };
}

async function checkKeySet(url: string): Promise<Finding> {
  const name = "identity";
  const mend = "check IDENTITY_JWKS_URL";
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const { keys } = (await response.json()) as { keys?: unknown };
    if (response.ok && Array.isArray(keys) && keys.length > 0)
      return { name, status: "ok", detail: `${keys.length} keys at IDENTITY_JWKS_URL` };
    return { name, status: "fault", detail: `IDENTITY_JWKS_URL answers ${response.status} without keys`, mend };
  } catch {
    return { name, status: "fault", detail: "IDENTITY_JWKS_URL cannot be reached", mend };
  }
}

async function checkEmbed({ embedDir = EMBED_DIR }: Config): Promise<Finding> {
  const name = "embed";
  const files = await readEmbedFiles(embedDir);
  if (files.find("guestpass.js"))
    return { name, status: "ok", detail: `/embed/guestpass.js is version ${files.version}` };
  const mend = "build it, or set EMBED_DIR, if pages are to load it from here";
  return { name, status: "warning", detail: "there is no script-tag build to serve", mend };
}
