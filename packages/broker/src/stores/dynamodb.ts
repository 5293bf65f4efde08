/**
 * A store in a DynamoDB table with the partition key `crm_id_hash` (document 2). A customer's guest is an item under the
 * customer's hash, as the document has it; everything else lies under `entry#<key>` with its own end. The AWS SDK is an
 * optional dependency, loaded when it is needed.
 */

import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { num, record, str } from "@guestpass/protocol";
import { type Clock, realPorts } from "../ports.js";
import { steadyStore } from "./steady.js";
import type { Store } from "./store.js";

const TABLE = "GenesysGuestSessions";
const KEY = "crm_id_hash";
/** A customer that was not seen for this long is forgotten, seconds. */
const GUEST_SECONDS = 400 * 86_400;
const REQUEST_MS = 1500;
const CONNECT_MS = 1000;

export interface DynamodbStoreOptions {
  /** `GenesysGuestSessions`. */
  table?: string;
  /** Another endpoint than the region's. */
  endpoint?: string;
  /** Default: the AWS SDK's own search. */
  region?: string;
  clock?: Clock;
}

type Sdk = typeof import("@aws-sdk/lib-dynamodb");

interface Connected {
  sdk: Sdk;
  client: DynamoDBDocumentClient;
}

/** A DynamoDB on this machine wants some credentials and some region, and looks at neither. */
function localDefaults(endpoint: string | undefined) {
  if (endpoint === undefined || !["localhost", "127.0.0.1", "[::1]"].includes(new URL(endpoint).hostname)) return {};
  const { AWS_ACCESS_KEY_ID, AWS_PROFILE, AWS_REGION } = process.env;
  return {
    ...(AWS_REGION === undefined ? { region: "us-east-1" } : {}),
    ...(AWS_ACCESS_KEY_ID === undefined && AWS_PROFILE === undefined
      ? { credentials: { accessKeyId: "local", secretAccessKey: "local" } }
      : {}),
  };
}

async function connect({ endpoint, region }: DynamodbStoreOptions): Promise<Connected> {
  const missing = (cause: unknown) => {
    throw new TypeError("the DynamoDB store needs the packages @aws-sdk/client-dynamodb and @aws-sdk/lib-dynamodb", {
      cause,
    });
  };
  const [{ DynamoDBClient }, sdk] = await Promise.all([
    import("@aws-sdk/client-dynamodb").catch(missing),
    import("@aws-sdk/lib-dynamodb").catch(missing),
  ]);
  const base = new DynamoDBClient({
    maxAttempts: 2,
    requestHandler: { requestTimeout: REQUEST_MS, connectionTimeout: CONNECT_MS, throwOnRequestTimeout: true },
    ...localDefaults(endpoint),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
  });
  return { sdk, client: sdk.DynamoDBDocumentClient.from(base) };
}

function isConditionFailure(error: unknown): boolean {
  return record(error)["name"] === "ConditionalCheckFailedException";
}

/** Connects at the first use. The table must exist; a TTL on its attribute `ttl` sweeps it. */
export function dynamodbStore(options: DynamodbStoreOptions = {}): Store {
  const { table: TableName = TABLE, endpoint, clock = realPorts.clock } = options;
  if (endpoint !== undefined && !URL.canParse(endpoint)) throw new TypeError("the DynamoDB endpoint is not a URL");
  let connecting: Promise<Connected> | undefined;
  const connected = () => {
    connecting ??= connect(options).catch((error: unknown) => {
      connecting = undefined;
      throw error;
    });
    return connecting;
  };

  const get = async (key: string) => {
    const { sdk, client } = await connected();
    const { Item } = await client.send(new sdk.GetCommand({ TableName, Key: { [KEY]: key }, ConsistentRead: true }));
    return Item === undefined ? undefined : record(Item);
  };
  /** Items are swept hours after their end: until then the end itself is looked at. */
  const live = async (key: string) => {
    const item = await get(`entry#${key}`);
    return item !== undefined && (num(item["ends_at"]) ?? 0) > clock.now() ? str(item["value"]) : undefined;
  };

  return steadyStore({
    shared: true,
    read: live,
    async swap(key, expected, next, ttlSeconds) {
      const { sdk, client } = await connected();
      const now = clock.now();
      const endsAt = now + ttlSeconds * 1000;
      const Item = { [KEY]: `entry#${key}`, value: next, ends_at: endsAt, ttl: Math.ceil(endsAt / 1000) };
      const condition =
        expected === undefined
          ? {
              ConditionExpression: "attribute_not_exists(#key) OR #end <= :now",
              ExpressionAttributeNames: { "#key": KEY, "#end": "ends_at" },
            }
          : {
              ConditionExpression: "#value = :expected AND #end > :now",
              ExpressionAttributeNames: { "#value": "value", "#end": "ends_at" },
            };
      const values = { ":now": now, ...(expected === undefined ? {} : { ":expected": expected }) };
      try {
        await client.send(new sdk.PutCommand({ TableName, Item, ...condition, ExpressionAttributeValues: values }));
        return { swapped: true };
      } catch (error) {
        if (!isConditionFailure(error)) throw error;
        return { swapped: false, current: await live(key) };
      }
    },
    async remove(key) {
      const { sdk, client } = await connected();
      await client.send(new sdk.DeleteCommand({ TableName, Key: { [KEY]: `entry#${key}` } }));
    },
    async readGuest(customerHash) {
      const item = await get(customerHash);
      const guestId = str(item?.["genesys_guest_id"]);
      if (guestId === undefined) return undefined;
      return {
        guestId,
        token: str(item?.["token"]) ?? "",
        expiresAt: str(item?.["expires_at"]) ?? "",
        updatedAt: str(item?.["updated_at"]) ?? "",
      };
    },
    async writeGuest(customerHash, { guestId, token, expiresAt, updatedAt }) {
      const { sdk, client } = await connected();
      const Item = {
        [KEY]: customerHash,
        genesys_guest_id: guestId,
        token,
        expires_at: expiresAt,
        updated_at: updatedAt,
        ttl: Math.ceil(clock.now() / 1000) + GUEST_SECONDS,
      };
      await client.send(new sdk.PutCommand({ TableName, Item }));
    },
    async ping() {
      await get("entry#ping");
    },
    async close() {
      const { client } = (await connecting?.catch(() => undefined)) ?? {};
      client?.destroy();
    },
  });
}
