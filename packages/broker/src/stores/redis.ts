/** A store in Redis, shared by all who use the same one. ioredis is an optional dependency, loaded when it is needed. */
import type { Redis } from "ioredis";
import { steadyStore } from "./steady.js";
import type { GuestMapping, Store } from "./store.js";

/** A command that takes longer has failed, ms. */
const COMMAND_MS = 1500;
const CONNECT_MS = 1000;
/** A customer that was not seen for this long is forgotten, seconds. */
const GUEST_SECONDS = 400 * 86_400;

/** Writes if the value is what is expected. Answers 1, or 0 and what is there. */
const SWAP = `
local current = redis.call('GET', KEYS[1])
if (ARGV[1] == '1' and current == ARGV[2]) or (ARGV[1] == '0' and not current) then
  redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
  return {1}
end
return {0, current}
`;

export interface RedisStoreOptions {
  /** `redis://` or `rediss://`. */
  url: string;
  /** Before each key; `guestpass:`. */
  prefix?: string;
}

type SwapCommand = (...args: string[]) => Promise<[number, (string | null)?]>;

async function connect(url: string): Promise<Redis> {
  const { Redis: Client } = await import("ioredis").catch((cause: unknown) => {
    throw new TypeError("the Redis store needs the package ioredis", { cause });
  });
  const client = new Client(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    commandTimeout: COMMAND_MS,
    maxRetriesPerRequest: 1,
    retryStrategy: (times) => Math.min(100 * 2 ** times, 1000),
    // After a failover the old primary answers so: the name leads to the new one.
    reconnectOnError: ({ message }) => message.startsWith("READONLY"),
    scripts: { guestpassSwap: { lua: SWAP, numberOfKeys: 1 } },
  });
  // Each command says itself that it failed.
  client.on("error", () => undefined);
  return client;
}

/** Connects at the first use. TypeError for a URL that is none. */
export function redisStore({ url, prefix = "guestpass:" }: RedisStoreOptions): Store {
  if (!/^rediss?:\/\//.test(url) || !URL.canParse(url))
    throw new TypeError("the Redis URL must start with redis:// or rediss://");
  let connecting: Promise<Redis> | undefined;
  const client = () => {
    connecting ??= connect(url).catch((error: unknown) => {
      connecting = undefined;
      throw error;
    });
    return connecting;
  };
  const entry = (key: string) => `${prefix}${key}`;
  const guest = (customerHash: string) => `${prefix}guest:${customerHash}`;

  return steadyStore({
    shared: true,
    async read(key) {
      return (await (await client()).get(entry(key))) ?? undefined;
    },
    async swap(key, expected, next, ttlSeconds) {
      const redis = (await client()) as Redis & { guestpassSwap: SwapCommand };
      const ttlMs = String(Math.max(1, Math.ceil(ttlSeconds * 1000)));
      const known = expected === undefined ? "0" : "1";
      const [swapped, current] = await redis.guestpassSwap(entry(key), known, expected ?? "", next, ttlMs);
      return swapped === 1 ? { swapped: true } : { swapped: false, current: current ?? undefined };
    },
    async remove(key) {
      await (await client()).del(entry(key));
    },
    async readGuest(customerHash) {
      const fields = await (await client()).hgetall(guest(customerHash));
      const { genesys_guest_id: guestId, token = "", expires_at: expiresAt = "", updated_at: updatedAt = "" } = fields;
      return guestId === undefined ? undefined : { guestId, token, expiresAt, updatedAt };
    },
    async writeGuest(customerHash, { guestId, token, expiresAt, updatedAt }: GuestMapping) {
      const fields = { genesys_guest_id: guestId, token, expires_at: expiresAt, updated_at: updatedAt };
      const redis = await client();
      const key = guest(customerHash);
      const results = await redis.multi().hset(key, fields).expire(key, GUEST_SECONDS).exec();
      const failed = results?.find(([error]) => error !== null)?.[0];
      if (results === null || failed) throw failed ?? new Error("the guest was not written");
    },
    async ping() {
      await (await client()).ping();
    },
    async close() {
      const redis = await connecting?.catch(() => undefined);
      redis?.disconnect();
    },
  });
}
