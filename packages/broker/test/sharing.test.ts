import { afterEach, describe, expect, test } from "vitest";
import { context, DEPLOYMENT, ORIGIN, QUEUE, type World, type WorldOptions, world } from "./support/world.js";

const PATH = "/api/v2/guest-tokens";
let here: World;
afterEach(() => here.close());

const believing = (over: WorldOptions = {}) => world({ identity: { mode: "unverified" }, ...over });
const start = (customerId?: string, over: object = {}, origin = ORIGIN) =>
  here.broker.startSession(
    { deploymentId: DEPLOYMENT, ...(customerId && { customerId }), ...over },
    context({ origin }),
  );

describe("identical requests of one known customer", () => {
  test("at the same time are one creation, with sessions of their own", async () => {
    here = await believing();
    const sessions = await Promise.all(Array.from({ length: 10 }, () => start("CUST-1")));
    expect(here.calls(PATH)).toHaveLength(1);
    expect(new Set(sessions.map(({ token }) => token)).size).toBe(1);
    expect(new Set(sessions.map(({ sessionId }) => sessionId)).size).toBe(10);
    expect(here.broker.stats().shared).toBe(9);
  });

  test("share an answer for 5 s and no longer", async () => {
    here = await believing();
    const first = await start("CUST-1");
    here.pass(4.9);
    expect((await start("CUST-1")).token).toBe(first.token);
    here.pass(0.2);
    expect((await start("CUST-1")).token).not.toBe(first.token);
    expect(here.calls(PATH)).toHaveLength(2);
  });

  test("that differ in anything the platform or the page sees share nothing", async () => {
    here = await believing({
      guestApi: "webchat-instances",
      queueIds: [QUEUE, "b0b0c3d4-e5f6-4890-abcd-ef1234567890"],
    });
    const queueId = QUEUE;
    const consent = { accepted: true, timestamp: "2026-11-21T10:00:00Z" };
    const sessions = [
      await start("CUST-1", { queueId }),
      await start("CUST-2", { queueId }),
      await start("CUST-1", { queueId: "b0b0c3d4-e5f6-4890-abcd-ef1234567890" }),
      await start("CUST-1", { queueId, language: "de" }),
      await start("CUST-1", { queueId, attributes: { a: "1" } }),
      await start("CUST-1", { queueId, consent }),
      await start("CUST-1", { queueId }, "https://other.example"),
    ];
    expect(new Set(sessions.map(({ token }) => token)).size).toBe(sessions.length);
    const same = await start("CUST-1", { queueId });
    expect(same.token).toBe(sessions[0]?.token);
  });

  test("that failed are forgotten at once", async () => {
    here = await believing();
    here.simulator.fault({ path: PATH, status: 400, times: 1 });
    const outcomes = await Promise.allSettled([start("CUST-1"), start("CUST-1")]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await start("CUST-1");
    expect(here.calls(PATH)).toHaveLength(2);
  });

  test("share a refresh too", async () => {
    here = await believing();
    const [a, b] = await Promise.all([start("CUST-1"), start("CUST-1")]);
    const refreshed = await Promise.all(
      [a, b].map((one) => here.broker.refreshSession(one?.session.handle ?? "", {}, context())),
    );
    expect(here.calls(PATH)).toHaveLength(2);
    expect(refreshed[0]?.token).toBe(refreshed[1]?.token);
    expect(refreshed[0]?.sessionId).not.toBe(refreshed[1]?.sessionId);
  });

  test("start afresh after the customer has ended a session", async () => {
    here = await believing();
    const first = await start("CUST-1");
    await here.broker.endSession(first.session.handle, context());
    expect((await start("CUST-1")).token).not.toBe(first.token);
  });
});

test("two anonymous visitors never share", async () => {
  here = await world();
  const sessions = await Promise.all([start(), start(), start()]);
  expect(new Set(sessions.map(({ token }) => token)).size).toBe(3);
  expect(here.calls(PATH)).toHaveLength(3);
  expect(here.broker.stats().shared).toBe(0);
});

test("a hook hears of each shared answer that is kept no longer, with its key and token", async () => {
  const heard: [string, string][] = [];
  here = await believing({ hooks: { onCacheInvalidated: (key, token) => heard.push([key, token]) } });
  const first = await start("CUST-1");
  here.pass(6);
  const second = await start("CUST-1");
  await here.broker.endSession(second.session.handle, context());
  await here.broker.close();
  expect(heard.map(([, token]) => token)).toEqual([first.token, second.token]);
  expect(heard[0]?.[0]).toBe(heard[1]?.[0]);
  expect(heard[0]?.[0]).not.toContain("CUST-1");
});
