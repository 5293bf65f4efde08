/** "Generating Genesys Cloud Web Messaging Guest Tokens via API with TypeScript", its six files and their errors. */
import { createHash } from "node:crypto";
import { expect, onTestFinished, test, vi } from "vitest";
import { guestClient } from "../../src/index.js";
import { context, DEPLOYMENT, refusal, world } from "../support/world.js";

const PATH = "/api/v2/guest-tokens";
const EXTERNAL = "ext-user-99281";

test("4-guest-token-module: validation, cache with hooks, sliding renewal, telemetry, onboarding", async () => {
  const dropped: string[] = [];
  const here = await world({
    guestApi: "guest-tokens",
    identity: { mode: "unverified" },
    platform: { oauthPath: "/api/v2/oauth/token", region: "mypurecloud.ie" },
    hooks: { onCacheInvalidated: (key, token) => dropped.push(`${key} ${token}`) },
  });
  onTestFinished(() => here.close());
  const attributes = { source: "landing-page", campaign: "q4-promo" };
  const start = (over: object = {}) =>
    here.broker.startSession({ deploymentId: DEPLOYMENT, customerId: EXTERNAL, attributes, ...over }, context());

  // Step 1: each limit, and the expiration time, which is the caller's to name where it has one.
  const many = Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`k${at}`, "v"]));
  expect(
    (await refusal(start({ customerId: "x".repeat(256), attributes: many }))).errors?.map(({ path }) => path),
  ).toEqual(expect.arrayContaining(["/customerId", "/attributes"]));
  const alone = guestClient({
    guestApi: "guest-tokens",
    platform: { baseUrl: here.simulator.url, credentials: [{ clientId: "a", clientSecret: "b" }] },
    ports: { clock: here.clock },
  });
  onTestFinished(() => alone.close());
  const until = (ms: number) => new Date(here.clock.now() + ms).toISOString();
  const wish = { deploymentId: DEPLOYMENT, customerId: EXTERNAL };
  for (const expirationTime of ["tomorrow", until(-1000), "2024-13-01T00:00:00Z"])
    expect((await refusal(alone.create({ ...wish, expirationTime }))).errors?.[0]?.path).toBe("/expirationTime");
  const expirationTime = until(48 * 3_600_000);
  await alone.create({ ...wish, expirationTime });
  expect(here.calls(PATH).at(-1)?.body).toMatchObject({ expirationTime });
  here.simulator.clearRequests();

  // Step 2: OAuth at the document's path; a burst of the same is one call; a hook hears when it is kept no longer.
  const burst = await Promise.all(Array.from({ length: 10 }, () => start()));
  const [session] = burst;
  if (session === undefined) throw new Error("there is a session");
  expect(here.simulator.requests().map(({ path }) => path)).toEqual(
    expect.arrayContaining(["/api/v2/oauth/token", PATH]),
  );
  expect(here.calls(PATH)).toHaveLength(1);
  const asked = here.calls(PATH)[0]?.body as { expirationTime: string };
  expect(asked).toMatchObject({ externalId: EXTERNAL, webchatId: DEPLOYMENT, attributes });
  expect(Date.parse(asked.expirationTime) - here.clock.now()).toBeGreaterThan(86_395_000);
  here.pass(6);
  here.simulator.fault({ path: PATH, status: 429, headers: { "retry-after": "2" }, times: 1 });
  here.simulator.fault({ path: PATH, status: 503, times: 1 });
  const next = await start();
  expect(next.token).not.toBe(session.token);
  expect(here.clock.slept).toEqual([2125, 500]);
  await vi.waitFor(() => expect(dropped).toEqual([expect.stringContaining(session.token)]));

  // Step 3: renewed for the same external id when five minutes are left, and not before.
  expect(session.refreshIn).toBe(session.expiresIn - 300);
  here.pass(session.refreshIn - 10);
  const renewed = await here.broker.refreshSession(session.session.handle, undefined, context());
  expect([renewed.guestId, renewed.sessionId]).toEqual([EXTERNAL, session.sessionId]);

  // Step 4: telemetry and records, the token by its hash's first digits alone.
  here.simulator.fault({ path: PATH, status: 403, times: 1 });
  here.pass(10);
  await refusal(here.broker.refreshSession(renewed.session.handle, undefined, context()));
  await vi.waitFor(() => expect(here.audit).toHaveLength(1 + 11 + 2));
  expect(here.broker.stats()).toMatchObject({ issued: 11, renewed: 1, renewalsFailed: 1 });
  expect(here.audit.slice(-2)).toMatchObject([
    {
      action: "RENEWED",
      externalId: createHash("sha256").update(EXTERNAL).digest("hex"),
      webchatId: DEPLOYMENT,
      attributesCount: 2,
      tokenHash: createHash("sha256").update(renewed.token).digest("hex").slice(0, 16),
      latencyMs: expect.any(Number) as number,
    },
    { action: "FAILED", code: "upstream_forbidden", tokenHash: null },
  ]);

  // Step 5: what the page is onboarded with.
  expect(session.messenger.onboarding).toEqual({
    environment: "mypurecloud.ie",
    webchatId: DEPLOYMENT,
    guestToken: session.token,
    externalId: EXTERNAL,
  });

  // Its errors: 5xx without end ends, which the document's own recursion does not.
  here.simulator.fault({ path: PATH, status: 500 });
  expect((await refusal(start({ customerId: "other" }))).code).toBe("upstream_unavailable");
});
