/** Who signs in: whose conversation goes on, and whose does not. */
import { afterEach, expect, test } from "vitest";
import { World } from "./world.js";

let world: World;
afterEach(() => world.close());

const HOUR = 3600;
const KEY = "guestpass:deployment-1";
const SIGN_IN = { authorization: { code: "a", redirectUri: "https://x/" } };
const OTHER_SIGN_IN = { authorization: { code: "b", redirectUri: "https://x/" } };

test("a signed-in session goes on after a reload without its code; another sign-in begins anew", async () => {
  world = await World.open();
  const tab = world.tab(undefined, { crypto: true });
  const signedIn = world.keeper({ tab, ...SIGN_IN });
  const { sessionId } = await world.started(signedIn);
  signedIn.keeper.dispose();
  await world.quiet();
  const reloaded = world.keeper({ tab });
  expect(reloaded.keeper.canResume).toBe(true);
  expect((await world.started(reloaded)).sessionId).toBe(sessionId);
  reloaded.keeper.dispose();
  await world.quiet();
  const again = world.keeper({ tab, ...OTHER_SIGN_IN });
  expect((await world.started(again)).sessionId).not.toBe(sessionId);
});

test.each([
  ["in the middle of it", false],
  ["on the page that the visitor comes back to", true],
])("a sign-in %s takes the anonymous conversation along, with the same key", async (_when, isReload) => {
  world = await World.open();
  world.peer.requireBinding = true;
  const tab = world.tab(undefined, { crypto: true });
  let page = world.keeper({ tab });
  const before = await world.started(page);
  const pair = tab.site.keys.get(KEY);
  if (isReload) {
    page.keeper.dispose();
    await world.quiet();
    page = world.keeper({ tab, ...SIGN_IN });
    await world.started(page);
  } else page.keeper.update(SIGN_IN);
  await world.pass(2);
  const { sessionId } = page.keeper.session ?? {};
  expect(world.peer.guests.get(sessionId ?? "")?.tookOver).toBe(before.sessionId);
  expect(tab.site.keys.get(KEY)).toBe(pair);
  expect(JSON.parse(tab.site.local.get(KEY) ?? "")).toMatchObject({ sessionId, user: expect.stringMatching(/^c./) });
  await world.pass(2 * HOUR);
  expect(page.keeper.session?.sessionId).toBe(sessionId);
  expect(world.peer.starts).toBe(2);
});

test("a sign-in that cannot take the anonymous conversation along begins one of its own", async () => {
  world = await World.open();
  const tab = world.tab(undefined, { crypto: true });
  const page = world.keeper({ tab });
  const { sessionId } = await world.started(page);
  for (const guest of world.peer.guests.values()) guest.ended = true;
  page.keeper.update(SIGN_IN);
  await world.pass(2);
  const after = page.keeper.session?.sessionId;
  expect(world.peer.guests.get(after ?? "")).toMatchObject({ ended: false });
  expect(after).not.toBe(sessionId);
  expect(world.peer.seen.map(({ path, status }) => [path, status])).toEqual([
    ["/v1/sessions", 201],
    ["/v1/sessions", 401],
    ["/v1/sessions", 201],
  ]);
  expect(page.names()).toEqual(["ready", "ready"]);
});

test("a sign-in while the endpoint is down takes the conversation along when it is back", async () => {
  world = await World.open();
  const tab = world.tab(undefined, { crypto: true });
  const page = world.keeper({ tab });
  const { sessionId } = await world.started(page);
  world.peer.fault({ status: 503, times: 2 });
  page.keeper.update(SIGN_IN);
  await world.pass(60);
  expect(world.peer.guests.get(page.keeper.session?.sessionId ?? "")?.tookOver).toBe(sessionId);
});

test("one signed-in visitor takes nothing along of another one's", async () => {
  world = await World.open();
  const tab = world.tab(undefined, { crypto: true });
  const page = world.keeper({ tab, ...SIGN_IN });
  await world.started(page);
  page.keeper.update(OTHER_SIGN_IN);
  await world.pass(2);
  expect(world.peer.starts).toBe(2);
  expect(world.peer.seen.at(-1)?.headers.authorization).toBeUndefined();
});
