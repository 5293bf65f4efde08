/** Makes the broker that a configuration asks for: its keys, its store, secrets that follow their files. */
import {
  type AuditRecord,
  type Broker,
  type BrokerOptions,
  type ClientCredentials,
  createBroker,
  dynamodbStore,
  ephemeralKeyRing,
  fileKeyRing,
  type KeyRing,
  memoryStore,
  redisStore,
  type Store,
} from "@guestpass/broker";
import { optional } from "@guestpass/protocol";
import { type Config, ConfigError } from "./config.js";
import type { ClientPair, Secret } from "./environment.js";
import { secretFile } from "./secret-file.js";

export interface BrokerParts {
  readonly broker: Broker;
  readonly store: Store;
}

export interface Sinks {
  audit(record: AuditRecord): void;
  warn(message: string, detail?: object): void;
}

/** @throws ConfigError when the key file cannot be used, or the store's package is not there. */
export async function assembleBroker(config: Config, sinks: Sinks): Promise<BrokerParts> {
  const keys = await keyRingOf(config);
  const store = storeOf(config.store);
  await needPackage(store, config.store.kind);
  return { broker: createBroker(brokerOptions(config, keys, store, sinks)), store };
}

function brokerOptions(config: Config, keys: KeyRing, store: Store, sinks: Sinks): BrokerOptions {
  const learn = learner(config.secretValues);
  const { platform, identity, session, customSigning, challenge, webhook } = config;
  return {
    guestApi: config.guestApi,
    platform: {
      ...optional({ region: platform.region, baseUrl: platform.baseUrl }),
      ...(platform.requiredScopes && { requiredScopes: [...platform.requiredScopes] }),
      ...(platform.clients.length > 0 && { credentials: credentialsOf(platform.clients, learn) }),
      oauthPath: platform.oauthPath,
      timeoutSeconds: platform.timeoutSeconds,
      deadlineSeconds: platform.deadlineSeconds,
      guestQuota: platform.guestQuota,
    },
    deploymentIds: [...config.deploymentIds],
    queueIds: [...config.queueIds],
    identity: followed(identity, learn),
    minting: config.minting,
    consentRequired: config.consentRequired,
    session: {
      keys,
      maxAgeSeconds: session.maxAgeSeconds,
      binding: session.binding,
      refreshLeadSeconds: session.refreshLeadSeconds,
    },
    store,
    sinks,
    ...optional({
      challenge: challenge && { ...challenge, secret: follow(challenge.secret, learn) },
      webhook: webhook && followed(webhook, learn),
      customSigning: customSigning && {
        secret: follow(customSigning.secret, learn),
        ttlSeconds: customSigning.ttlSeconds,
      },
    }),
  };
}

async function keyRingOf({ session }: Config): Promise<KeyRing> {
  if (session.keysFile === undefined) return ephemeralKeyRing();
  try {
    return await fileKeyRing(session.keysFile);
  } catch (error) {
    const message = `names a file that is no key set (${(error as Error).message}): make one with \`guestpass keys new FILE\``;
    throw new ConfigError([{ name: "SESSION_KEYS_FILE", message }]);
  }
}

function storeOf(store: Config["store"]): Store {
  switch (store.kind) {
    case "redis":
      return redisStore({ url: store.url });
    case "dynamodb":
      return dynamodbStore({ table: store.table, ...optional({ endpoint: store.endpoint }) });
    case "memory":
      return memoryStore();
  }
}

/** A store that cannot be reached may come back; one whose package is not installed will not. */
async function needPackage(store: Store, kind: Config["store"]["kind"]): Promise<void> {
  if (kind === "memory") return;
  await store.ping().catch((error: unknown) => {
    if (!(error instanceof TypeError)) return;
    throw new ConfigError([
      { name: "STORE", message: `is ${kind}, but ${error.message}: install it beside this endpoint` },
    ]);
  });
}

/** Hears of a secret that came with a changed file. */
type Learn = (secret: string) => void;

/** Adds what is new to the secrets that no log may show. */
function learner(secrets: string[]): Learn {
  return (secret) => {
    if (!secrets.includes(secret)) secrets.push(secret);
  };
}

/** Asked again after a refusal: secrets in files may have been replaced. */
export function credentialsOf(pairs: readonly ClientPair[], learn?: Learn): () => Promise<ClientCredentials[]> {
  const readers = pairs.map((pair) => ({ id: reader(pair.clientId), secret: reader(pair.clientSecret, learn) }));
  return async () =>
    Promise.all(readers.map(async ({ id, secret }) => ({ clientId: await id(), clientSecret: await secret() })));
}

/** The same with a secret that follows its file, where it has one. */
function followed<T extends { readonly secret?: Secret }>({ secret, ...rest }: T, learn: Learn) {
  return { ...rest, ...optional({ secret: secret && follow(secret, learn) }) };
}

function follow(secret: Secret, learn?: Learn): string | (() => Promise<string>) {
  return secret.file === undefined ? secret.value : secretFile(secret.file, secret.value, optional({ learn }));
}

function reader(secret: Secret, learn?: Learn): () => Promise<string> {
  const followed = follow(secret, learn);
  return typeof followed === "string" ? async () => followed : followed;
}
