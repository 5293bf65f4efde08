/** What survives a reload, and what does not: storage, keys, proofs, users. */
import { afterEach, expect, test } from "vitest";
import { jwt } from "./identity.js";
import { Site, World } from "./world.js";

let world: World;
afterEach(() => world.close());

const HOUR = 3600;
const KEY = "guestpass:deployment-1";

test("a reload goes on with the same session, by a refresh, proved with the same key", async () => {
  world = await World.open();
  world.peer.requireBinding = true;
  const tab = world.tab(undefined, { crypto: true });
  const first = world.keeper({ tab });
  const before = await world.started(first);
  const pair = tab.site.keys.get(KEY);
  expect(pair?.privateKey.extractable).toBe(false);
  expect([...tab.site.local.keys()]).toEqual([KEY]);
  expect(tab.session.size).toBe(0);
  first.keeper.dispose();
  await world.pass(3 * HOUR);
  const second = world.keeper({ tab });
  expect(second.keeper.canResume).toBe(true);
  const after = await world.started(second);
  expect(after.sessionId).toBe(before.sessionId);
  expect(after.token).not.toBe(before.token);
  expect(after.messenger).toEqual({
    ...before.messenger,
    initConfig: { ...before.messenger.initConfig, guestToken: after.token },
  });
  expect(second.names()).toEqual(["ready"]);
  expect(world.peer.seen.map(({ path, status }) => [path, status])).toEqual([
    ["/v1/sessions", 201],
    ["/v1/sessions/refresh", 200],
  ]);
  expect(world.peer.seen.every(({ headers }) => typeof headers["dpop"] === "string")).toBe(true);
  expect(tab.site.keys.get(KEY)).toBe(pair);
});

test("what is stored is the handle and the ids, not the token", async () => {
  world = await World.open();
  world.peer.tokenType = "uuid";
  const tab = world.tab(undefined, { crypto: true });
  const page = world.keeper({ tab });
  const { token, sessionId } = await world.started(page);
  const text = tab.site.local.get(KEY) ?? "";
  expect(text).not.toContain(token);
  expect(JSON.parse(text)).toMatchObject({
    endpoint: world.peer.url,
    user: "",
    sessionId,
    bound: true,
    handle: expect.stringMatching(/^handle-/),
  });
});

test.each([
  ["site, bound", "site", true, 1, 0],
  ["site, without a key", "site", false, 0, 1],
  ["tab, bound", "tab", true, 0, 1],
  ["tab, without a key", "tab", false, 0, 1],
  ["none, bound", "none", true, 0, 0],
  ["none, without a key", "none", false, 0, 0],
] as const)("persist %s: an unbound handle stays in its tab", async (_name, persist, crypto, site, own) => {
  world = await World.open();
  const tab = world.tab(undefined, { crypto });
  const page = world.keeper({ tab, persist });
  const { sessionId } = await world.started(page);
  expect([tab.site.local.size, tab.session.size]).toEqual([site, own]);
  expect(tab.site.keys.size).toBe(crypto && persist !== "none" ? 1 : 0);
  expect(world.peer.seen[0]?.headers["dpop"] !== undefined).toBe(crypto);
  await world.pass(HOUR);
  expect(page.count("refreshed")).toBe(1);
  page.keeper.dispose();
  await world.quiet();
  const again = world.keeper({ tab, persist });
  expect(again.keeper.canResume).toBe(persist !== "none");
  expect((await world.started(again)).sessionId === sessionId).toBe(persist !== "none");
  await again.keeper.reset();
  expect([tab.site.local.size, tab.session.size, tab.site.keys.size]).toEqual([0, 0, 0]);
});

test("another tab resumes a site's session, but not a tab's", async () => {
  for (const [persist, same] of [
    ["site", true],
    ["tab", false],
    ["none", false],
  ] as const) {
    world = await World.open();
    const site = new Site();
    const one = world.keeper({ tab: world.tab(site, { crypto: true }), persist });
    const { sessionId } = await world.started(one);
    const two = world.keeper({ tab: world.tab(site, { crypto: true }), persist });
    expect((await world.started(two)).sessionId === sessionId, persist).toBe(same);
    expect(world.peer.count(), persist).toBe(same ? 1 : 2);
    await world.close();
  }
  world = await World.open();
});

test("a duplicated tab, which has a copy of the other one's storage, hears of its renewals", async () => {
  world = await World.open();
  const site = new Site();
  const one = world.keeper({ tab: world.tab(site), persist: "tab" });
  const { sessionId } = await world.started(one);
  const copy = world.tab(site);
  for (const [key, value] of one.tab.session) copy.session.set(key, value);
  const two = world.keeper({ tab: copy, persist: "tab" });
  expect((await world.started(two)).sessionId).toBe(sessionId);
  await world.pass(10 * HOUR);
  for (const page of [one, two])
    expect([page.keeper.session?.sessionId, page.count("refused"), page.count("expired")]).toEqual([sessionId, 0, 0]);
  expect(world.peer.starts).toBe(1);
});

test("a tab without news of the others takes the newest handle from storage before it refreshes", async () => {
  world = await World.open();
  const site = new Site();
  const pages = [0, 1].map(() =>
    world.keeper({ tab: Object.assign(world.tab(site, { crypto: true }), { channelMissing: true }) }),
  );
  for (const page of pages) await world.started(page);
  expect(world.peer.starts).toBe(1);
  await world.pass(20 * HOUR);
  expect(new Set(pages.map(({ keeper }) => keeper.session?.sessionId)).size).toBe(1);
  expect(world.peer.seen.every(({ status }) => status < 300)).toBe(true);
  expect(world.peer.starts).toBe(1);
});

test("ended in one tab, ended in all of them; by storage alone too", async () => {
  for (const channelMissing of [false, true]) {
    world = await World.open();
    const site = new Site();
    const [one, two] = [0, 1].map(() =>
      world.keeper({ tab: Object.assign(world.tab(site, { crypto: true }), { channelMissing }) }),
    );
    if (!one || !two) throw new Error("two pages");
    await world.started(one);
    await world.started(two);
    await one.keeper.reset();
    await world.quiet();
    expect([two.keeper.state, two.count("ended"), two.keeper.session]).toEqual(["ended", 1, null]);
    await world.pass(2 * HOUR);
    expect([site.local.size, site.keys.size]).toEqual([0, 0]);
    expect(world.peer.seen.filter(({ method }) => method === "DELETE").length).toBe(1);
    await world.close();
  }
  world = await World.open();
});

test("another user in another tab takes the place in storage, and ends nobody's session", async () => {
  world = await World.open();
  const site = new Site();
  const one = world.keeper({ tab: world.tab(site, { crypto: true }) });
  const ann = world.keeper({ tab: world.tab(site, { crypto: true }), identityToken: jwt("ann") });
  const { sessionId } = await world.started(one);
  const other = await world.started(ann);
  await world.pass(3 * HOUR);
  expect([one.keeper.state, one.keeper.session?.sessionId]).toEqual(["ready", sessionId]);
  expect([ann.keeper.state, ann.keeper.session?.sessionId]).toEqual(["ready", other.sessionId]);
  expect(JSON.parse(site.local.get(KEY) ?? "")).toMatchObject({ sessionId: other.sessionId });
});

test("a session that is refused in two tabs at once is replaced by one new session for both", async () => {
  world = await World.open();
  const site = new Site();
  const pages = [0, 1].map(() => world.keeper({ tab: world.tab(site, { crypto: true }) }));
  for (const page of pages) await world.started(page);
  for (const guest of world.peer.guests.values()) guest.ended = true;
  await world.pass(2 * HOUR);
  expect(new Set(pages.map(({ keeper }) => keeper.session?.sessionId)).size).toBe(1);
  expect(pages.map(({ keeper }) => keeper.state)).toEqual(["ready", "ready"]);
  expect(world.peer.starts).toBe(2);
});

test("a renewal does not bring back what was taken away from storage", async () => {
  world = await World.open();
  const tab = world.tab(undefined, { crypto: true });
  const page = world.keeper({ tab });
  await world.started(page);
  tab.site.local.clear();
  await world.pass(HOUR);
  expect(page.count("refreshed")).toBe(1);
  expect(tab.site.local.size).toBe(0);
});

test("reset() before anything was started ends the stored session, whoever it belonged to, and leaves nothing", async () => {
  world = await World.open();
  const tab = world.tab(undefined, { crypto: true });
  const ann = world.keeper({ tab, identityToken: jwt("ann") });
  const { sessionId } = await world.started(ann);
  ann.keeper.dispose();
  await world.quiet();
  const nobody = world.keeper({ tab });
  expect(nobody.keeper.canResume).toBe(false);
  await nobody.keeper.reset();
  expect([tab.site.local.size, tab.session.size, tab.site.keys.size]).toEqual([0, 0, 0]);
  expect(world.peer.guests.get(sessionId)?.ended).toBe(true);
  expect(world.peer.seen.at(-1)).toMatchObject({ method: "DELETE", status: 204 });
  expect([nobody.keeper.state, nobody.count("ended")]).toEqual(["ended", 1]);
});

test("reset() where there is nothing fetches nothing", async () => {
  world = await World.open();
  const page = world.keeper();
  await page.keeper.reset();
  expect(world.peer.count()).toBe(0);
  expect(page.keeper.state).toBe("ended");
  await world.started(page);
  expect(page.keeper.state).toBe("ready");
});

test.each([
  ["drops the connection", { drop: true }],
  ["has an error", { code: "internal" }],
] as const)("end() is done here at once, even where the endpoint %s", async (_name, fault) => {
  world = await World.open();
  const tab = world.tab(undefined, { crypto: true });
  const page = world.keeper({ tab });
  await world.started(page);
  world.peer.fault({ ...fault, method: "DELETE" });
  const ending = page.keeper.end();
  await world.quiet();
  expect(page.keeper.state).toBe("ended");
  expect(tab.site.local.size).toBe(0);
  await ending;
  await world.pass(HOUR);
  expect(world.peer.count()).toBe(2);
});

test("end() towards an endpoint that hangs is given up after 15 s", async () => {
  world = await World.open();
  const page = world.keeper();
  await world.started(page);
  world.peer.fault({ hang: true });
  const ending = page.keeper.end();
  await world.pass(16);
  await ending;
  expect(page.names()).toEqual(["ready", "ended"]);
});

test("the user is part of what is stored: nobody goes on with another one's session", async () => {
  world = await World.open();
  const tab = world.tab(undefined, { crypto: true });
  const sessions: string[] = [];
  const owners: (string | undefined)[] = [];
  for (const identityToken of [undefined, jwt("ann"), jwt("bob"), jwt("ann"), jwt("ann", 2), undefined]) {
    const page = world.keeper({ tab, identityToken });
    const { sessionId } = await world.started(page);
    sessions.push(sessionId);
    owners.push(world.peer.guests.get(sessionId)?.user);
    page.keeper.dispose();
    await world.pass(60);
  }
  expect(owners).toEqual([undefined, jwt("ann"), jwt("bob"), jwt("ann"), jwt("ann"), undefined]);
  expect(sessions[3]).not.toBe(sessions[1]);
  expect(sessions[4]).toBe(sessions[3]);
  expect([...tab.site.local.values()].join()).not.toMatch(/ann|bob/);
});

test("without SubtleCrypto an identified user's session is not kept, because the user cannot be told by a hash", async () => {
  world = await World.open();
  const tab = world.tab();
  const page = world.keeper({ tab, identityToken: jwt("ann") });
  await world.started(page);
  expect([tab.site.local.size, tab.session.size, tab.site.channels.size]).toEqual([0, 0, 0]);
});

test("another endpoint's record, and whatever else lies under the key, is left unused", async () => {
  world = await World.open();
  const tab = world.tab(undefined, { crypto: true });
  const good = world.keeper({ tab });
  await world.started(good);
  good.keeper.dispose();
  await world.quiet();
  const record = JSON.parse(tab.site.local.get(KEY) ?? "") as object;
  for (const text of [
    "",
    "null",
    "[]",
    "7",
    "{",
    '"x"',
    JSON.stringify({ ...record, endpoint: "https://evil.example" }),
    JSON.stringify({ ...record, handle: 7 }),
    JSON.stringify({ ...record, messenger: null }),
  ]) {
    tab.site.local.set(KEY, text);
    world.peer.seen.length = 0;
    const page = world.keeper({ tab });
    expect(page.keeper.canResume).toBe(false);
    await world.started(page);
    expect(world.peer.seen.map(({ path }) => path)).toEqual(["/v1/sessions"]);
    page.keeper.dispose();
    await world.quiet();
  }
});

test("a bound handle whose key is gone begins anew, without a useless request", async () => {
  world = await World.open();
  const tab = world.tab(undefined, { crypto: true });
  const first = world.keeper({ tab });
  const { sessionId } = await world.started(first);
  first.keeper.dispose();
  await world.quiet();
  tab.site.keys.clear();
  const second = world.keeper({ tab });
  expect((await world.started(second)).sessionId).not.toBe(sessionId);
  expect(world.peer.count()).toBe(2);
});

test("a stored session that the endpoint has ended meanwhile is replaced by a new one, quietly", async () => {
  world = await World.open();
  const tab = world.tab(undefined, { crypto: true });
  const first = world.keeper({ tab });
  const { sessionId } = await world.started(first);
  first.keeper.dispose();
  await world.quiet();
  for (const guest of world.peer.guests.values()) guest.ended = true;
  const second = world.keeper({ tab });
  expect((await world.started(second)).sessionId).not.toBe(sessionId);
  expect(second.names()).toEqual(["ready"]);
  expect(JSON.parse(tab.site.local.get(KEY) ?? "")).not.toMatchObject({ sessionId });
});

test("a stored session past its end, by the endpoint's clock, cannot be resumed, whatever this clock says", async () => {
  world = await World.open({ sessionLife: HOUR });
  world.peer.lenientStarts = true;
  world.clock.wallError = -10 * 365 * 86_400_000;
  const tab = world.tab(undefined, { crypto: true });
  const first = world.keeper({ tab });
  await world.started(first);
  first.keeper.dispose();
  await world.quiet();
  expect(world.keeper({ tab }).keeper.canResume).toBe(true);
  await world.pass(HOUR);
  expect(world.keeper({ tab }).keeper.canResume).toBe(false);
});

/** A session that was begun five hours in the future, by its browser; its page is gone for an hour. */
async function begunWithWrongClock() {
  world = await World.open();
  world.peer.lenientStarts = true;
  world.clock.wallError = 5 * HOUR * 1000;
  const tab = world.tab(undefined, { crypto: true });
  const first = world.keeper({ tab });
  const { sessionId } = await world.started(first);
  first.keeper.dispose();
  await world.pass(HOUR);
  return { tab, sessionId };
}

test("after a reload a wrong clock still proves its requests at the right time", async () => {
  const { tab, sessionId } = await begunWithWrongClock();
  const second = world.keeper({ tab });
  expect((await world.started(second)).sessionId).toBe(sessionId);
  expect(world.peer.seen.map(({ status }) => status)).toEqual([201, 200]);
});

test("a clock that was wrong and has been put right between two pages costs nobody the session", async () => {
  const { tab, sessionId } = await begunWithWrongClock();
  world.clock.wallError = 0;
  const second = world.keeper({ tab });
  expect((await world.started(second)).sessionId).toBe(sessionId);
  expect(world.peer.starts).toBe(1);
});

test("an endpoint that binds nothing: the handle does not leave its tab, though the browser has a key", async () => {
  world = await World.open();
  world.peer.bindsNothing = true;
  const tab = world.tab(undefined, { crypto: true });
  const page = world.keeper({ tab });
  const { sessionId } = await world.started(page);
  expect([...tab.site.local.keys()]).toEqual([]);
  expect(JSON.parse(tab.session.get(KEY) ?? "")).toMatchObject({ sessionId, bound: false });
  await world.pass(HOUR);
  expect([...tab.site.local.keys()]).toEqual([]);
  expect(page.count("refreshed")).toBe(1);
});

test("a start takes along what the page said, and nothing else", async () => {
  world = await World.open();
  const page = world.keeper({
    attributes: { colour: "blue" },
    consent: { accepted: true, timestamp: "2026-01-01T00:00:00Z" },
    challenge: async () => ({ provider: "turnstile", response: "solved" }),
    queueId: "queue-1",
    language: "de",
  });
  await world.started(page);
  const [{ body, headers } = { body: {}, headers: {} }] = world.peer.seen;
  expect(body).toEqual({
    deploymentId: "deployment-1",
    attributes: { colour: "blue" },
    consent: { accepted: true, timestamp: "2026-01-01T00:00:00Z" },
    challenge: { provider: "turnstile", response: "solved" },
    queueId: "queue-1",
    language: "de",
  });
  expect(headers.authorization).toBeUndefined();
  expect(page.keeper.session).not.toHaveProperty("session");
  expect(JSON.stringify(page.keeper.session)).not.toContain("handle");
  await world.pass(HOUR);
  expect(world.peer.seen[1]?.body).toEqual({});
});
