/** Scenarios of the failure matrix about a site's tabs: who goes first, what they believe of each other, and that none needs another. */
import { afterEach, expect, test, vi } from "vitest";
import { Site, type Tab, World } from "./world.js";

let world: World;
afterEach(() => world.close());

const HOUR = 3600;

test("#20 five visible windows wake at once: one fetch for all", async () => {
  world = await World.open();
  const site = new Site();
  const pages = Array.from({ length: 5 }, () => world.keeper({ tab: world.tab(site, { crypto: true }) }));
  for (const page of pages) await world.started(page);
  expect(world.peer.count()).toBe(1);
  expect(new Set(pages.map(({ keeper }) => keeper.session?.token)).size).toBe(1);
  world.clock.sleep(2 * HOUR * 1000);
  for (const { tab } of pages) tab.signal("visible", "focus");
  await world.pass(4);
  expect(world.peer.refreshes).toBeGreaterThanOrEqual(1);
  expect(world.peer.refreshes).toBeLessThanOrEqual(2);
  expect(new Set(pages.map(({ keeper }) => keeper.session?.token)).size).toBe(1);
  for (const page of pages) {
    expect(page.keeper.state).toBe("ready");
    expect(page.count("expired")).toBe(0);
  }
  world.peer.seen.length = 0;
  await world.pass(10 * HOUR);
  expect(world.peer.refreshes).toBeLessThanOrEqual(13);
});

test("#20 five windows opened at once start one session", async () => {
  world = await World.open();
  const site = new Site();
  const pages = Array.from({ length: 5 }, () => world.keeper({ tab: world.tab(site, { crypto: true }) }));
  const all = pages.map(({ keeper }) => keeper.start());
  await world.pass(5);
  expect(new Set((await Promise.all(all)).map(({ sessionId }) => sessionId)).size).toBe(1);
  expect(world.peer.starts).toBe(1);
});

test("#20 two tabs start in the same instant and hear of each other too late: one session all the same", async () => {
  world = await World.open();
  const site = new Site();
  const pages = [0, 1].map(() => world.keeper({ tab: world.tab(site, { crypto: true }) }));
  for (const { tab } of pages) tab.frozen = true;
  let answer: () => void = () => {};
  world.peer.fault({ until: new Promise<void>((resolve) => (answer = resolve)) });
  const all = pages.map(({ keeper }) => keeper.start());
  await world.pass(1);
  expect(world.peer.count()).toBe(1);
  answer();
  await world.pass(0.1);
  for (const { tab } of pages) tab.thaw();
  await world.pass(0.1);
  expect(new Set((await Promise.all(all)).map(({ sessionId }) => sessionId)).size).toBe(1);
  expect(world.peer.starts).toBe(1);
  expect(site.locks.size).toBe(0);
});

test.each([
  ["is missing", async () => Promise.reject(new TypeError("no locks")), 0],
  ["never answers", () => new Promise<null>(() => {}), 1],
  ["is another tab's that has hung", async () => null, 3],
] as [string, () => Promise<null>, number][])(
  "#20 the lock %s: the tab starts by itself",
  async (_name, lock, seconds) => {
    world = await World.open();
    const tab: Tab = Object.assign(world.tab(), { lock });
    const page = world.keeper({ tab });
    const starting = page.keeper.start();
    await world.pass(seconds - 0.1);
    expect(world.peer.count()).toBe(0);
    await world.pass(0.3);
    expect((await starting).token).toBeTruthy();
    await world.pass(HOUR);
    expect(page.count("refreshed")).toBe(1);
  },
);

test("#20 a lock that is had too late is let go of at once", async () => {
  world = await World.open();
  let had: (free: () => void) => void = () => {};
  const late = new Promise<() => void>((resolve) => {
    had = resolve;
  });
  const free = vi.fn();
  const page = world.keeper({ tab: Object.assign(world.tab(), { lock: () => late }) });
  const starting = page.keeper.start();
  await world.pass(1.1);
  await starting;
  had(free);
  await world.quiet();
  expect(free).toHaveBeenCalled();
  expect(page.keeper.state).toBe("ready");
});

test("#20 the tab that goes first fails, is disposed of, or is told of a session: it lets go of the lock", async () => {
  world = await World.open();
  const site = new Site();
  const [one, two, three] = [0, 1, 2].map(() => world.keeper({ tab: world.tab(site, { crypto: true }) }));
  if (!one || !two || !three) throw new Error("three pages");
  one.keeper.start().catch(() => {});
  await world.quiet();
  expect(site.locks.size).toBe(1);
  one.keeper.dispose();
  expect(site.locks.size).toBe(0);
  world.peer.fault({ code: "overloaded", headers: { "Retry-After": "30" } });
  two.keeper.start().catch(() => {});
  await world.pass(0.1);
  expect(two.keeper.state).toBe("starting");
  expect(site.locks.size).toBe(0);
  await world.started(three);
  expect([two.keeper.state, three.keeper.state]).toEqual(["ready", "ready"]);
  expect(world.peer.starts).toBe(2);
  expect(site.locks.size).toBe(0);
});

test("#20 the tab that asks crashes, or never gets an answer: the others go on by themselves", async () => {
  world = await World.open();
  const site = new Site();
  const [one, two] = [0, 1].map(() => world.keeper({ tab: world.tab(site, { crypto: true }) }));
  if (!one || !two) throw new Error("two pages");
  await world.started(one);
  await world.started(two);
  expect(two.keeper.session?.sessionId).toBe(one.keeper.session?.sessionId);
  await world.pass(60);
  world.peer.fault({ hang: true });
  one.keeper.refresh().catch(() => {});
  await world.pass(0.1);
  one.keeper.dispose();
  const refreshed = two.keeper.refresh();
  await world.pass(4);
  expect((await refreshed).token).toBeTruthy();
  expect(two.keeper.state).toBe("ready");
});

test("#20 tabs that speak all the time hold nobody back for good", async () => {
  world = await World.open();
  const site = new Site();
  const page = world.keeper({ tab: world.tab(site, { crypto: true }) });
  await world.started(page);
  const { token } = page.keeper.session ?? {};
  const noise = world.tab(site).ports.openChannel("guestpass:deployment-1", () => {});
  const mark = JSON.stringify([1, world.peer.url, "", "site"]);
  for (let second = 0; second < 3600; second += 1) {
    noise?.post({ mark, saidAt: world.clock.wall(), talk: { word: "sending" } });
    await world.pass(1);
  }
  expect(page.keeper.session?.token).not.toBe(token);
  expect(page.count("expired")).toBe(0);
});

test.each([
  ["no BroadcastChannel", { channelMissing: true }],
  ["storage that throws", { storageThrows: true }],
  ["no IndexedDB", { keysFail: true }],
  ["none of them", { channelMissing: true, storageThrows: true, keysFail: true }],
])("#21 %s: a tab works by itself", async (_name, lacks) => {
  world = await World.open();
  const site = new Site();
  const tab = Object.assign(world.tab(site, { crypto: true }), lacks);
  const page = world.keeper({ tab });
  await world.started(page);
  await world.pass(2 * HOUR);
  expect(page.count("refreshed")).toBeGreaterThanOrEqual(1);
  expect(page.count("error")).toBe(0);
  expect(page.keeper.canResume).toBe(!("storageThrows" in lacks));
  await page.keeper.reset();
  expect(page.keeper.state).toBe("ended");
});

test("#21 a broadcast that cannot be sent or read is no failure", async () => {
  world = await World.open();
  const tab = world.tab();
  let hear: (message: unknown) => void = () => {};
  const ports = {
    ...tab.ports,
    openChannel: (_name: string, listener: (message: unknown) => void) => {
      hear = listener;
      return { post: () => {}, close: () => {} };
    },
  };
  const page = world.keeper({ tab, ports });
  await world.started(page);
  for (const message of [
    {},
    { mark: 1 },
    [],
    "text",
    7,
    {
      mark: JSON.stringify([1, world.peer.url, "", "site"]),
      talk: { word: "granted", session: { token: "x" } },
      saidAt: 0,
    },
  ]) {
    try {
      hear(message);
    } catch {
      // Reported by the platform as uncaught; the keeper goes on.
    }
  }
  await world.pass(HOUR);
  expect(page.count("refreshed")).toBe(1);
});

test("#22 what another tab says of another user, deployment, endpoint, or of an older token is ignored", async () => {
  world = await World.open();
  const site = new Site();
  const page = world.keeper({ tab: world.tab(site, { crypto: true }) });
  await world.started(page);
  const posted: unknown[] = [];
  const spy = world.tab(site).ports.openChannel("guestpass:deployment-1", (message) => posted.push(message));
  await world.pass(60);
  await page.keeper.refresh();
  await world.quiet();
  const granted = posted.find((message) => (message as { talk: { word: string } }).talk.word === "granted") as {
    mark: string;
    saidAt: number;
    talk: { session: { token: string; sessionId: string } };
  };
  const { token } = page.keeper.session ?? {};
  expect(granted.talk.session.token).toBe(token);
  const forged = (mark: unknown[], session: object) => ({
    ...granted,
    mark: JSON.stringify(mark),
    talk: { ...granted.talk, ...session, session: { ...granted.talk.session, token: "forged", ...session } },
  });
  await world.pass(60);
  const ours = [1, world.peer.url, "", "site"];
  const later = { saidAt: world.clock.wall() };
  spy?.post({ ...forged([1, world.peer.url, "isomebody", "site"], {}), ...later });
  spy?.post({ ...forged([1, "https://elsewhere.example", "", "site"], {}), ...later });
  spy?.post({ ...forged([2, world.peer.url, "", "site"], {}), ...later });
  spy?.post({ ...forged(ours, { sessionId: "another" }), ...later });
  // The same session, but asked for before the one that is held.
  spy?.post({ ...forged(ours, {}), saidAt: granted.saidAt - 1000 });
  // And one that came so late that its token is dead.
  spy?.post({ ...forged(ours, {}), saidAt: granted.saidAt - 2 * HOUR * 1000 });
  await world.quiet();
  expect(page.keeper.session?.token).toBe(token);
  // Only what is the same session's, and newer, is taken.
  spy?.post({ ...forged(ours, {}), ...later });
  await world.quiet();
  expect(page.keeper.session?.token).toBe("forged");
});

test("#22 a page that was frozen hears late, and does not take an old token for a fresh one", async () => {
  world = await World.open();
  const site = new Site();
  const [one, two] = [0, 1].map(() => world.keeper({ tab: world.tab(site, { crypto: true }) }));
  if (!one || !two) throw new Error("two pages");
  await world.started(one);
  await world.started(two);
  two.tab.frozen = true;
  await world.pass(60);
  await one.keeper.refresh();
  await world.quiet();
  world.clock.sleep(3000 * 1000);
  two.tab.thaw();
  await world.quiet();
  expect(two.keeper.expiresIn).toBeLessThanOrEqual(600);
  expect(two.keeper.session?.token).toBe(one.keeper.session?.token);
});

test("a page in the back-forward cache has no open channel, and one again when it is back", async () => {
  world = await World.open();
  const tab = world.tab();
  const page = world.keeper({ tab });
  await world.started(page);
  expect(tab.site.channels.size).toBe(1);
  tab.visible = false;
  tab.signal("pagehide", "hidden");
  expect(tab.site.channels.size).toBe(0);
  tab.visible = true;
  tab.signal("pageshow", "visible");
  expect(tab.site.channels.size).toBe(1);
});
