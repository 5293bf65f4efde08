/** "Managing Genesys Cloud Web Messaging Guest Token Lifecycles with Python SDK", from its table to its last error. */
import { createHash } from "node:crypto";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { expect, onTestFinished, test } from "vitest";
import { dynamodbStore, ephemeralKeyRing, guestClient } from "../../src/index.js";
import { startDynamodb } from "../support/peers.js";
import { DEPLOYMENT, refusal, world } from "../support/world.js";

const USERS = "/api/v2/externalusers/guests";
const TOKENS = "/api/v2/externalusers/guests/token";
const HASH = createHash("sha256").update("CRM-987654").digest("hex");

test("2-guest-token-lifecycle: mapping, guest, sliding token, rotation, over two processes", async () => {
  const dynamodb = await startDynamodb("GenesysGuestSessions");
  onTestFinished(() => dynamodb.close());
  const here = await world({}, { clients: [{ id: "second", secret: "second-secret" }] });
  onTestFinished(() => here.close());
  const keys = ephemeralKeyRing();
  const open = () =>
    guestClient({
      guestApi: "external-users",
      platform: {
        baseUrl: here.simulator.url,
        credentials: [
          { clientId: "first", clientSecret: "rotated away" },
          { clientId: "second", clientSecret: "second-secret" },
        ],
      },
      store: dynamodbStore({ endpoint: dynamodb.url, clock: here.clock }),
      keys,
      ports: { clock: here.clock, sleep: here.clock.sleep, random: () => 0.5 },
    });
  const guests = open();
  onTestFinished(() => guests.close());
  const wish = { deploymentId: DEPLOYMENT, customerId: "CRM-987654" };

  // Steps 2 and 4: the first pair is refused, the second makes the guest; the customer is its hash, nowhere its id.
  const guest = await guests.create(wish);
  expect(here.calls("/oauth/token").map(({ status }) => status)).toEqual([400, 200]);
  expect(here.calls(USERS).map(({ body }) => body)).toEqual([
    {
      name: `crm_guest_${HASH.slice(0, 12)}`,
      email: `guest_${HASH.slice(0, 8)}@internal.corp`,
      customAttributes: { source_system: "crm_integration", crm_id_hash: HASH },
    },
  ]);
  expect(here.calls(TOKENS)[0]?.body).toEqual({ externalUserId: guest.guestId });

  // Step 1: the mapping, under the document's names; the token in it is sealed.
  const item = await itemOf(dynamodb.url);
  expect(item).toMatchObject({
    crm_id_hash: { S: HASH },
    genesys_guest_id: { S: guest.guestId },
    expires_at: { S: guest.expiresAt },
    updated_at: { S: expect.stringMatching(/Z$/) as string },
  });
  expect(item?.["token"]?.S).not.toBe(guest.token);
  expect(JSON.stringify([item, here.simulator.requests()])).not.toContain("CRM-987654");

  // Step 3: the same token while it lives for five minutes more, over another channel too; then the next one.
  const elsewhere = open();
  onTestFinished(() => elsewhere.close());
  here.pass(3250);
  expect((await elsewhere.create(wish)).token).toBe(guest.token);
  here.pass(60);
  const later = await elsewhere.create(wish);
  expect(later.guestId).toBe(guest.guestId);
  expect(later.token).not.toBe(guest.token);
  expect(here.calls(USERS)).toHaveLength(1);

  // Step 4 again: the pair that worked last goes first, and neither a 403 nor a 429 turns it.
  const asked = here.calls("/oauth/token").length;
  here.simulator.fault({ path: TOKENS, status: 401, times: 1 });
  here.pass(3400);
  await elsewhere.renew(later);
  const after = here
    .calls("/oauth/token")
    .slice(asked)
    .map(({ status }) => status);
  expect(after).toEqual([400, 200]);
  here.simulator.fault({ path: TOKENS, status: 403, times: 1 });
  expect((await refusal(elsewhere.renew(later))).code).toBe("upstream_forbidden");
  here.simulator.fault({ path: TOKENS, status: 429, headers: { "retry-after": "1" }, times: 1 });
  await elsewhere.renew(later);
  expect(here.calls("/oauth/token")).toHaveLength(asked + 2);
});

async function itemOf(endpoint: string) {
  const client = new DynamoDBClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  const Key = { crm_id_hash: { S: HASH } };
  const { Item } = await client.send(new GetItemCommand({ TableName: "GenesysGuestSessions", Key }));
  client.destroy();
  return Item;
}
