/** Scenarios of the failure matrix about time: sleep, throttling, clocks, lives of every length. */
import { afterEach, expect, test, vi } from "vitest";
import { VirtualClock } from "./virtual-clock.js";
import { World } from "./world.js";

let world: World;
afterEach(() => world.close());

const HOUR = 3600;

test("#1 a laptop sleeps past expiry: exactly one refresh on wake, and no `expired`", async () => {
  world = await World.open();
  const page = world.keeper();
  await world.started(page);
  world.clock.sleep(8 * HOUR * 1000);
  page.tab.signal("visible", "online", "focus");
  await world.pass(1);
  expect(world.peer.refreshes).toBe(1);
  expect(page.names()).toEqual(["ready", "expiring", "refreshed"]);
  expect(page.keeper.state).toBe("ready");
  await world.pass(HOUR);
  expect(page.count("refreshed")).toBe(2);
});

test("#1 without any event of the page, the next glance at the clock finds out", async () => {
  world = await World.open();
  const page = world.keeper();
  await world.started(page);
  world.clock.sleep(8 * HOUR * 1000);
  await world.pass(31);
  expect(world.peer.refreshes).toBe(1);
  expect(page.count("expired")).toBe(0);
  expect(page.keeper.debugReport().entries.some(({ what }) => what === "clock-changed")).toBe(true);
});

test("#1 on wake with the network still down, `expired` comes once and the keeper goes on", async () => {
  world = await World.open();
  const page = world.keeper();
  await world.started(page);
  world.peer.fault({ drop: true, times: 3 });
  world.clock.sleep(2 * HOUR * 1000);
  page.tab.signal("visible");
  await world.pass(60);
  expect(page.names()).toEqual(["ready", "expiring", "error", "expired", "refreshed", "recovered"]);
  expect(page.states()).toEqual(["starting", "ready", "refreshing", "expired", "ready"]);
});

test("#2 sleep ends within the lead: a refresh at once, no `expired`", async () => {
  world = await World.open();
  const page = world.keeper();
  await world.started(page);
  world.clock.sleep(3400 * 1000);
  page.tab.signal("visible");
  await world.quiet();
  expect(world.peer.refreshes).toBe(1);
  expect(page.names()).toEqual(["ready", "expiring", "refreshed"]);
});

test.each([60, 360])("#3 a hidden tab whose timers fire every %i s never holds a dead token", async (throttle) => {
  world = await World.open();
  const page = world.keeper();
  await world.started(page);
  page.tab.hide();
  world.clock.throttleMs = throttle * 1000;
  for (let hour = 0; hour < 6 * 60; hour += 1) {
    await world.pass(60);
    expect(page.keeper.expiresIn).toBeGreaterThan(0);
  }
  page.tab.show();
  expect(await page.keeper.getToken()).toBeTruthy();
  expect(page.count("expired")).toBe(0);
});

test("#3 a throttled tab with short tokens has a live one as soon as it is seen", async () => {
  world = await World.open({ tokenLife: 120 });
  const page = world.keeper();
  await world.started(page);
  page.tab.hide();
  world.clock.sleep(200_000);
  const before = world.peer.refreshes;
  page.tab.show();
  const token = await page.keeper.getToken();
  expect(token).toBe(page.keeper.session?.token);
  expect(page.keeper.expiresIn).toBeGreaterThan(100);
  expect(world.peer.refreshes).toBe(before + 1);
});

test.each([
  ["resume alone", ["resume"]],
  ["pageshow after pagehide", ["pagehide", "pageshow"]],
  ["pageshow without pagehide", ["pageshow"]],
  ["all of them together", ["pageshow", "resume", "visible", "focus", "online"]],
] as const)("#4 frozen or in the back-forward cache, then %s: one fetch", async (_name, signals) => {
  world = await World.open();
  const page = world.keeper();
  await world.started(page);
  world.clock.sleep(2 * HOUR * 1000);
  page.tab.signal(...signals);
  await world.pass(2);
  expect(world.peer.refreshes).toBe(1);
  expect(page.keeper.state).toBe("ready");
});

test("#5 a life of 90 days: no timer beyond 2^31-1 ms, no refresh before its time, then one", async () => {
  const day = 86_400;
  world = await World.open({ tokenLife: 90 * day, sessionLife: 400 * day });
  const page = world.keeper();
  page.tab.visible = false;
  await world.started(page);
  await world.pass(89 * day);
  expect(world.peer.refreshes).toBe(0);
  expect(world.clock.longestDelay).toBeLessThanOrEqual(2 ** 31 - 1);
  expect(world.clock.timersFired).toBeLessThan(20);
  await world.pass(day);
  expect(world.peer.refreshes).toBe(1);
});

test.each([
  ["0", 0],
  ["negative", -5],
  ["not a number", "soon"],
  ["null", null],
  ["missing", undefined],
  ["more than a year", 40_000_000],
])("#6 an expiresIn that is %s: a typed error, no loop", async (_name, expiresIn) => {
  world = await World.open();
  world.peer.fault({ times: 1000, change: (answer) => ({ ...answer, expiresIn, expiresAt: "", serverTime: "" }) });
  const page = world.keeper();
  await expect(world.started(page)).rejects.toMatchObject({ code: "invalid_answer", retryable: true });
  await world.pass(59);
  expect(world.peer.count()).toBeLessThanOrEqual(6);
  expect(page.keeper.state).toBe("starting");
  world.peer.clearFaults();
  await world.pass(61);
  expect(page.keeper.state).toBe("ready");
});

test("#6 expiresIn as a text is read; in milliseconds instead of seconds it is told by the endpoint's own dates", async () => {
  world = await World.open();
  world.peer.fault({ change: (answer) => ({ ...answer, expiresIn: "900" }) });
  const page = world.keeper();
  await world.started(page);
  expect(page.keeper.expiresIn).toBeGreaterThan(895);
  expect(page.keeper.expiresIn).toBeLessThanOrEqual(900);
  world.peer.fault({ change: (answer) => ({ ...answer, expiresIn: 3_600_000 }) });
  await world.pass(600);
  await page.keeper.refresh();
  expect(page.keeper.expiresIn).toBeLessThanOrEqual(3600);
});

test.each([1, 2])(
  "#6 a life of %i s, shorter than any lead: never more than six requests a minute",
  async (tokenLife) => {
    world = await World.open({ tokenLife });
    const page = world.keeper();
    await world.started(page);
    await world.pass(180);
    const times = world.peer.seen.map(({ at }) => at);
    for (const at of times)
      expect(times.filter((other) => other >= at && other < at + 60_000).length).toBeLessThanOrEqual(6);
    expect(times.length).toBeGreaterThanOrEqual(12);
  },
);

test.each([4, 5, 8, 9, 10, 12, 15, 20, 30, 60])(
  "#6 a life of %i s is renewed silently, again and again",
  async (tokenLife) => {
    world = await World.open({ tokenLife });
    const page = world.keeper();
    await world.started(page);
    await world.pass(120);
    expect(page.count("refreshed")).toBeGreaterThanOrEqual(Math.floor(120 / tokenLife));
    expect(page.count("expired")).toBe(0);
    expect(page.count("degraded")).toBe(0);
    for (const event of page.events)
      if (event.type === "expiring") expect(event.expiresIn).toBeGreaterThan(tokenLife >= 8 ? 0 : -1);
    expect(world.peer.seen.length).toBeLessThanOrEqual(Math.max(13, Math.ceil((120 / tokenLife) * 1.4)));
  },
);

test("#6 a life of 15 s: at least three silent refreshes in a minute, whatever the endpoint proposes", async () => {
  for (const refreshIn of [1, 5, 10, 14, 15, 0, -3, Number.NaN]) {
    world = await World.open({ tokenLife: 15, refreshIn });
    const page = world.keeper();
    await world.started(page);
    await world.pass(59);
    expect(page.count("refreshed"), `refreshIn ${refreshIn}`).toBeGreaterThanOrEqual(3);
    expect(page.count("refreshed")).toBeLessThanOrEqual(5);
    expect(page.count("expired")).toBe(0);
    await world.close();
  }
  world = await World.open();
});

test.each([
  ["an hour fast", HOUR],
  ["an hour slow", -HOUR],
  ["ten years fast", 10 * 365 * 86_400],
])("#7 a clock that is %s at the start changes nothing", async (_name, error) => {
  world = await World.open();
  world.clock.wallError = error * 1000;
  const tab = world.tab(undefined, { crypto: true });
  const page = world.keeper({ tab });
  // The peer is strict about proofs; ours at the start cannot know the endpoint's time, as its contract allows for.
  world.peer.lenientStarts = true;
  await world.started(page);
  await world.pass(2900);
  expect(world.peer.refreshes).toBe(0);
  await world.pass(500);
  expect(world.peer.refreshes).toBe(1);
  expect(page.names()).toEqual(["ready", "expiring", "refreshed"]);
  expect(world.peer.seen.map(({ status }) => status)).toEqual([201, 200]);
});

test.each([
  ["forward by an hour", HOUR, 1],
  ["back by an hour", -HOUR, 0],
  ["back by ten years", -10 * 365 * 86_400, 0],
])("#8 the clock is set %s during a life: no storm, no dead token, the same session", async (_name, error, early) => {
  world = await World.open();
  const tab = world.tab(undefined, { crypto: true });
  const page = world.keeper({ tab });
  const { sessionId } = await world.started(page);
  await world.pass(600);
  world.clock.wallError = error * 1000;
  await world.pass(60);
  expect(page.count("refreshed")).toBe(early);
  await world.pass(4 * HOUR);
  expect(page.count("refreshed")).toBeLessThanOrEqual(6);
  expect(page.count("expired")).toBe(0);
  expect(page.keeper.session?.sessionId).toBe(sessionId);
  expect(world.peer.starts).toBe(1);
});

test("#8 the clock is set back while nobody looks at it: what the monotonic clock says is believed", async () => {
  world = await World.open();
  const page = world.keeper();
  await world.started(page);
  page.tab.hide();
  await world.quiet();
  world.clock.wallError = -HOUR * 1000;
  await world.pass(HOUR);
  expect(page.keeper.expiresIn).toBeGreaterThan(0);
  expect(page.count("refreshed")).toBe(1);
  expect(page.count("expired")).toBe(0);
});

test("#8 the monotonic clock stands still in sleep, or goes on: the token is never thought to live longer", async () => {
  for (const stops of [true, false]) {
    world = await World.open();
    world.clock.monotonicStops = stops;
    const page = world.keeper();
    await world.started(page);
    world.clock.sleep(3500 * 1000);
    expect(page.keeper.expiresIn).toBeLessThanOrEqual(100);
    await world.close();
  }
  world = await World.open();
});

test("#9 a slow answer: the life is counted from when the request was sent", async () => {
  world = await World.open({ tokenLife: 60 });
  let answer: () => void = () => {};
  world.peer.fault({ until: new Promise<void>((resolve) => (answer = resolve)) });
  const page = world.keeper();
  const starting = page.keeper.start();
  await world.pass(10);
  answer();
  await starting;
  expect(page.keeper.expiresIn).toBeLessThanOrEqual(50);
  expect(page.keeper.expiresIn).toBeGreaterThanOrEqual(49);
});

test("#28 `expiring` comes in each life, not only the first", async () => {
  world = await World.open({ tokenLife: 600 });
  const page = world.keeper();
  await world.started(page);
  await world.pass(3600);
  expect(page.count("refreshed")).toBeGreaterThan(5);
  expect(page.count("expiring")).toBe(page.count("refreshed"));
  for (const event of page.events) if (event.type === "expiring") expect(event.expiresIn).toBeGreaterThan(100);
});

test("#30 whatever asks for it, never more than six requests in a minute, and the report says so", async () => {
  world = await World.open({ tokenLife: 20 });
  const page = world.keeper();
  await world.started(page);
  const outcomes: string[] = [];
  for (let second = 0; second < 55; second += 1) {
    page.keeper.refresh().then(
      () => outcomes.push("ok"),
      (error: { code: string }) => outcomes.push(error.code),
    );
    await world.pass(1);
  }
  expect(world.peer.count()).toBeLessThanOrEqual(6);
  expect(outcomes).toContain("rate_limited");
  expect(page.keeper.debugReport().entries.some(({ what }) => what === "circuit-open")).toBe(true);
  await world.pass(10);
  expect(world.peer.count()).toBeGreaterThan(6);
});

test("#36 hidden for hours: one timer, and it fires for the renewals alone", async () => {
  world = await World.open();
  const page = world.keeper();
  await world.started(page);
  page.tab.hide();
  await world.quiet();
  const fired = world.clock.timersFired;
  for (let hour = 0; hour < 10; hour += 1) {
    await world.pass(HOUR);
    expect(world.clock.timers.size).toBe(1);
  }
  const renewals = world.peer.refreshes;
  expect(renewals).toBeGreaterThanOrEqual(10);
  expect(world.clock.timersFired - fired).toBeLessThanOrEqual(renewals);
});

test("the session's absolute end: `expired` once, no request, and a start begins anew", async () => {
  world = await World.open({ sessionLife: 2 * HOUR });
  const page = world.keeper();
  const first = await world.started(page);
  await world.pass(2 * HOUR + 5);
  expect(page.keeper.state).toBe("expired");
  expect(page.count("expired")).toBe(1);
  expect(page.keeper.session).toBeNull();
  expect(page.keeper.expiresIn).toBe(0);
  const requests = world.peer.count();
  await expect(page.keeper.getToken()).rejects.toMatchObject({ code: "session_expired" });
  await world.pass(HOUR);
  page.tab.signal("visible");
  await world.quiet();
  expect(world.peer.count()).toBe(requests);
  const second = await world.started(page);
  expect(second.sessionId).not.toBe(first.sessionId);
  expect(page.keeper.state).toBe("ready");
});

test("a session token that stays for the whole session is renewed once near its end, not in ever shorter steps", async () => {
  world = await World.open({ tokenType: "uuid", sessionLife: HOUR });
  const page = world.keeper();
  const { token } = await world.started(page);
  await world.pass(HOUR - 2);
  expect(world.peer.refreshes).toBe(1);
  const refreshed = page.events.find(({ type }) => type === "refreshed");
  expect(refreshed).toMatchObject({ rotated: false, token });
  await world.pass(5);
  expect(page.keeper.state).toBe("expired");
  expect(world.peer.refreshes).toBe(1);
});

test("a patched or fake timer function that fires too early is no reason for a request", async () => {
  world = await World.open();
  const clock = new VirtualClock();
  clock.truth = world.clock.truth;
  const early: (() => void)[] = [];
  const tab = world.tab();
  const ports = {
    ...tab.ports,
    clock: {
      wall: () => clock.wall(),
      monotonic: () => clock.monotonic(),
      setTimer: (run: () => void) => early.push(run),
      clearTimer: vi.fn(),
    },
  };
  const page = world.keeper({ tab, ports: { ...ports, openChannel: () => null } });
  const starting = page.keeper.start();
  await world.quiet();
  await starting;
  for (let i = 0; i < 50; i += 1) early.at(-1)?.();
  await world.quiet();
  expect(world.peer.count()).toBe(1);
});
