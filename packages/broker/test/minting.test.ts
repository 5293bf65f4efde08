import { createHash } from "node:crypto";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { type AuditRecord, memoryStore, redisStore, type Store } from "../src/index.js";
import type { Facts } from "../src/observe/facts.js";
import { createMinting } from "../src/observe/minting.js";
import { networkOf } from "../src/observe/network.js";
import { openLink } from "./support/link.js";
import { startRedis } from "./support/peers.js";
import { context, DEPLOYMENT, ORIGIN, TestClock, type World, world } from "./support/world.js";

let here: World | undefined;
afterEach(async () => {
  await here?.close();
  here = undefined;
});

const hashOf = (id: string) => createHash("sha256").update(id).digest("hex");
const noticed = (records: readonly AuditRecord[]) => records.filter(({ action }) => action === "NOTICED");

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["::ffff:c000:207", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:0DB8:1:2::1", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["nowhere", undefined],
  [undefined, undefined],
])("the network of %s is %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});

describe("unusual minting is noticed", () => {
  const start = (over: { customerId?: string; address?: string; origin?: string } = {}) =>
    here?.broker.startSession(
      { deploymentId: DEPLOYMENT, ...(over.customerId && { customerId: over.customerId }) },
      context({ ...(over.address && { address: over.address }), ...(over.origin && { origin: over.origin }) }),
    );
  const open = async (minting: object) => {
    here = await world({ guestApi: "web-messaging", identity: { mode: "unverified" }, minting });
    return here;
  };

  test("by customer, hashed, once in a window, in the audit, in a hook and in the counters", async () => {
    const heard: AuditRecord[] = [];
    here = await world({
      guestApi: "web-messaging",
      identity: { mode: "unverified" },
      minting: { perCustomer: 3, windowSeconds: 60 },
      hooks: { onUnusualMinting: (record) => heard.push(record) },
    });
    for (let turn = 0; turn < 3; turn += 1) await start({ customerId: "CUST-8842" });
    await start({ customerId: "CUST-1" });
    await vi.waitFor(() => expect(here?.audit).toHaveLength(4));
    expect(noticed(here.audit)).toEqual([]);
    for (let turn = 0; turn < 3; turn += 1) await start({ customerId: "CUST-8842" });
    await vi.waitFor(() => expect(here?.audit).toHaveLength(8));
    const [record] = noticed(here.audit);
    expect(record).toMatchObject({
      eventType: "UNUSUAL_MINTING",
      operation: "start",
      origin: ORIGIN,
      deploymentId: DEPLOYMENT,
      identified: true,
      externalId: hashOf("CUST-8842"),
      sessionId: null,
      tokenHash: null,
      minting: { by: "customer", subject: hashOf("CUST-8842"), count: 4, threshold: 3, windowSeconds: 60 },
    });
    expect(heard).toEqual([record]);
    expect(JSON.stringify(here.audit)).not.toContain("CUST-8842");
    expect(here.broker.stats().minting).toEqual({
      customer: { noticed: 1, above: 1 },
      origin: { noticed: 0, above: 0 },
      network: { noticed: 0, above: 0 },
    });
    // Later again, where it goes on; and it is over where it does not.
    here.pass(60);
    for (let turn = 0; turn < 4; turn += 1) await start({ customerId: "CUST-8842" });
    await vi.waitFor(() => expect(here?.broker.stats().minting.customer).toEqual({ noticed: 2, above: 1 }));
    here.pass(61);
    expect(here.broker.stats().minting.customer).toEqual({ noticed: 2, above: 0 });
  });

  test("by network, of IPv6 by its /64, and by origin", async () => {
    const { audit } = await open({ perNetwork: 3, perOrigin: 5 });
    for (let host = 1; host <= 4; host += 1) await start({ address: `2001:db8:1:2::${host}` });
    for (let host = 1; host <= 2; host += 1) await start({ address: `192.0.2.${host}` });
    await start({ address: "192.0.2.1", origin: "https://other.example" });
    await vi.waitFor(() => expect(audit).toHaveLength(9));
    expect(noticed(audit).map(({ minting }) => [minting?.by, minting?.subject, minting?.count])).toEqual([
      ["network", "2001:db8:1:2::/64", 4],
      ["origin", ORIGIN, 6],
    ]);
  });

  test("slowly too: the window slides, and forgets nobody at its edge", async () => {
    const { audit } = await open({ perNetwork: 5, windowSeconds: 120 });
    // One every half minute is four to five in each window; one every twenty seconds is more than five.
    for (let turn = 0; turn < 12; turn += 1) {
      await start({ address: "192.0.2.1" });
      here?.pass(30);
    }
    await vi.waitFor(() => expect(audit).toHaveLength(12));
    expect(noticed(audit)).toEqual([]);
    for (let turn = 0; turn < 7; turn += 1) {
      await start({ address: "192.0.2.1" });
      here?.pass(18);
    }
    await vi.waitFor(() => expect(noticed(audit)).toHaveLength(1));
  });

  test("not where it is switched off, and not of refused starts, refreshes or anonymous visitors as customers", async () => {
    const { broker, audit } = await open({ perNetwork: 0, perOrigin: 3, perCustomer: 1 });
    const session = await start({ address: "192.0.2.1" });
    await start({ address: "192.0.2.1" });
    await start({ address: "192.0.2.1" });
    for (let turn = 0; turn < 5; turn += 1)
      await broker.startSession({ deploymentId: "other" }, context()).catch(() => 0);
    await broker.refreshSession(session?.session.handle ?? "", {}, context());
    await vi.waitFor(() => expect(audit).toHaveLength(9));
    expect(noticed(audit)).toEqual([]);
  });

  test("with options that are figures", () => {
    for (const minting of [{ perCustomer: -1 }, { perNetwork: 1.5 }, { windowSeconds: 1 }]) {
      const [name = ""] = Object.keys(minting);
      const parts = { store: memoryStore(), clock: new TestClock(), notice: () => undefined };
      expect(() => createMinting(minting, parts)).toThrow(`minting.${name}`);
    }
  });
});

describe("counts of minting", () => {
  const set = (store: Store, most: number) => {
    const heard: number[] = [];
    const clock = new TestClock();
    const minting = createMinting({ perNetwork: most }, { store, clock, notice: ({ count }) => heard.push(count) });
    const saw = (network: string, times = 1) => {
      const facts: Facts = { operation: "start", requestId: "r", origin: ORIGIN, startedAt: clock.now() };
      for (let turn = 0; turn < times; turn += 1) minting.saw({ network }, facts);
    };
    return { minting, saw, heard };
  };

  test("are bounded: who was not seen for longest is forgotten first", () => {
    const { saw, heard } = set(memoryStore(), 3);
    saw("first", 3);
    saw("second", 3);
    for (let other = 0; other < 9_999; other += 1) saw(`other ${other}`);
    saw("second");
    expect(heard).toEqual([4]);
    saw("first", 3);
    expect(heard).toEqual([4]);
    saw("first");
    expect(heard).toEqual([4, 4]);
  });

  test("agree over a shared Redis, are spoken of once, and survive a lost answer and an outage", async () => {
    const redis = await startRedis();
    const link = await openLink(redis.port);
    const stores = [redisStore({ url: link.url }), redisStore({ url: redis.url })];
    onTestFinished(async () => {
      for (const store of stores) await store.close();
      await link.close();
      await redis.close();
    });
    const [one, two] = stores.map((store) => set(store, 5));
    if (one === undefined || two === undefined) throw new Error("two instances");
    // Connected, and the script is known: the answer that is lost is the count's own.
    for (const store of stores) await store.swap("any", undefined, "any", 60);
    one.saw("192.0.2.1", 3);
    link.loseAnswer();
    await one.minting.close();
    expect(link.lost()).toBe(1);
    two.saw("192.0.2.1", 2);
    await two.minting.close();
    expect([one.heard, two.heard]).toEqual([[], []]);
    two.saw("192.0.2.1");
    await two.minting.close();
    expect([one.heard, two.heard]).toEqual([[], [6]]);
    one.saw("192.0.2.1");
    await one.minting.close();
    expect([one.heard, two.heard]).toEqual([[], [6]]);
    expect([one, two].map(({ minting }) => minting.read().network)).toEqual([
      { noticed: 0, above: 1 },
      { noticed: 1, above: 1 },
    ]);

    await redis.close();
    one.saw("192.0.2.9", 6);
    await one.minting.close();
    expect(one.heard).toEqual([6]);
  });
});
