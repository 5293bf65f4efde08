import { afterEach, describe, expect, test } from "vitest";
import { createBroker, ephemeralKeyRing } from "../src/index.js";
import { context, DEPLOYMENT, OTHER_DEPLOYMENT, QUEUE, refusal, type World, world } from "./support/world.js";

let here: World;
afterEach(() => here.close());

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("a started session", () => {
  test("of guest-tokens says all that the contract names", async () => {
    here = await world({ guestApi: "guest-tokens" });
    const before = here.clock.now();
    const session = await here.broker.startSession(
      { deploymentId: DEPLOYMENT, attributes: { campaign: "q4" } },
      context(),
    );
    expect(session.sessionId).toMatch(/^ses_/);
    expect(session.guestId).toMatch(/^anon-/);
    expect(session.tokenType).toBe("jwt");
    expect(session.token.split(".")).toHaveLength(3);
    expect(session.expiresIn).toBeGreaterThan(3590);
    expect(session.expiresIn).toBeLessThanOrEqual(3600);
    expect(session.refreshIn).toBe(session.expiresIn - 300);
    expect(Date.parse(session.serverTime)).toBeGreaterThanOrEqual(before);
    expect(session.issuedAt).toBe(session.serverTime);
    expect(Date.parse(session.expiresAt)).toBeGreaterThan(before + 3_590_000);
    expect(session.session.expiresIn).toBeGreaterThan(86_390);
    expect(session.session.handle.split(".")).toHaveLength(5);
    expect(session).not.toHaveProperty("sessionToken");
    const base = here.simulator.url;
    expect(session.messenger).toEqual({
      deploymentId: DEPLOYMENT,
      region: new URL(base).host,
      guestApi: "guest-tokens",
      urls: {
        socket: `${base.replace("http", "ws")}/v1`,
        api: base,
        config: `${base}/webdeployments/v1/deployments/${DEPLOYMENT}/config.json`,
        bootstrap: `${base}/genesys-bootstrap/genesys.min.js`,
      },
      initConfig: {
        deploymentId: DEPLOYMENT,
        region: new URL(base).host,
        guestToken: session.token,
        loginMode: "guest",
      },
      features: { isTranscriptEnabled: true, isFileUploadEnabled: true, isRatingEnabled: true },
      onboarding: {
        environment: new URL(base).host,
        webchatId: DEPLOYMENT,
        guestToken: session.token,
        externalId: session.guestId,
      },
    });
    const [call] = here.calls("/api/v2/guest-tokens");
    expect(call?.body).toEqual({
      externalId: session.guestId,
      webchatId: DEPLOYMENT,
      attributes: { campaign: "q4" },
      expirationTime: expect.stringMatching(/Z$/) as string,
    });
  });

  test("of webchat-instances is routed to the queue, in the language that is asked for or en-us", async () => {
    here = await world({ guestApi: "webchat-instances" });
    const first = await here.broker.startSession({ deploymentId: DEPLOYMENT, language: "de-de" }, context());
    await here.broker.startSession({ deploymentId: DEPLOYMENT, queueId: QUEUE }, context());
    expect(first.guestId).toMatch(UUID);
    const [asked, plain] = here.calls("/api/v2/webchat/instances/guests");
    expect(asked?.body).toEqual({
      routing: { queueId: QUEUE, language: "de-de" },
      attributes: { channelType: "webchat", sourceSystem: "embedded-widget-v2", customerId: "anonymous" },
    });
    expect(plain?.body).toMatchObject({ routing: { queueId: QUEUE, language: "en-us" } });
    expect(first.messenger).not.toHaveProperty("onboarding");
  });

  test("of web-messaging is a UUID made here, and nobody is asked for a token", async () => {
    here = await world({ guestApi: "web-messaging", platform: { credentials: [] } });
    const session = await here.broker.startSession({ deploymentId: DEPLOYMENT }, context());
    expect(session.token).toMatch(UUID);
    expect(session.sessionToken).toBe(session.token);
    expect(session.tokenType).toBe("uuid");
    expect(session.guestId).toMatch(/^gst_/);
    expect(session.expiresIn).toBe(session.session.expiresIn);
    expect(here.simulator.requests().every(({ path }) => path.endsWith("/config.json"))).toBe(true);
  });

  test("never outlives its session, whatever the token says", async () => {
    here = await world({ session: { maxAgeSeconds: 120 } });
    const session = await here.broker.startSession({ deploymentId: DEPLOYMENT }, context());
    expect(session.expiresIn).toBeLessThanOrEqual(120);
    expect(session.refreshIn).toBeLessThan(session.expiresIn);
  });

  test("has a token of 15 s refreshed in time", async () => {
    here = await world({}, { tokenLife: 15 });
    const session = await here.broker.startSession({ deploymentId: DEPLOYMENT }, context());
    expect(session.expiresIn).toBeGreaterThanOrEqual(13);
    expect(session.refreshIn).toBeGreaterThanOrEqual(8);
    expect(session.refreshIn).toBeLessThanOrEqual(10);
  });
});

describe("a request is refused", () => {
  test("with every mistake and its path, in code points, without repeating a value", async () => {
    here = await world({ guestApi: "guest-tokens" });
    const error = await refusal(
      here.broker.startSession(
        {
          deploymentId: 7,
          customerId: "CUST-1",
          colour: "red",
          consent: { accepted: "yes", timestamp: "yesterday" },
          challenge: { provider: "nobody", response: "x" },
          attributes: { ["k".repeat(129)]: "v", long: "😀".repeat(513), customerId: "x", "a/b~c": 1 },
        },
        context(),
      ),
    );
    expect(error.code).toBe("invalid_request");
    expect(error.status).toBe(400);
    const paths = error.errors?.map(({ path }) => path).sort();
    expect(paths).toEqual(
      [
        `/attributes/${"k".repeat(64)}...`,
        "/attributes/a~1b~0c",
        "/attributes/customerId",
        "/attributes/long",
        "/attributes",
        "/challenge/provider",
        "/colour",
        "/consent/accepted",
        "/consent/timestamp",
        "/customerId",
        "/deploymentId",
      ].sort(),
    );
    expect(JSON.stringify(error.errors)).not.toContain("yesterday");
  });

  test.each([
    ["null", null, ""],
    ["a list", [], ""],
    ["a text", "hello", ""],
    ["nothing", undefined, ""],
    ["no deployment", {}, "/deploymentId"],
    [
      "an authorization that the guest API does not know",
      { deploymentId: DEPLOYMENT, authorization: { code: "c", redirectUri: "https://x" } },
      "/authorization",
    ],
    [
      "2049 bytes",
      { deploymentId: DEPLOYMENT, attributes: { a: "ä".repeat(512), b: "ä".repeat(511), c: "x" } },
      "/attributes",
    ],
    [
      "21 attributes",
      {
        deploymentId: DEPLOYMENT,
        attributes: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`k${i}`, "v"])),
      },
      "/attributes",
    ],
  ])("for %s", async (_, body, path) => {
    here = await world();
    const error = await refusal(here.broker.startSession(body, context()));
    expect(error.code).toBe("invalid_request");
    expect(error.errors?.map((one) => one.path)).toContain(path);
  });

  test("at the edge of every limit is accepted", async () => {
    here = await world();
    const attributes = Object.fromEntries(Array.from({ length: 19 }, (_, i) => [`k${i}`, "v"]));
    attributes["😀".repeat(128)] = "é".repeat(512);
    await here.broker.startSession(
      { deploymentId: DEPLOYMENT, attributes, consent: { accepted: false, timestamp: "2026-11-21T10:00:00+01:00" } },
      context(),
    );
    const full = { a: "ä".repeat(511), b: "ä".repeat(511) };
    expect(Buffer.byteLength(`ab${full.a}${full.b}`)).toBe(2046);
    await here.broker.startSession({ deploymentId: DEPLOYMENT, attributes: { ...full, c: "x" } }, context());
  });

  test("for a deployment or a queue that is not listed", async () => {
    here = await world({ guestApi: "webchat-instances", queueIds: [QUEUE, "b"] });
    const ask = (body: object) => refusal(here.broker.startSession(body, context()));
    expect((await ask({ deploymentId: "other" })).errors).toEqual([{ path: "/queueId", message: "is required" }]);
    expect((await ask({ deploymentId: "other", queueId: QUEUE })).code).toBe("deployment_not_allowed");
    expect((await ask({ deploymentId: OTHER_DEPLOYMENT, queueId: "c" })).code).toBe("queue_not_allowed");
    expect(here.simulator.requests()).toEqual([]);
  });

  test("without consent where it is required", async () => {
    here = await world({ consentRequired: true });
    const ask = (consent?: object) =>
      here.broker.startSession({ deploymentId: DEPLOYMENT, ...(consent && { consent }) }, context());
    expect((await refusal(ask())).code).toBe("consent_required");
    const timestamp = "2026-11-21T10:00:00Z";
    expect((await refusal(ask({ accepted: false, timestamp }))).code).toBe("consent_required");
    await ask({ accepted: true, timestamp });
  });
});

test("a wrong option is a TypeError that names it, and the broker is not made", async () => {
  here = await world();
  const make = (over: object) => () =>
    createBroker({
      guestApi: "guest-tokens",
      platform: { region: "mypurecloud.ie", credentials: [{ clientId: "a", clientSecret: "b" }] },
      deploymentIds: [DEPLOYMENT],
      session: { keys: ephemeralKeyRing() },
      ...over,
    });
  expect(make({ deploymentIds: [] })).toThrow(/deploymentIds/);
  expect(make({ guestApi: "nothing" })).toThrow(/guestApi/);
  expect(make({ platform: { region: "example.com" } })).toThrow(/platform.region/);
  expect(make({ platform: {} })).toThrow(/platform.region/);
  expect(make({ platform: { baseUrl: "ftp://x" } })).toThrow(/platform.baseUrl/);
  expect(make({ platform: { region: "eu-west-1" } })).toThrow(/platform.credentials/);
  expect(make({ session: { keys: ephemeralKeyRing(), maxAgeSeconds: 0 } })).toThrow(/maxAgeSeconds/);
  expect(make({ identity: { mode: "required" } })).toThrow(/identity.secret/);
  expect(make({})).not.toThrow();
});
