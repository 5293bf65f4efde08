/** Scenarios of the failure matrix about refusals: by the endpoint, of the session or of the identity, and by the messenger. */
import { PROBLEM_STATUS, type ProblemCode } from "@guestpass/protocol";
import { afterEach, expect, test } from "vitest";
import { jwt } from "./identity.js";
import { World } from "./world.js";

let world: World;
afterEach(() => world.close());

const HOUR = 3600;

const FORBIDDEN = Object.entries(PROBLEM_STATUS)
  .filter(([, status]) => [400, 403, 404, 405, 413, 415].includes(status))
  .map(([code]) => code as ProblemCode);

test.each(FORBIDDEN)(
  "#16 %s at the start is terminal: one `refused`, no more fetches until the page acts",
  async (code) => {
    world = await World.open();
    const page = world.keeper();
    world.peer.fault({ code });
    await expect(world.started(page)).rejects.toMatchObject({ code, retryable: false, status: PROBLEM_STATUS[code] });
    await world.pass(2 * HOUR);
    page.tab.signal("visible", "online");
    await expect(page.keeper.getToken()).rejects.toMatchObject({ code });
    await expect(page.keeper.refresh()).rejects.toMatchObject({ code });
    await world.quiet();
    expect(world.peer.count()).toBe(1);
    expect(page.keeper.state).toBe("refused");
    expect(page.names()).toEqual(["refused", "error"]);
    page.keeper.update({ consent: { accepted: true, timestamp: "2026-01-01T00:00:00Z" } });
    await world.pass(1);
    expect(page.keeper.state).toBe("ready");
    expect(world.peer.seen[1]?.body["consent"]).toMatchObject({ accepted: true });
  },
);

test("#16 403 on a refresh: refused at once, but the token is used as long as it lives", async () => {
  world = await World.open();
  const page = world.keeper();
  const { token } = await world.started(page);
  world.peer.fault({ code: "origin_not_allowed", times: 100 });
  await world.pass(3350);
  expect(page.keeper.state).toBe("refused");
  expect(await page.keeper.getToken()).toBe(token);
  expect(page.keeper.session?.token).toBe(token);
  await world.pass(HOUR);
  expect(page.names()).toEqual(["ready", "expiring", "refused", "error", "expired"]);
  expect(world.peer.refreshes).toBe(1);
  await expect(page.keeper.getToken()).rejects.toMatchObject({ code: "origin_not_allowed" });
  world.peer.clearFaults();
  const renewed = await world.started(page);
  expect(renewed.token).not.toBe(token);
  expect(world.peer.starts).toBe(1);
  expect(world.peer.refreshes).toBe(2);
});

test("#16 401 of the session: a new one once; where that is refused too, `refused`", async () => {
  world = await World.open();
  const page = world.keeper();
  const { sessionId } = await world.started(page);
  world.peer.fault({ path: "/refresh", code: "session_revoked" });
  await world.pass(HOUR);
  expect(page.keeper.session?.sessionId).not.toBe(sessionId);
  expect(page.names()).toEqual(["ready", "expiring", "ready"]);
  expect(world.peer.starts).toBe(2);
  world.peer.fault({ path: "/refresh", code: "session_invalid" });
  await world.pass(HOUR);
  expect(page.keeper.state).toBe("refused");
  expect(world.peer.starts).toBe(2);
  const requests = world.peer.count();
  await world.pass(HOUR);
  expect(world.peer.count()).toBe(requests);
});

test("#16 401 of the session and 401 of the new start: `refused` after two requests", async () => {
  world = await World.open();
  const page = world.keeper();
  world.peer.fault({ code: "session_invalid", times: 100 });
  await expect(world.started(page)).rejects.toMatchObject({ code: "session_invalid" });
  await world.pass(HOUR);
  expect(world.peer.count()).toBe(2);
  expect(page.keeper.state).toBe("refused");
});

test("#16 a session lost in between is replaced each time, as long as its renewals work in between", async () => {
  world = await World.open();
  const page = world.keeper();
  await world.started(page);
  for (let round = 0; round < 3; round += 1) {
    world.peer.fault({ path: "/refresh", code: "session_expired" });
    await world.pass(HOUR);
    await world.pass(HOUR);
    expect(page.keeper.state).toBe("ready");
  }
  expect(world.peer.starts).toBe(4);
});

test("#16 401 of the identity: the page is asked for another one once", async () => {
  world = await World.open();
  const asked: string[] = [];
  const page = world.keeper({
    identityToken: jwt("ann", 1),
    getIdentityToken: () => {
      asked.push("asked");
      return jwt("ann", asked.length + 1);
    },
  });
  world.peer.refusedIdentities.add(jwt("ann", 1));
  const started = await world.started(page);
  expect(asked.length).toBe(1);
  expect(world.peer.seen.map(({ body }) => body["identityToken"])).toEqual([jwt("ann", 1), jwt("ann", 2)]);
  expect(started.sessionId).toBeTruthy();
});

test.each([
  ["of another user", (count: number) => jwt(`guest ${count}`, 1)],
  ["that is none", (count: number) => `<h1>Error ${count}</h1>`],
])(
  "#16 a page that gives an identity %s each time it is asked: refused after one more, and no storm",
  async (_, give) => {
    world = await World.open();
    let asked = 0;
    const page = world.keeper({
      getIdentityToken: () => {
        asked += 1;
        return give(asked);
      },
    });
    world.peer.fault({ code: "identity_invalid", times: 1000 });
    const outcome = page.keeper.start().catch((error: unknown) => error);
    await world.pass(600);
    expect(await outcome).toMatchObject({ code: "identity_invalid" });
    expect(page.keeper.state).toBe("refused");
    expect(world.peer.seen.length).toBe(2);

    // Once the page has acted, it may say anew who its user is.
    world.peer.clearFaults();
    page.keeper.update({ identityToken: jwt("ann", 1) });
    await world.pass(1);
    expect(page.keeper.state).toBe("ready");
  },
);

test.each(["identity_required", "identity_invalid", "identity_expired"] as const)(
  "#16 %s without another identity: refused, until the page brings one",
  async (code) => {
    world = await World.open();
    const page = world.keeper({ identityToken: jwt("ann", 1) });
    world.peer.fault({ code, times: 2 });
    await expect(world.started(page)).rejects.toMatchObject({ code, retryable: false });
    await world.pass(HOUR);
    expect(world.peer.count()).toBe(1);
    world.peer.clearFaults();
    page.keeper.update({ identityToken: jwt("ann", 2) });
    await world.pass(1);
    expect(page.keeper.state).toBe("ready");
    expect(world.peer.seen.at(-1)?.body["identityToken"]).toBe(jwt("ann", 2));
  },
);

test("#16 identity_expired on a refresh: the new one goes along in its body, and the session stays", async () => {
  world = await World.open();
  let version = 1;
  const getIdentityToken = () => {
    version += 1;
    return jwt("ann", version);
  };
  const page = world.keeper({ getIdentityToken });
  const { sessionId } = await world.started(page);
  world.peer.fault({ path: "/refresh", code: "identity_expired" });
  await world.pass(HOUR);
  expect(world.peer.seen.filter(({ path }) => path.endsWith("refresh")).map(({ body }) => body)).toEqual([
    {},
    { identityToken: jwt("ann", 3) },
  ]);
  expect(page.keeper.session?.sessionId).toBe(sessionId);
});

test("#16 identity_expired on a refresh that the page asked for early is mended at once, too", async () => {
  world = await World.open();
  let version = 1;
  const getIdentityToken = () => {
    version += 1;
    return jwt("ann", version);
  };
  const page = world.keeper({ getIdentityToken });
  const { token } = await world.started(page);
  await world.pass(60);
  world.peer.fault({ path: "/refresh", code: "identity_expired" });
  expect((await page.keeper.refresh()).token).not.toBe(token);
  expect(world.peer.refreshes).toBe(2);
});

test("#16 a session lost on a refresh that the page asked for early is replaced at once, too", async () => {
  world = await World.open();
  const page = world.keeper();
  const { sessionId } = await world.started(page);
  await world.pass(60);
  world.peer.fault({ path: "/refresh", code: "session_revoked" });
  expect((await page.keeper.refresh()).sessionId).not.toBe(sessionId);
});

test("#16 a refused sign-in code is for the page to mend", async () => {
  world = await World.open();
  const page = world.keeper({ authorization: { code: "a", redirectUri: "https://x/" } });
  world.peer.fault({ code: "authorization_invalid" });
  await expect(world.started(page)).rejects.toMatchObject({ code: "authorization_invalid", retryable: false });
  await world.pass(HOUR);
  expect(world.peer.count()).toBe(1);
  page.keeper.update({ authorization: { code: "b", redirectUri: "https://x/" } });
  await world.pass(1);
  expect(page.keeper.state).toBe("ready");
  expect(world.peer.seen.at(-1)?.body["authorization"]).toMatchObject({ code: "b" });
});

test("#32 the platform refuses a token before its time: renewed without waiting for the timer", async () => {
  world = await World.open();
  const page = world.keeper();
  const { token } = await world.started(page);
  await world.pass(600);
  const renewed = await page.keeper.reportRefused(token);
  expect(renewed.token).not.toBe(token);
  expect(world.peer.refreshes).toBe(1);
  expect(await page.keeper.getToken()).toBe(renewed.token);
  // The report of a token that is replaced already asks for nothing.
  expect((await page.keeper.reportRefused(token)).token).toBe(renewed.token);
  expect(world.peer.refreshes).toBe(1);
});

test("#33 the messenger asks for a token first, with a stored session: it is resumed", async () => {
  world = await World.open();
  const tab = world.tab(undefined, { crypto: true });
  const first = world.keeper({ tab });
  const { sessionId } = await world.started(first);
  first.keeper.dispose();
  await world.pass(2 * HOUR);
  const second = world.keeper({ tab });
  expect(second.keeper.canResume).toBe(true);
  const token = second.keeper.getToken();
  await world.pass(1);
  expect(await token).toBeTruthy();
  expect(second.keeper.session?.sessionId).toBe(sessionId);
  expect(world.peer.starts).toBe(1);
});

test("#34 the messenger refuses fresh tokens: a refresh, a new session, then nothing more", async () => {
  world = await World.open();
  const page = world.keeper();
  const first = await world.started(page);
  await world.pass(60);
  const refuse = async (token: string) => {
    const outcome = page.keeper.reportRefused(token);
    outcome.catch(() => {});
    await world.pass(11);
    return outcome;
  };
  const second = await refuse(first.token);
  const third = await refuse(second.token);
  expect(second.sessionId).toBe(first.sessionId);
  expect(third.sessionId).not.toBe(first.sessionId);
  for (let i = 0; i < 20; i += 1) {
    await expect(refuse(third.token)).rejects.toMatchObject({ code: "invalid_answer", retryable: expect.any(Boolean) });
  }
  expect(world.peer.count()).toBe(3);
  // Much later it is a new trouble.
  await world.pass(700);
  expect((await refuse(third.token)).token).not.toBe(third.token);
});

test("#34 never two renewals within ten seconds, whoever asks", async () => {
  world = await World.open();
  const page = world.keeper();
  const first = await world.started(page);
  const reported = page.keeper.reportRefused(first.token);
  const refreshed = page.keeper.refresh();
  await world.pass(9);
  expect(world.peer.refreshes).toBe(0);
  await world.pass(1);
  expect((await reported).token).not.toBe(first.token);
  expect((await refreshed).token).toBe((await reported).token);
  expect(world.peer.refreshes).toBe(1);
});

test("within ten seconds of the last one, refresh() gives that one", async () => {
  world = await World.open();
  const page = world.keeper();
  const { token } = await world.started(page);
  expect((await page.keeper.refresh()).token).toBe(token);
  expect(world.peer.refreshes).toBe(0);
  await world.pass(10);
  expect((await page.keeper.refresh()).token).not.toBe(token);
  expect(world.peer.refreshes).toBe(1);
});

test("#16 the new identity is kept through a network failure in between", async () => {
  world = await World.open();
  let version = 1;
  const page = world.keeper({ identityToken: jwt("ann", 1), getIdentityToken: () => jwt("ann", version) });
  world.peer.refusedIdentities.add(jwt("ann", 1));
  version = 2;
  world.peer.fault({ code: "identity_expired" });
  world.peer.fault({ drop: true, times: 2 });
  await expect(world.started(page)).rejects.toMatchObject({ code: "network" });
  await world.pass(30);
  expect(page.keeper.state).toBe("ready");
  expect(world.peer.seen.at(-1)?.body["identityToken"]).toBe(jwt("ann", 2));
});

test("#16 a challenge that the visitor gives up is for the page to mend: not asked again and again", async () => {
  world = await World.open();
  let asked = 0;
  const page = world.keeper({
    challenge: () => {
      asked += 1;
      return Promise.reject(new Error("dismissed"));
    },
  });
  await expect(world.started(page)).rejects.toMatchObject({ code: "challenge_required", retryable: false });
  await world.pass(HOUR);
  expect([asked, world.peer.count(), page.keeper.state]).toEqual([1, 0, "refused"]);
});
