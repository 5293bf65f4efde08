import { afterEach, describe, expect, test } from "vitest";
import { ephemeralKeyRing, memoryStore, type Store } from "../src/index.js";
import { context, DEPLOYMENT, refusal, type World, world } from "./support/world.js";

let here: World;
afterEach(() => here.close());

const failing = async () => (await here.broker.health()).checks.filter(({ ok }) => !ok).map(({ name }) => name);

describe("health", () => {
  test("is good where everything works, and asks nobody twice", async () => {
    here = await world();
    const health = await here.broker.health();
    expect(health).toEqual({
      ready: true,
      checks: [
        { name: "credentials", ok: true },
        { name: "store", ok: true },
        { name: "platform", ok: true },
        { name: "keys", ok: true },
      ],
    });
    const asked = here.simulator.requests().length;
    for (let i = 0; i < 10; i += 1) await here.broker.health();
    expect(here.simulator.requests()).toHaveLength(asked);
  });

  test("says that the credentials are refused", async () => {
    here = await world({}, { clients: [{ id: "other", secret: "other" }] });
    expect((await here.broker.health()).checks[0]).toEqual({
      name: "credentials",
      ok: false,
      detail: "refused by Genesys Cloud",
    });
  });

  test("says that the platform is out of order, and that it works again", async () => {
    here = await world();
    await here.broker.startSession({ deploymentId: DEPLOYMENT }, context());
    expect(await failing()).toEqual([]);
    here.simulator.fault({ path: "/api/*", status: 503 });
    await refusal(here.broker.startSession({ deploymentId: DEPLOYMENT }, context()));
    expect(await failing()).toEqual(["platform"]);
    here.simulator.clearFaults();
    here.pass(6);
    expect(await failing()).toEqual([]);
  });

  test("says that a store or a key file is not to be had", async () => {
    const store: Store = { ...memoryStore(), ping: () => Promise.reject(new Error("down")) };
    const keys = { ...ephemeralKeyRing(), status: () => ({ ok: false, detail: "the key file cannot be read" }) };
    here = await world({ store, session: { keys } });
    expect((await here.broker.health()).ready).toBe(false);
    expect(await failing()).toEqual(["store", "keys"]);
  });

  test("does not hang with a platform that hangs", async () => {
    here = await world();
    here.simulator.fault({ path: "/*", hang: true });
    expect(await failing()).toEqual(["credentials", "platform"]);
  });
});

describe("a store that fails", () => {
  test("stops no start, and makes a refresh not_ready", async () => {
    const down = () => Promise.reject(new Error("down"));
    const store: Store = { ...memoryStore(), read: down, swap: down, readGuest: down, writeGuest: down };
    here = await world({ store, identity: { mode: "unverified" } });
    const { session } = await here.broker.startSession({ deploymentId: DEPLOYMENT, customerId: "CUST-1" }, context());
    const error = await refusal(here.broker.refreshSession(session.handle, {}, context()));
    expect(error.code).toBe("not_ready");
    expect(error.status).toBe(503);
    expect(error.retryAfterSeconds).toBe(5);
  });
});

describe("what a page may know before it has a token", () => {
  test("comes from the configuration and the deployment's public file, which is kept", async () => {
    here = await world();
    const info = await here.broker.messengerInfo(DEPLOYMENT, context());
    expect(info).toMatchObject({ deploymentId: DEPLOYMENT, guestApi: "guest-tokens", defaultLanguage: "en-us" });
    expect(info.languages.length).toBeGreaterThan(0);
    expect(info.deployment).toMatchObject({ id: DEPLOYMENT });
    expect(info.conversation).toMatchObject({ disconnect: "Send", clearEnabled: true, markdown: true });
    for (let i = 0; i < 5; i += 1) await here.broker.messengerInfo(DEPLOYMENT, context());
    expect(here.calls("/config.json")).toHaveLength(1);
    here.pass(301);
    here.simulator.fault({ path: "/webdeployments/*", status: 500 });
    expect((await here.broker.messengerInfo(DEPLOYMENT, context())).deployment).toMatchObject({ id: DEPLOYMENT });
  });

  test.each([
    [500, "x"],
    [403, ""],
    [200, "<html>"],
    [200, "[]"],
  ])("is there without the file too: %i %s", async (status, body) => {
    here = await world();
    here.simulator.fault({ path: "/webdeployments/*", status, body });
    const info = await here.broker.messengerInfo(DEPLOYMENT, context());
    expect(info.deployment).toBeNull();
    expect(info.conversation).toBeNull();
    expect(info.languages).toEqual(["en-us"]);
    expect(info.features).toEqual({ isTranscriptEnabled: true, isFileUploadEnabled: false, isRatingEnabled: true });
  });

  test("is refused for another deployment, and for none", async () => {
    here = await world();
    expect((await refusal(here.broker.messengerInfo("other", context()))).code).toBe("deployment_not_allowed");
    for (const none of [undefined, "", 7, ["a"]])
      expect((await refusal(here.broker.messengerInfo(none, context()))).code).toBe("invalid_request");
  });

  test("does not keep a start waiting for a file that does not come", async () => {
    here = await world({ guestApi: "web-messaging" });
    here.simulator.fault({ path: "/webdeployments/*", hang: true });
    const { messenger } = await here.broker.startSession({ deploymentId: DEPLOYMENT }, context());
    expect(messenger.features.isFileUploadEnabled).toBe(false);
  });
});
