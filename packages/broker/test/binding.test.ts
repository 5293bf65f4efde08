import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { careless, type PageKey, pageKey, REFRESH_URL, START_URL } from "./support/page-key.js";
import { context, DEPLOYMENT, refusal, type World, type WorldOptions, world } from "./support/world.js";

let here: World;
let key: PageKey;
const open = async (over: WorldOptions = {}) => {
  here = await world({ guestApi: "web-messaging", ...over });
  key = await pageKey(here.clock.now);
};
beforeEach(() => open());
afterEach(() => here.close());

const start = async (claims = {}, header = {}) =>
  here.broker.startSession(
    { deploymentId: DEPLOYMENT },
    context({ dpop: await key.prove("POST", START_URL, claims, header) }),
  );
const refresh = async (handle: string, claims = {}, header = {}, by = key) =>
  here.broker.refreshSession(handle, {}, context({ dpop: await by.prove("POST", REFRESH_URL, claims, header) }));

describe("a session that was started with a proof", () => {
  test("is refreshed and ended with one of the same key", async () => {
    const first = await start();
    const second = await refresh(first.session.handle);
    const dpop = await key.prove("DELETE", START_URL);
    await here.broker.endSession(second.session.handle, context({ dpop }));
    expect((await refusal(refresh(second.session.handle))).code).toBe("session_revoked");
  });

  test("is not refreshed or ended without one, or with one of another key", async () => {
    const { handle } = (await start()).session;
    const other = await pageKey(here.clock.now);
    expect((await refusal(here.broker.refreshSession(handle, {}, context()))).code).toBe("session_invalid");
    expect((await refusal(here.broker.endSession(handle, context()))).code).toBe("session_invalid");
    expect((await refusal(refresh(handle, {}, {}, other))).code).toBe("session_invalid");
    await refresh(handle);
  });

  test.each([
    ["another method", { htm: "GET" }, {}],
    ["another URL", { htu: START_URL }, {}],
    ["another host", { htu: REFRESH_URL.replace("tokens", "evil") }, {}],
    ["no URL", { htu: undefined }, {}],
    ["an iat of long ago", { iat: 1_000_000_000 }, {}],
    ["an iat far ahead", { iat: 4_000_000_000 }, {}],
    ["no iat", { iat: undefined }, {}],
    ["no jti", { jti: undefined }, {}],
    ["an endless jti", { jti: "x".repeat(300) }, {}],
    ["another type", {}, { typ: "JWT" }],
    ["no key", {}, { jwk: undefined }],
    ["another handle's hash", { ath: "x" }, {}],
  ])("is not refreshed with a proof of %s", async (_, claims, header) => {
    const { handle } = (await start()).session;
    expect((await refusal(refresh(handle, claims, header))).code).toBe("session_invalid");
  });

  test("is not refreshed with a proof that was used before", async () => {
    const { handle } = (await start()).session;
    const dpop = await key.prove("POST", REFRESH_URL);
    const next = await here.broker.refreshSession(handle, {}, context({ dpop }));
    expect((await refusal(here.broker.refreshSession(next.session.handle, {}, context({ dpop })))).code).toBe(
      "session_invalid",
    );
  });

  test("is refreshed whatever the query, the case of the host and the default port", async () => {
    const { handle } = (await start()).session;
    const proof = await key.prove("POST", "https://TOKENS.example:443/v1/sessions/refresh?x=1#y");
    await here.broker.refreshSession(handle, {}, context({ dpop: { ...proof, url: REFRESH_URL } }));
  });

  test("is refreshed with a proof that names its handle", async () => {
    const { handle } = (await start()).session;
    await refresh(handle, { ath: createHash("sha256").update(handle).digest("base64url") });
  });

  test.each([3600, -3600, 315_360_000])(
    "is refreshed by a page whose clock is off by %i s, and by one whose clock was mended",
    async (offSeconds) => {
      const wrong = () => Math.floor(here.clock.now() / 1000) + offSeconds;
      const first = await start({ iat: wrong() });
      here.pass(1000);
      const second = await refresh(first.session.handle, { iat: wrong() });
      const third = await refresh(second.session.handle);
      expect((await refusal(refresh(third.session.handle, { iat: wrong() + 400 }))).code).toBe("session_invalid");
    },
  );
});

describe("a start with a proof that proves nothing is refused", () => {
  test.each([
    ["another method", { htm: "GET" }, {}],
    ["another URL", { htu: REFRESH_URL }, {}],
    ["another type", {}, { typ: "JWT" }],
    ["no key", {}, { jwk: undefined }],
  ])("%s", async (_, claims, header) => {
    expect((await refusal(start(claims, header))).code).toBe("invalid_request");
  });

  test.each(["", "x", "a.b.c", "x".repeat(10_000)])("nonsense", async (proof) => {
    const dpop = { proof, method: "POST", url: START_URL };
    expect((await refusal(here.broker.startSession({ deploymentId: DEPLOYMENT }, context({ dpop })))).code).toBe(
      "invalid_request",
    );
  });

  test("an algorithm other than ES256, and a private key in the header", async () => {
    for (const wrong of [await pageKey(here.clock.now, "ES384"), await careless(here.clock.now)]) {
      const dpop = await wrong.prove("POST", START_URL);
      expect((await refusal(here.broker.startSession({ deploymentId: DEPLOYMENT }, context({ dpop })))).code).toBe(
        "invalid_request",
      );
    }
  });
});

describe("binding", () => {
  test("preferred lets a page without keys in, and says that its handle is not bound", async () => {
    expect((await start()).session.bound).toBe(true);
    const { session } = await here.broker.startSession({ deploymentId: DEPLOYMENT }, context());
    expect(session.bound).toBe(false);
    const refreshed = await here.broker.refreshSession(session.handle, {}, context());
    expect(refreshed.session.bound).toBe(false);
  });

  test("required does not", async () => {
    await here.close();
    await open({ session: { binding: "required" } });
    expect((await refusal(here.broker.startSession({ deploymentId: DEPLOYMENT }, context()))).code).toBe(
      "invalid_request",
    );
    await start();
  });

  test("off looks at no proof", async () => {
    await here.close();
    await open({ session: { binding: "off" } });
    const { session } = await start({ htm: "GET" });
    expect(session.bound).toBe(false);
    await here.broker.refreshSession(session.handle, {}, context());
  });
});
