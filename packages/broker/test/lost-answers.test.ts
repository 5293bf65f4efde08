/** A Redis that did what it was told, and whose answer was lost on the way: nobody may be taken for a thief over it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { redisStore, type Store } from "../src/index.js";
import { claim } from "../src/stores/store.js";
import { type Link, openLink } from "./support/link.js";
import { pageKey, REFRESH_URL, START_URL } from "./support/page-key.js";
import { startRedis } from "./support/peers.js";
import { context, DEPLOYMENT, refusal, world } from "./support/world.js";

let redis: Awaited<ReturnType<typeof startRedis>>;
let link: Link;
let store: Store;
let keys = 0;
beforeAll(async () => {
  redis = await startRedis();
  link = await openLink(redis.port);
  store = redisStore({ url: link.url });
});
beforeEach(() => store.ping());
afterAll(async () => {
  await store.close();
  await link.close();
  await redis.close();
});

const key = () => {
  keys += 1;
  return `claim:${keys}`;
};

describe("a claim", () => {
  test("is the first one's, though its answer was lost", async () => {
    const [at, before] = [key(), link.lost()];
    link.loseAnswer();
    expect(await claim(store, at, 60)).toBe(true);
    expect(link.lost()).toBe(before + 1);
    expect(await claim(store, at, 60)).toBe(false);
  });

  test("is tried once more where the store gave up on the first try, and is the same claimant's then", async () => {
    let fails = 1;
    const giving: Store = {
      ...store,
      async swap(...args) {
        const result = await store.swap(...args);
        fails -= 1;
        if (fails >= 0) throw new Error("no answer in time");
        return result;
      },
    };
    const at = key();
    expect(await claim(giving, at, 60)).toBe(true);
    expect(await claim(giving, at, 60)).toBe(false);
    fails = 2;
    await expect(claim(giving, key(), 60)).rejects.toThrow("no answer in time");
  });
});

test("a refresh with a proof goes on, and a proof that is shown twice does not", async () => {
  const here = await world({ guestApi: "web-messaging", store: { ...store, close: async () => undefined } });
  const page = await pageKey(here.clock.now);
  const { session } = await here.broker.startSession(
    { deploymentId: DEPLOYMENT },
    context({ dpop: await page.prove("POST", START_URL) }),
  );
  const dpop = await page.prove("POST", REFRESH_URL);
  const before = link.lost();
  link.loseAnswer();
  const next = await here.broker.refreshSession(session.handle, {}, context({ dpop }));
  expect(link.lost()).toBe(before + 1);
  expect((await refusal(here.broker.refreshSession(next.session.handle, {}, context({ dpop })))).code).toBe(
    "session_invalid",
  );
  await here.close();
});

test("a rotation whose answer was lost is no handle in two hands", async () => {
  const here = await world({ guestApi: "web-messaging", store: { ...store, close: async () => undefined } });
  let { handle } = (await here.broker.startSession({ deploymentId: DEPLOYMENT }, context())).session;
  // Without a proof a refresh asks the store twice: what is remembered, then the rotation.
  for (const others of [0, 1, 0, 1]) {
    const before = link.lost();
    link.loseAnswer(others);
    ({ handle } = (await here.broker.refreshSession(handle, {}, context())).session);
    expect(link.lost()).toBe(before + 1);
  }
  await here.broker.endSession(handle, context());
  expect((await refusal(here.broker.refreshSession(handle, {}, context()))).code).toBe("session_revoked");
  await here.close();
});
