import { afterEach, describe, expect, test, vi } from "vitest";
import { context, DEPLOYMENT, refusal, type World, world } from "./support/world.js";

const PATH = "/api/v2/guest-tokens";
let here: World;
afterEach(() => here.close());

const start = (customer?: string) =>
  here.broker.startSession({ deploymentId: DEPLOYMENT, ...(customer && { customerId: customer }) }, context());
const clients = () =>
  here
    .calls("/oauth/token")
    .map(({ headers }) => Buffer.from(String(headers["authorization"]).slice(6), "base64").toString());

const pair = (name: string) => ({ clientId: name, clientSecret: `${name}-secret` });
const listed = (name: string) => ({ id: name, secret: `${name}-secret` });

describe("the access token", () => {
  test("is asked for with Basic authentication and a form", async () => {
    here = await world();
    await start();
    const [call] = here.calls("/oauth/token");
    expect(call?.method).toBe("POST");
    expect(call?.headers["authorization"]).toBe(`Basic ${Buffer.from("client:secret").toString("base64")}`);
    expect(call?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(JSON.stringify(call?.body)).toContain("client_credentials");
    expect(JSON.stringify(call?.body)).not.toContain("scope");
  });

  test("is fetched once however many wait, and kept until 60 s before its end", async () => {
    here = await world({}, { oauthLife: 3600 });
    await Promise.all(Array.from({ length: 50 }, () => start()));
    expect(here.calls("/oauth/token")).toHaveLength(1);
    here.pass(3530);
    await start();
    expect(here.calls("/oauth/token")).toHaveLength(1);
    here.pass(15);
    await start();
    expect(here.calls("/oauth/token")).toHaveLength(2);
    expect(here.broker.stats().oauth).toEqual({ fetched: 2, refused: 0 });
  });

  test("of a short life is used for half of it", async () => {
    here = await world({}, { oauthLife: 30 });
    await start();
    here.pass(10);
    await start();
    expect(here.calls("/oauth/token")).toHaveLength(1);
    here.pass(6);
    await start();
    expect(here.calls("/oauth/token")).toHaveLength(2);
  });

  test("that could not be had is asked for again by the next one", async () => {
    here = await world();
    here.simulator.fault({ path: "/oauth/token", status: 503, times: 3 });
    expect((await refusal(start())).code).toBe("upstream_unavailable");
    await start();
  });

  test("that is refused is dropped and asked for once more", async () => {
    here = await world();
    await start();
    here.simulator.fault({ path: PATH, status: 401, times: 1 });
    await start();
    expect(here.calls("/oauth/token")).toHaveLength(2);
    expect(here.calls(PATH)).toHaveLength(3);
    here.simulator.fault({ path: PATH, status: 401 });
    const error = await refusal(start());
    expect(error.code).toBe("upstream_unauthorized");
    expect(error.upstreamStatus).toBe(401);
    expect(here.calls(PATH)).toHaveLength(5);
  });

  test("that many find refused at once is asked for once", async () => {
    here = await world();
    await start();
    // Late, so that all ten are on their way before the first of them is tried again.
    here.simulator.fault({ path: PATH, status: 401, times: 10, delayMs: 200 });
    await Promise.all(Array.from({ length: 10 }, () => start()));
    expect(here.calls("/oauth/token")).toHaveLength(2);
  });

  test("is not asked for again over a 403 or a 429", async () => {
    here = await world({ platform: { credentials: [pair("a"), pair("b")] } });
    here.simulator.fault({ path: PATH, status: 403, times: 1 });
    expect((await refusal(start())).code).toBe("upstream_forbidden");
    here.simulator.fault({ path: PATH, status: 429, times: 1 });
    await start();
    expect(clients()).toEqual(["a:a-secret"]);
    here.simulator.fault({ path: "/oauth/token", status: 429, headers: { "retry-after": "120" } });
    here.pass(86_400);
    const error = await refusal(start());
    expect(error.code).toBe("upstream_rate_limited");
    expect(error.retryAfterSeconds).toBe(120);
    expect(clients()).toEqual(["a:a-secret", "a:a-secret"]);
  });
});

test("a token that does not come keeps nobody beyond the deadline", async () => {
  here = await world({ platform: { deadlineSeconds: 0.3, timeoutSeconds: 0.2 } });
  here.simulator.fault({ path: "/oauth/token", hang: true });
  const before = performance.now();
  expect((await refusal(start())).code).toBe("upstream_unavailable");
  expect(performance.now() - before).toBeLessThan(1500);
  expect(here.calls(PATH)).toHaveLength(0);
});

describe("several credential pairs", () => {
  test("take turns when one is refused, and the one that worked last goes first", async () => {
    here = await world({ platform: { credentials: [pair("a"), pair("b")] } }, { clients: [listed("b")] });
    await start();
    expect(clients()).toEqual(["a:a-secret", "b:b-secret"]);
    here.pass(86_400);
    await start();
    expect(clients()).toEqual(["a:a-secret", "b:b-secret", "b:b-secret"]);
  });

  test("take turns when the API refuses the token of one", async () => {
    here = await world({ platform: { credentials: [pair("a"), pair("b")] } });
    await start();
    here.simulator.fault({ path: PATH, status: 401, times: 1 });
    await start();
    expect(clients()).toEqual(["a:a-secret", "b:b-secret"]);
  });

  test("that are all refused end in upstream_unauthorized", async () => {
    here = await world({ platform: { credentials: [pair("a"), pair("b")] } }, { clients: [listed("c")] });
    const error = await refusal(start());
    expect(error.code).toBe("upstream_unauthorized");
    expect(error.upstreamStatus).toBe(401);
    expect(clients()).toHaveLength(2);
    expect(here.calls(PATH)).toHaveLength(0);
  });
});

describe("credentials that change where they are kept", () => {
  let kept: ReturnType<typeof pair>[];
  let asked: number;
  const open = async (accepted: string[], oauthLife = 86_400) => {
    kept = [pair("old")];
    asked = 0;
    const credentials = async () => {
      asked += 1;
      return kept;
    };
    here = await world({ platform: { credentials } }, { clients: accepted.map(listed), oauthLife });
    await start();
    expect(asked).toBe(1);
  };
  const bearers = () => new Set(here.calls(PATH).map(({ headers }) => headers["authorization"]));

  test("are in effect within 10 s, though the old token lives for a day", async () => {
    await open(["old", "new"]);
    kept = [pair("new")];
    here.pass(9);
    await start();
    await vi.waitFor(() => expect(here.broker.stats().oauth.fetched).toBe(2));
    await start();
    expect(clients()).toEqual(["old:old-secret", "new:new-secret"]);
    expect(bearers().size).toBe(2);
    here.pass(9);
    await start();
    await vi.waitFor(() => expect(asked).toBe(3));
    expect(clients()).toHaveLength(2);
  });

  test("are asked for again at once after a refusal", async () => {
    await open(["old", "new"], 4);
    here.pass(2.1);
    here.simulator.fault({ path: "/oauth/token", status: 401, body: { error: "invalid_client" }, times: 1 });
    kept = [pair("new")];
    await start();
    expect(asked).toBe(2);
    expect(clients()).toEqual(["old:old-secret", "old:old-secret", "new:new-secret"]);
  });

  test("and are wrong leave the token that is held in use, and say so", async () => {
    await open(["old", "new"]);
    kept = [pair("mistyped")];
    here.pass(5);
    here.simulator.setClients([listed("new")]);
    await start();
    await vi.waitFor(() => expect(here.warnings.join()).toContain("changed client credentials"));
    await start();
    expect(bearers().size).toBe(1);
    expect((await here.broker.health()).ready).toBe(true);
    kept = [pair("new")];
    here.pass(5);
    await start();
    await vi.waitFor(() => expect(here.broker.stats().oauth.fetched).toBe(2));
    await start();
    expect(bearers().size).toBe(2);
  });

  test("before the platform knows them are tried, and those before them while they are not accepted", async () => {
    await open(["old"], 120);
    kept = [pair("new")];
    here.pass(61);
    await start();
    expect(clients()).toEqual(["old:old-secret", "new:new-secret", "old:old-secret"]);
    here.simulator.setClients([listed("new")]);
    here.pass(61);
    await start();
    expect(clients().at(-1)).toBe("new:new-secret");
    here.pass(61);
    await start();
    expect(clients().slice(-2)).toEqual(["new:new-secret", "new:new-secret"]);
  });

  test("and cannot be read for a moment stay as they were", async () => {
    let readable = true;
    const credentials = () => (readable ? [pair("old")] : Promise.reject(new Error("no such file")));
    here = await world({ platform: { credentials } }, { oauthLife: 120 });
    await start();
    readable = false;
    here.pass(61);
    await start();
    expect(clients()).toEqual(["old:old-secret", "old:old-secret"]);
  });
});

test("document 4's token path is asked where it is configured", async () => {
  here = await world({ platform: { oauthPath: "/api/v2/oauth/token" } });
  await start();
  expect(here.simulator.requests().map(({ path }) => path)).toContain("/api/v2/oauth/token");
  expect(here.simulator.requests().map(({ path }) => path)).not.toContain("/oauth/token");
});

describe("the proof", () => {
  test("of good credentials", async () => {
    here = await world();
    expect(await here.broker.prove()).toEqual({ ok: true });
  });

  test.each([
    [401, { error: "invalid_client" }],
    [400, { error: "invalid_client", error_description: "client not found" }],
    [400, { description: "client not found: invalid_client" }],
    [400, { error: "invalid_request" }],
    [403, {}],
    [404, "<html>"],
  ])("of refused ones says so without a secret: %i %j", async (status, body) => {
    here = await world();
    here.simulator.fault({ path: "/oauth/token", status, body });
    const proof = await here.broker.prove();
    expect(proof).toMatchObject({ ok: false, refused: true });
    expect(JSON.stringify(proof)).not.toContain('secret"');
    here.simulator.clearFaults();
    expect(await here.broker.prove()).toEqual({ ok: true });
  });

  test.each([
    [503, {}],
    [429, { "retry-after": "60" }],
  ])("of a platform that is out of order (%i) says that it was not refused", async (status, headers) => {
    here = await world();
    here.simulator.fault({ path: "/oauth/token", status, headers });
    expect(await here.broker.prove()).toMatchObject({ ok: false, refused: false });
  });

  test("needs nothing where no credentials are in use", async () => {
    here = await world({ guestApi: "web-messaging", platform: { credentials: [] } });
    expect(await here.broker.prove()).toEqual({ ok: true });
    expect(here.simulator.requests()).toEqual([]);
  });
});
