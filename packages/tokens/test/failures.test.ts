/** Scenarios of the failure matrix about what goes wrong on the wire, and what is never done about it. */
import { afterEach, expect, test } from "vitest";
import { type Watched, World } from "./world.js";

let world: World;
afterEach(() => world.close());

const HOUR = 3600;

test("#10 expired while offline: no fetch until `online`, then one, jittered", async () => {
  world = await World.open();
  const page = world.keeper();
  await world.started(page);
  page.tab.online = false;
  page.tab.signal("offline");
  expect(page.keeper.state).toBe("offline");
  await world.pass(2 * HOUR);
  expect(world.peer.count()).toBe(1);
  expect(page.keeper.state).toBe("offline");
  expect(page.count("expired")).toBe(1);
  await expect(page.keeper.getToken()).rejects.toMatchObject({ code: "network", retryable: true });
  await expect(page.keeper.refresh()).rejects.toMatchObject({ code: "network" });
  expect(world.peer.count()).toBe(1);
  page.tab.online = true;
  page.tab.signal("online", "visible");
  await world.quiet();
  expect(world.peer.refreshes).toBe(0);
  await world.pass(1);
  expect(world.peer.refreshes).toBe(1);
  expect(page.names()).toEqual(["ready", "expiring", "expired", "refreshed", "recovered"]);
  expect(page.keeper.state).toBe("ready");
});

test("#10 offline for a moment, with a good token: no fetch at all", async () => {
  world = await World.open();
  const page = world.keeper();
  await world.started(page);
  page.tab.online = false;
  page.tab.signal("offline");
  await world.pass(60);
  expect(await page.keeper.getToken()).toBeTruthy();
  page.tab.online = true;
  page.tab.signal("online");
  await world.pass(60);
  expect(page.states()).toEqual(["starting", "ready", "offline", "ready"]);
  expect(world.peer.count()).toBe(1);
});

test("#10 onLine lies: it backs off, and `online` shortens the wait", async () => {
  world = await World.open();
  const page = world.keeper();
  world.peer.fault({ drop: true, times: 100 });
  await expect(world.started(page)).rejects.toMatchObject({ code: "network" });
  await world.pass(600);
  const tries = world.peer.count();
  expect(tries).toBeLessThanOrEqual(30);
  expect(tries).toBeGreaterThanOrEqual(10);
  world.peer.clearFaults();
  page.tab.signal("online");
  await world.pass(1.1);
  expect(page.keeper.state).toBe("ready");
});

test("#10 started offline: rejected, nothing fetched, and begun by itself once online", async () => {
  world = await World.open();
  const page = world.keeper();
  page.tab.online = false;
  await expect(world.started(page)).rejects.toMatchObject({ code: "network", retryable: true });
  expect(world.peer.count()).toBe(0);
  page.tab.online = true;
  page.tab.signal("online");
  await world.pass(2);
  expect(page.keeper.state).toBe("ready");
});

test.each([
  [
    "200 with a login page",
    { status: 200, body: "<!doctype html><title>Wi-Fi</title>", headers: { "Content-Type": "text/html" } },
  ],
  ["511 with a login page", { status: 511, body: "<html>", headers: { "Content-Type": "text/html" } }],
  ["200 with nothing", { status: 200, body: "" }],
])("#11 a captive portal answers %s: it passes, nobody is signed out", async (_name, fault) => {
  world = await World.open();
  const page = world.keeper();
  await world.started(page);
  const { sessionId } = page.keeper.session ?? {};
  world.peer.fault({ ...fault, times: 3 });
  await world.pass(HOUR);
  expect(page.names()).toEqual(["ready", "expiring", "degraded", "refreshed", "recovered"]);
  const [degraded] = page.events.filter(({ type }) => type === "degraded");
  expect(degraded).toMatchObject({
    error: { code: fault.status === 200 ? "network" : "upstream_unavailable", retryable: true },
  });
  expect(page.keeper.session?.sessionId).toBe(sessionId);
  expect(world.peer.starts).toBe(1);
});

test.each([
  ["never answers", { hang: true }],
  ["never ends its answer", { hangBody: true }],
])("#12 hung request: an endpoint that %s is given up after 15 s, and tried again", async (_name, fault) => {
  world = await World.open();
  const page = world.keeper();
  world.peer.fault(fault);
  const starting = page.keeper.start();
  const outcome = expect(starting).rejects.toMatchObject({ code: "timeout", retryable: true });
  await world.pass(15);
  expect(page.keeper.state).toBe("starting");
  await world.pass(2);
  await outcome;
  expect(page.keeper.state).toBe("ready");
  expect(world.peer.count()).toBe(2);
});

test("#12 a hung refresh does not stop the next ones", async () => {
  world = await World.open();
  const page = world.keeper();
  await world.started(page);
  world.peer.fault({ hang: true });
  await world.pass(3 * HOUR);
  expect(page.count("refreshed")).toBeGreaterThanOrEqual(2);
  expect(page.count("expired")).toBe(0);
});

test("#12 a request that is given up is broken off, whatever the reason", async () => {
  world = await World.open();
  const page = world.keeper();
  const signals: (AbortSignal | null | undefined)[] = [];
  world.intercept = (_url, { signal }) => new Promise(() => signals.push(signal));
  page.keeper.start().catch(() => {});
  await world.pass(14);
  expect(signals.map((signal) => signal?.aborted)).toEqual([false]);
  await world.pass(3);
  expect(signals.map((signal) => signal?.aborted)).toEqual([true, false]);
  page.keeper.end().catch(() => {});
  await world.quiet();
  expect(signals.map((signal) => signal?.aborted)).toEqual([true, true]);
});

test("#12 a page that never gives its identity token is waited for, not for ever", async () => {
  world = await World.open();
  const page = world.keeper({ getIdentityToken: () => new Promise(() => {}) });
  const outcome = expect(page.keeper.start()).rejects.toMatchObject({ code: "timeout" });
  await world.pass(121);
  await outcome;
  expect(page.keeper.state).toBe("idle");
  expect(world.peer.count()).toBe(0);
});

test.each([
  ["rejects", () => Promise.reject(new TypeError("Failed to fetch"))],
  [
    "throws at once",
    () => {
      throw new TypeError("patched");
    },
  ],
  ["gives undefined", () => undefined],
  ["gives something else", () => ({ nonsense: true })],
])("#13 fetch %s: no tight loop, and it works again afterwards", async (_name, broken) => {
  world = await World.open();
  const page = world.keeper();
  world.intercept = broken;
  await expect(world.started(page)).rejects.toMatchObject({ code: "network", retryable: true });
  await world.pass(59);
  expect(world.urls.length).toBeLessThanOrEqual(6);
  world.intercept = undefined;
  await world.pass(61);
  expect(page.keeper.state).toBe("ready");
});

test("#13 the same token again is a new life; an answer that is expired already is none", async () => {
  world = await World.open();
  const page = world.keeper();
  const { token } = await world.started(page);
  world.peer.fault({ change: (answer) => ({ ...answer, token }) });
  await world.pass(20);
  await page.keeper.refresh();
  expect(page.events.find(({ type }) => type === "refreshed")).toMatchObject({ rotated: false });
  world.peer.fault({ times: 3, change: (answer) => ({ ...answer, expiresIn: -1 }) });
  await world.pass(20);
  await expect(page.keeper.refresh()).rejects.toMatchObject({ code: "invalid_answer" });
  expect(page.keeper.state).toBe("degraded");
  await world.pass(60);
  expect(page.keeper.state).toBe("ready");
});

test("#14 a hundred at once, one fetch", async () => {
  world = await World.open();
  const page = world.keeper();
  const all = Array.from({ length: 100 }, () => page.keeper.getToken());
  await world.pass(1);
  expect(new Set(await Promise.all(all)).size).toBe(1);
  expect(world.peer.count()).toBe(1);
  await world.pass(20);
  const again = await Promise.all(Array.from({ length: 100 }, () => page.keeper.refresh()));
  expect(new Set(again.map(({ token }) => token)).size).toBe(1);
  expect(world.peer.refreshes).toBe(1);
});

test("#14 one after another after a failure: no further fetch within the wait", async () => {
  world = await World.open();
  const page = world.keeper();
  world.peer.fault({ code: "overloaded", headers: { "Retry-After": "30" }, times: 100 });
  await expect(world.started(page)).rejects.toMatchObject({
    code: "overloaded",
    retryAfterSeconds: 30,
    requestId: "req-1",
  });
  for (let i = 0; i < 50; i += 1) {
    await expect(page.keeper.getToken()).rejects.toMatchObject({ code: "overloaded" });
    await expect(page.keeper.start()).rejects.toMatchObject({ code: "overloaded" });
    await expect(page.keeper.refresh()).rejects.toMatchObject({ code: "overloaded" });
  }
  expect(world.peer.count()).toBe(1);
});

test.each([
  ["seconds", () => "20", 20, 22.1],
  ["a date", (now: number) => new Date(now + 20_000).toUTCString(), 19, 22.1],
  ["a day, capped at an hour", () => "86400", 3600, 3961],
  ["a past date", (now: number) => new Date(now - 60_000).toUTCString(), 0, 1.1],
  ["nonsense", () => "later", 0, 1.1],
  ["negative", () => "-5", 0, 1.1],
])(
  "#15 429 with a Retry-After of %s is honoured, with jitter, and is no sign-out",
  async (_name, header, least, most) => {
    for (let seed = 1; seed <= 5; seed += 1) {
      world = await World.open({ seed, sessionLife: 90_000 });
      const page = world.keeper();
      await world.started(page);
      await world.pass(20);
      world.peer.fault({ code: "rate_limited", headers: { "Retry-After": header(world.clock.truth) } });
      const failedAt = world.clock.truth;
      await expect(page.keeper.refresh()).rejects.toMatchObject({ code: "rate_limited", retryable: true, status: 429 });
      expect(page.keeper.state).toBe("degraded");
      page.tab.signal("online", "visible");
      await world.pass(most + 1);
      const retried = ((world.peer.seen[2]?.at ?? 0) - failedAt) / 1000;
      expect(retried).toBeGreaterThanOrEqual(least);
      expect(retried).toBeLessThanOrEqual(most + (least === 0 ? 1 : 0));
      expect(world.peer.starts).toBe(1);
      await world.close();
    }
    world = await World.open();
  },
);

test.each([500, 502, 503, 504])(
  "#17 %i again and again: backoff, the old token kept, `degraded`, `expired` and `recovered` once each",
  async (status) => {
    world = await World.open();
    const page = world.keeper();
    const { token } = await world.started(page);
    world.peer.fault({ status, times: 10_000 });
    await world.pass(3400);
    expect(page.keeper.state).toBe("degraded");
    expect(await page.keeper.getToken()).toBe(token);
    await world.pass(HOUR);
    expect(page.keeper.state).toBe("expired");
    expect(world.peer.count()).toBeLessThan(250);
    const gaps = world.peer.seen.slice(-40).map(({ at }, index, all) => (at - (all[index - 1]?.at ?? at)) / 1000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(60.1);
    expect(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toBeGreaterThan(15);
    world.peer.clearFaults();
    await world.pass(61);
    expect(page.names()).toEqual(["ready", "expiring", "degraded", "expired", "refreshed", "recovered"]);
    expect(page.keeper.state).toBe("ready");
  },
);

test("#18 one failure shortly before the end: the next try comes before the token expires", async () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    world = await World.open({ seed });
    const page = world.keeper();
    await world.started(page);
    world.clock.sleep(3570 * 1000);
    world.peer.fault({ code: "internal", times: 3 });
    page.tab.signal("visible");
    await world.pass(40);
    expect(page.count("expired"), `seed ${seed}`).toBe(0);
    expect(page.names()).toEqual(["ready", "expiring", "degraded", "refreshed", "recovered"]);
    await world.close();
  }
  world = await World.open();
});

test("#18 after many failures, too: whoever mends the endpoint 20 s before the end is in time", async () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    world = await World.open({ seed });
    const page = world.keeper();
    await world.started(page);
    world.peer.fault({ code: "internal", times: 10_000 });
    while (page.keeper.expiresIn > 20) await world.pass(1);
    world.peer.clearFaults();
    await world.pass(21);
    expect(page.count("expired"), `seed ${seed}`).toBe(0);
    expect(page.keeper.state).toBe("ready");
    await world.close();
  }
  world = await World.open();
});

test("#19 an error without CORS headers is an opaque TypeError: the network's fault, backed off", async () => {
  world = await World.open();
  const page = world.keeper();
  await world.started(page);
  world.intercept = () => Promise.reject(new TypeError("NetworkError when attempting to fetch resource."));
  await world.pass(3400);
  expect(page.keeper.state).toBe("degraded");
  expect(page.events.find(({ type }) => type === "degraded")).toMatchObject({ error: { code: "network" } });
  world.intercept = undefined;
  await world.pass(61);
  expect(page.keeper.state).toBe("ready");
  expect(world.peer.starts).toBe(1);
});

test("#40 a request that the browser aborts because the page is left is no failure", async () => {
  world = await World.open();
  const page = world.keeper();
  await world.started(page);
  let aborts = 0;
  world.intercept = () => {
    aborts += 1;
    world.intercept = undefined;
    return Promise.reject(new DOMException("NS_BINDING_ABORTED", "AbortError"));
  };
  await world.pass(HOUR);
  expect(aborts).toBe(1);
  expect(page.names()).toEqual(["ready", "expiring", "refreshed"]);
});

/** The page was only left: it comes back, and goes on as if nothing had been. */
async function isNoFailure(page: Watched, refreshing: ReturnType<Watched["keeper"]["refresh"]>) {
  world.intercept = undefined;
  await world.quiet();
  expect(page.names()).toEqual(["ready"]);
  page.tab.signal("pageshow");
  await world.pass(2);
  expect((await refreshing).token).toBeTruthy();
  expect(page.count("degraded")).toBe(0);
}

test("#40 a network error while the page is being left is none either; back from the cache it goes on", async () => {
  world = await World.open();
  const page = world.keeper();
  await world.started(page);
  await world.pass(60);
  let fail: (error: Error) => void = () => {};
  world.intercept = () => new Promise((_, reject) => (fail = reject));
  const refreshing = page.keeper.refresh();
  await world.quiet();
  page.tab.signal("pagehide");
  fail(new TypeError("Failed to fetch"));
  await isNoFailure(page, refreshing);
});

test("#40 a request that is broken off before the page says that it is being left, as Firefox does it, is none either", async () => {
  world = await World.open();
  const page = world.keeper();
  await world.started(page);
  await world.pass(60);
  world.intercept = () => Promise.reject(new TypeError("NetworkError when attempting to fetch resource."));
  const refreshing = page.keeper.refresh();
  await world.quiet();
  page.tab.signal("pagehide");
  await isNoFailure(page, refreshing);
});

test("a lost answer: the handle of before still works, and nobody notices", async () => {
  world = await World.open();
  const page = world.keeper();
  const { sessionId } = await world.started(page);
  world.peer.fault({ path: "/refresh", loseAnswer: true });
  await world.pass(HOUR);
  expect(page.names()).toEqual(["ready", "expiring", "degraded", "refreshed", "recovered"]);
  expect(page.keeper.session?.sessionId).toBe(sessionId);
});

/** An unsigned JWT: its signature is for the endpoint to check. */
