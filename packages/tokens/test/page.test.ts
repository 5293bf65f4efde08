/** Scenarios of the failure matrix about the page: teardown, users, several keepers, re-entrance, what is left behind. */
import { afterEach, expect, test, vi } from "vitest";
import { createTokenKeeper } from "../src/index.js";
import { jwt } from "./identity.js";
import { World } from "./world.js";

let world: World;
afterEach(() => world.close());

const HOUR = 3600;

test.each(["end", "reset", "dispose"] as const)(
  "#23 %s() while a refresh is under way: discarded, nothing written, no event after it",
  async (how) => {
    world = await World.open();
    const tab = world.tab(undefined, { crypto: true });
    const page = world.keeper({ tab });
    await world.started(page);
    await world.pass(60);
    let answer: () => void = () => {};
    world.peer.fault({ path: "/refresh", until: new Promise<void>((resolve) => (answer = resolve)) });
    const refreshing = page.keeper.refresh();
    const outcome = expect(refreshing).rejects.toMatchObject({ code: "aborted", retryable: false });
    await world.quiet();
    const before = JSON.stringify([...tab.site.local]);
    const done = page.keeper[how]();
    const heard = page.events.length;
    answer();
    await world.pass(1);
    await done;
    await outcome;
    await world.pass(2 * HOUR);
    expect(page.names()).toEqual(how === "dispose" ? ["ready"] : ["ready", "ended"]);
    if (how === "dispose") {
      expect(page.events.length).toBe(heard);
      expect(JSON.stringify([...tab.site.local])).toBe(before);
    } else {
      expect(tab.site.local.size).toBe(0);
      expect(tab.site.keys.size).toBe(0);
      expect(page.keeper.session).toBeNull();
    }
    expect(world.clock.timers.size).toBe(0);
  },
);

test("#23 a patched fetch that knows nothing of abort signals answers too late: discarded all the same", async () => {
  world = await World.open();
  const tab = world.tab(undefined, { crypto: true });
  const page = world.keeper({ tab });
  const { sessionId } = await world.started(page);
  await world.pass(60);
  const late: (() => Promise<void>)[] = [];
  world.intercept = (url, init) =>
    new Promise((resolve) => late.push(async () => resolve(await fetch(url, { ...init, signal: null }))));
  const outcome = expect(page.keeper.refresh()).rejects.toMatchObject({ code: "aborted" });
  await world.quiet();
  expect(late.length).toBe(1);
  world.intercept = undefined;
  const ending = page.keeper.end();
  const starting = page.keeper.start();
  starting.catch(() => {});
  await late[0]?.();
  await world.pass(1);
  await ending;
  await outcome;
  expect((await starting).sessionId).not.toBe(sessionId);
  expect(page.names()).toEqual(["ready", "ended", "ready"]);
  expect([...tab.site.local.values()].join()).not.toContain(sessionId);
});

test("#23 end() while a start is under way: no session afterwards, and a start begins anew", async () => {
  world = await World.open();
  const page = world.keeper();
  let answer: () => void = () => {};
  world.peer.fault({ until: new Promise<void>((resolve) => (answer = resolve)) });
  const outcome = expect(page.keeper.start()).rejects.toMatchObject({ code: "aborted" });
  await world.pass(0.3);
  const ending = page.keeper.end();
  answer();
  await world.pass(1);
  await ending;
  await outcome;
  expect(page.keeper.state).toBe("ended");
  expect(page.keeper.session).toBeNull();
  await world.started(page);
  expect(page.keeper.state).toBe("ready");
});

test("#24 another user while a start is under way: the old answer is discarded, the new one fetched", async () => {
  world = await World.open();
  const tab = world.tab(undefined, { crypto: true });
  const page = world.keeper({ tab, identityToken: jwt("ann") });
  let answer: () => void = () => {};
  world.peer.fault({ until: new Promise<void>((resolve) => (answer = resolve)) });
  const starting = page.keeper.start();
  await world.pass(0.3);
  page.keeper.update({ identityToken: jwt("bob") });
  answer();
  await world.pass(1);
  const session = await starting;
  expect(world.peer.guests.get(session.sessionId)?.user).toBe(jwt("bob"));
  expect(page.keeper.session?.sessionId).toBe(session.sessionId);
  expect([...tab.site.local.values()].join()).toContain(session.sessionId);
  expect(page.count("ready")).toBe(1);
});

test("#24 another user later: a new session at once; the former one's is not kept", async () => {
  world = await World.open();
  const tab = world.tab(undefined, { crypto: true });
  const page = world.keeper({ tab, identityToken: jwt("ann") });
  const ann = await world.started(page);
  page.keeper.update({ identityToken: jwt("ann", 2) });
  await world.pass(1);
  expect(page.keeper.session?.sessionId).toBe(ann.sessionId);
  page.keeper.update({ identityToken: jwt("bob") });
  expect(page.keeper.session).toBeNull();
  await world.pass(1);
  expect(page.keeper.session?.sessionId).not.toBe(ann.sessionId);
  expect([...tab.site.local.values()].join()).not.toContain(ann.sessionId);
  page.keeper.dispose();
  // Ann's next page does not get Bob's session either.
  const again = world.keeper({ tab, identityToken: jwt("ann") });
  const session = await world.started(again);
  expect(world.peer.guests.get(session.sessionId)?.user).toBe(jwt("ann"));
});

test("#24 signing out by update: an anonymous session of its own", async () => {
  world = await World.open();
  const page = world.keeper({ identityToken: jwt("ann") });
  const ann = await world.started(page);
  page.keeper.update({ identityToken: undefined });
  await world.pass(1);
  const session = page.keeper.session;
  expect(session?.sessionId).not.toBe(ann.sessionId);
  expect(world.peer.guests.get(session?.sessionId ?? "")?.user).toBeUndefined();
});

test("#24 the page's function suddenly speaks of another user", async () => {
  world = await World.open();
  let user = "ann";
  const page = world.keeper({ getIdentityToken: async () => jwt(user) });
  const ann = await world.started(page);
  user = "bob";
  world.peer.fault({ path: "/refresh", code: "identity_expired" });
  await world.pass(HOUR);
  const { sessionId = "" } = page.keeper.session ?? {};
  expect(sessionId).not.toBe(ann.sessionId);
  expect(world.peer.guests.get(sessionId)?.user).toBe(jwt("bob"));
});

test("#25 removed and added again in one task: one scheduler, no second fetch, nothing left over", async () => {
  world = await World.open();
  const tab = world.tab(undefined, { crypto: true });
  const options = { tab, identityToken: jwt("ann") };
  let page = world.keeper(options);
  const first = await world.started(page);
  for (let i = 0; i < 20; i += 1) {
    page.keeper.dispose();
    page = world.keeper(options);
    const again = await page.keeper.start();
    expect(again.token).toBe(first.token);
  }
  expect(world.peer.count()).toBe(1);
  expect(tab.listeners.size).toBe(1);
  expect(tab.site.storageListeners.size).toBe(1);
  expect(tab.site.channels.size).toBe(1);
  expect(world.clock.timers.size).toBe(1);
  page.keeper.dispose();
  expect(tab.listeners.size + tab.site.storageListeners.size + tab.site.channels.size + world.clock.timers.size).toBe(
    0,
  );
});

test("#26 two keepers of one page share one session and one fetch; others are isolated", async () => {
  world = await World.open();
  const tab = world.tab();
  const [one, two] = [world.keeper({ tab }), world.keeper({ tab })];
  const elsewhere = world.keeper({ tab, deploymentId: "deployment-2" });
  const bob = world.keeper({ tab, identityToken: jwt("bob") });
  const all = Promise.all([one, two, elsewhere, bob].map(({ keeper }) => keeper.start()));
  await world.pass(1);
  const [a, b, c, d] = await all;
  expect(a?.token).toBe(b?.token);
  expect(new Set([a?.sessionId, c?.sessionId, d?.sessionId]).size).toBe(3);
  expect(world.peer.count()).toBe(3);
  for (const page of [one, two]) expect(page.names()).toEqual(["ready"]);
  await world.pass(60);
  await one.keeper.refresh();
  expect(two.count("refreshed")).toBe(1);
  expect(elsewhere.count("refreshed")).toBe(0);
  one.keeper.dispose();
  await world.pass(HOUR);
  expect(two.count("refreshed")).toBe(2);
  await two.keeper.end();
  expect(elsewhere.keeper.state).toBe("ready");
  expect(bob.keeper.state).toBe("ready");
});

test("#26 a second keeper of the page hears `ready` too, though the session has long begun", async () => {
  world = await World.open();
  const tab = world.tab();
  await world.started(world.keeper({ tab }));
  const two = world.keeper({ tab });
  await two.keeper.start();
  expect(two.names()).toEqual(["ready"]);
  expect(two.states()).toEqual(["starting", "ready"]);
  expect(world.peer.count()).toBe(1);
});

test("#27 listeners call back in, end it, and throw: no deadlock, no recursion, and the schedule goes on", async () => {
  world = await World.open({ tokenLife: 600 });
  const page = world.keeper();
  const complaints = vi.spyOn(console, "error").mockImplementation(() => {});
  const calls: Promise<unknown>[] = [];
  for (const type of ["state", "ready", "expiring", "refreshed", "degraded", "error", "report"] as const) {
    page.keeper.addEventListener(type, () => {
      calls.push(
        page.keeper.getToken().catch(() => {}),
        page.keeper.refresh().catch(() => {}),
      );
      if (type !== "report") page.keeper.update({ language: "de" });
      throw new Error("a listener's own trouble");
    });
    page.keeper.addEventListener(type, () => Promise.reject(new Error("a listener's promise")));
  }
  await world.started(page);
  world.peer.fault({ code: "internal" });
  await world.pass(HOUR);
  await Promise.all(calls);
  expect(page.count("refreshed")).toBeGreaterThanOrEqual(5);
  expect(world.peer.count()).toBeLessThanOrEqual(20);
  expect(complaints).toHaveBeenCalled();
  page.keeper.addEventListener("refreshed", () => page.keeper.dispose());
  const heard = page.events.length;
  await world.pass(HOUR);
  expect(page.events.slice(heard).filter(({ type }) => type === "refreshed").length).toBeLessThanOrEqual(1);
  expect(world.clock.timers.size).toBe(0);
  complaints.mockRestore();
});

test("#27 end() within a listener of `refreshed`", async () => {
  world = await World.open({ tokenLife: 60 });
  const page = world.keeper();
  let ended: Promise<void> | undefined;
  page.keeper.addEventListener("refreshed", () => (ended = page.keeper.end()), { once: true });
  await world.started(page);
  await world.pass(120);
  await ended;
  expect(page.names()).toEqual(["ready", "expiring", "refreshed", "ended"]);
  expect([...world.peer.guests.values()].every((guest) => guest.ended)).toBe(true);
});

test("#35 on a server: import and construct touch nothing and start nothing; each keeper is on its own", async () => {
  world = await World.open();
  const set = vi.spyOn(globalThis, "setTimeout");
  const interval = vi.spyOn(globalThis, "setInterval");
  const fetched = vi.spyOn(globalThis, "fetch");
  const keeper = createTokenKeeper({ endpoint: "https://tokens.example.com", deploymentId: "d" });
  expect([keeper.state, keeper.session, keeper.expiresIn, keeper.canResume]).toEqual(["idle", null, 0, false]);
  expect(set).not.toHaveBeenCalled();
  expect(interval).not.toHaveBeenCalled();
  expect(fetched).not.toHaveBeenCalled();
  keeper.dispose();
  await expect(keeper.start()).rejects.toMatchObject({ code: "aborted" });
  vi.restoreAllMocks();
  const [one, two] = [1, 2].map(() => createTokenKeeper({ endpoint: world.peer.url, deploymentId: "d" }));
  const [a, b] = await Promise.all([one?.start(), two?.start()]);
  expect(a?.sessionId).not.toBe(b?.sessionId);
  one?.dispose();
  two?.dispose();
});

test("nothing is stored, made or fetched before the first call", async () => {
  world = await World.open();
  const tab = world.tab(undefined, { crypto: true });
  const page = world.keeper({ tab });
  tab.signal("visible", "online", "pageshow");
  await world.pass(HOUR);
  page.keeper.debugReport();
  expect(page.keeper.canResume).toBe(false);
  expect([
    tab.site.local.size,
    tab.session.size,
    tab.site.keys.size,
    tab.site.channels.size,
    world.peer.count(),
    world.clock.timersSet,
  ]).toEqual([0, 0, 0, 0, 0, 0]);
});

test("#37 the token, the handle and the identity are in no event's JSON, error, report, URL or storage", async () => {
  world = await World.open();
  const tab = world.tab(undefined, { crypto: true });
  const page = world.keeper({ tab, identityToken: jwt("ann") });
  const secrets = new Set<string>([jwt("ann")]);
  const errors: unknown[] = [];
  const look = () => {
    for (const { handle } of world.peer.guests.values()) secrets.add(handle);
    if (page.keeper.session) secrets.add(page.keeper.session.token);
  };
  await world.started(page);
  look();
  for (const leak of [jwt("ann"), ...secrets]) {
    world.peer.fault({
      path: "/refresh",
      status: 500,
      body: JSON.stringify({ code: "internal", title: leak, detail: `No: ${leak}`, requestId: leak }),
      times: 2,
    });
    await world.pass(HOUR);
    look();
    await page.keeper.refresh().catch((error: unknown) => errors.push(error));
  }
  world.intercept = () => Promise.reject(new TypeError("fetch failed"));
  await world.pass(HOUR);
  const written = [...tab.site.local.values(), ...tab.session.values()].map((text) => ({
    ...(JSON.parse(text) as object),
    handle: "",
  }));
  const all = [
    page.events,
    page.events.map((event) => Object.entries(event)),
    page.keeper.debugReport(),
    world.urls,
    written,
    errors,
  ]
    .map((each) => JSON.stringify(each))
    .join();
  const texts = page.events
    .map((event) =>
      "error" in event ? `${event.error.message} ${event.error.stack} ${JSON.stringify(event.error)}` : "",
    )
    .join();
  expect(page.count("refreshed")).toBeGreaterThanOrEqual(3);
  expect(page.count("degraded")).toBeGreaterThanOrEqual(2);
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(20);
    expect(all).not.toContain(secret);
    expect(texts).not.toContain(secret);
  }
  const refreshed = page.events.findLast(({ type }) => type === "refreshed");
  expect(refreshed && "token" in refreshed && refreshed.token).toBe(page.keeper.session?.token);
  expect([...tab.site.local.values()].join()).not.toContain("ann");
});

test("#38 the host page replaces setTimeout, Date and fetch after the keeper has begun", async () => {
  world = await World.open({ tokenLife: 15 });
  world.clock.truth = Date.now();
  const keeper = createTokenKeeper({ endpoint: world.peer.url, deploymentId: "d", persist: "none" });
  await keeper.start();
  const timeout = globalThis.setTimeout;
  // A page's own fake timers: what they are given never runs.
  vi.spyOn(globalThis, "setTimeout").mockImplementation(() => timeout(() => {}, 0));
  const real = globalThis.fetch;
  const calls: string[] = [];
  globalThis.fetch = Object.assign(
    (...given: Parameters<typeof fetch>) => {
      calls.push(given[0] as string);
      return real(...given);
    },
    { patched: true },
  );
  try {
    world.clock.truth += 11_000;
    vi.spyOn(Date, "now").mockImplementation(() => world.clock.truth + 11_000);
    const { token } = await keeper.refresh();
    expect(token).toBe(keeper.session?.token);
    expect(calls).toEqual([`${world.peer.url}/v1/sessions/refresh`]);
  } finally {
    globalThis.fetch = real;
    vi.restoreAllMocks();
    keeper.dispose();
  }
});

test("the page's own abort signal ends a wait, and another one the keeper", async () => {
  world = await World.open();
  const whole = new AbortController();
  const page = world.keeper({ signal: whole.signal });
  const one = new AbortController();
  const outcome = expect(page.keeper.getToken({ signal: one.signal })).rejects.toMatchObject({ code: "aborted" });
  one.abort();
  await outcome;
  await world.pass(1);
  expect(page.keeper.state).toBe("ready");
  whole.abort();
  await expect(page.keeper.start()).rejects.toMatchObject({ code: "aborted" });
  expect(world.clock.timers.size).toBe(0);
});

test("a mistake of the page is a TypeError that names the option", () => {
  const good = { endpoint: "https://x.example", deploymentId: "d" };
  for (const [change, name] of [
    [{ endpoint: "" }, "endpoint"],
    [{ endpoint: "nonsense" }, "endpoint"],
    [{ endpoint: "ftp://x" }, "endpoint"],
    [{ deploymentId: "" }, "deploymentId"],
    [{ deploymentId: 7 }, "deploymentId"],
    [{ persist: "always" }, "persist"],
    [{ identityToken: 7 }, "identityToken"],
    [{ getIdentityToken: "f" }, "getIdentityToken"],
    [{ attributes: { a: 7 } }, "attributes"],
  ] as const) {
    expect(() => createTokenKeeper({ ...good, ...change } as never)).toThrow(
      new TypeError(`The option ${name} is not valid`),
    );
  }
  expect(() => createTokenKeeper(good).update({ attributes: { a: 7 } as never })).toThrow(TypeError);
});

test("messengerInfo() asks for the deployment, without a session", async () => {
  world = await World.open();
  const page = world.keeper();
  const info = await page.keeper.messengerInfo();
  expect(info).toMatchObject({ deploymentId: "deployment-1", region: "mypurecloud.ie" });
  expect(world.urls).toEqual([`${world.peer.url}/v1/messenger?deploymentId=deployment-1`]);
  world.peer.fault({ code: "not_found" });
  await expect(page.keeper.messengerInfo()).rejects.toMatchObject({ code: "not_found" });
  expect(page.keeper.state).toBe("idle");
});
