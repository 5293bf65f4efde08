import { createHash } from "node:crypto";
import { decodeJwt, jwtVerify } from "jose";
import { afterEach, describe, expect, test, vi } from "vitest";
import { ephemeralKeyRing, type GuestApi, memoryStore } from "../src/index.js";
import { context, DEPLOYMENT, refusal, type World, world } from "./support/world.js";

let here: World;
afterEach(() => here.close());

const consent = { accepted: true, timestamp: "2026-11-21T10:00:00Z" };
const start = (body: object = {}) => here.broker.startSession({ deploymentId: DEPLOYMENT, ...body }, context());
const refresh = (handle: string) => here.broker.refreshSession(handle, {}, context());
const hashOf = (id: string) => createHash("sha256").update(id).digest("hex");

describe("guest (document 1)", () => {
  const PATH = "/api/v2/guest";

  test("names the guest by its external id and sends the page's attributes with its own", async () => {
    here = await world({ guestApi: "guest", identity: { mode: "unverified" } });
    const session = await start({ customerId: "CUST-8842", attributes: { page: "/cart" } });
    expect(here.calls(PATH)[0]?.body).toEqual({
      username: "webchat-guest-CUST-8842",
      customAttributes: { page: "/cart", externalCustomerId: "CUST-8842", sourceChannel: "web_messaging" },
    });
    expect(session.guestId).toBe(decodeJwt(session.token).sub);
    here.pass(3300);
    const refreshed = await refresh(session.session.handle);
    expect(refreshed.guestId).toBe(session.guestId);
    expect(here.calls(PATH)[1]?.body).toEqual(here.calls(PATH)[0]?.body);
  });

  test.each([
    ["the answer", { scope: "conversations:messaging:receive" }, {}],
    ["the token", {}, { scope: "conversations:messaging:receive" }],
  ])("is not released where %s lacks the scope", async (_, answer, claims) => {
    here = await world({ guestApi: "guest" });
    here.simulator.fault({ path: PATH, body: { access_token: unsigned(claims), expires_in: 3600, ...answer } });
    const error = await refusal(start());
    expect(error.code).toBe("token_scope_missing");
    expect(error.status).toBe(502);
  });

  test("is not released where no scope is named, and not where a configured one is missing", async () => {
    here = await world({ guestApi: "guest" });
    here.simulator.fault({ path: PATH, body: { access_token: unsigned({}), expires_in: 3600 } });
    expect((await refusal(start())).code).toBe("token_scope_missing");
    await here.close();
    here = await world({ guestApi: "guest", platform: { requiredScopes: ["conversations:everything"] } });
    expect((await refusal(start())).code).toBe("token_scope_missing");
  });

  test("never shows the token as the guest's id", async () => {
    here = await world({ guestApi: "guest" });
    const token = unsigned({ scope: "conversations:messaging:send" });
    here.simulator.fault({ path: PATH, body: { access_token: token, expires_in: 3600, sub: token } });
    expect((await start()).guestId).toMatch(/^gst_/);
  });
});

describe("external-users (document 2)", () => {
  const USERS = "/api/v2/externalusers/guests";
  const TOKENS = "/api/v2/externalusers/guests/token";

  test("makes one user for a customer, by hash, and finds it again", async () => {
    here = await world({ guestApi: "external-users", identity: { mode: "unverified" } });
    const first = await start({ customerId: "CRM-987654" });
    const hash = hashOf("CRM-987654");
    expect(here.calls(USERS)[0]?.body).toEqual({
      name: `crm_guest_${hash.slice(0, 12)}`,
      email: `guest_${hash.slice(0, 8)}@internal.corp`,
      customAttributes: { source_system: "crm_integration", crm_id_hash: hash },
    });
    expect(here.calls(TOKENS)[0]?.body).toEqual({ externalUserId: first.guestId });
    here.pass(3400);
    const second = await start({ customerId: "CRM-987654" });
    expect(second.guestId).toBe(first.guestId);
    expect(second.token).not.toBe(first.token);
    expect(here.calls(USERS)).toHaveLength(1);
    expect(JSON.stringify(here.simulator.requests())).not.toContain("CRM-987654");
  });

  test("hands a customer's token out again until 300 s before its end", async () => {
    const store = memoryStore();
    here = await world({ guestApi: "external-users", identity: { mode: "unverified" }, store });
    const first = await start({ customerId: "CRM-1" });
    await vi.waitFor(async () => expect((await store.readGuest(hashOf("CRM-1")))?.token).toBeTruthy());
    here.pass(3290);
    const again = await start({ customerId: "CRM-1" });
    expect(again.token).toBe(first.token);
    expect(again.expiresIn).toBeLessThanOrEqual(310);
    here.pass(20);
    expect((await start({ customerId: "CRM-1" })).token).not.toBe(first.token);
    expect(here.calls(TOKENS)).toHaveLength(2);
  });

  test("renews with one call, for the same user", async () => {
    here = await world({ guestApi: "external-users" });
    const [one, other] = [await start(), await start()];
    expect(one.guestId).not.toBe(other.guestId);
    const refreshed = await refresh(one.session.handle);
    expect(refreshed.guestId).toBe(one.guestId);
    expect(here.calls(USERS)).toHaveLength(2);
    expect(here.calls(TOKENS).at(-1)?.body).toEqual({ externalUserId: one.guestId });
  });

  test("remembers the user though its token could not be had, and asks for the token again after a lost answer", async () => {
    here = await world({
      guestApi: "external-users",
      identity: { mode: "unverified" },
      platform: { timeoutSeconds: 0.2 },
    });
    here.simulator.fault({ path: TOKENS, status: 403, times: 1 });
    expect((await refusal(start({ customerId: "CRM-1" }))).code).toBe("upstream_forbidden");
    here.simulator.fault({ path: TOKENS, drop: true, times: 1 });
    await start({ customerId: "CRM-1" });
    expect(here.calls(USERS)).toHaveLength(1);
    expect(here.calls(TOKENS)).toHaveLength(3);
  });

  test("makes a user anew that the platform has forgotten, and ends a session whose user is gone", async () => {
    const store = memoryStore();
    const keys = ephemeralKeyRing();
    const before = await world({
      guestApi: "external-users",
      identity: { mode: "unverified" },
      store,
      session: { keys },
    });
    const first = await before.broker.startSession({ deploymentId: DEPLOYMENT, customerId: "CRM-1" }, context());
    const mapping = await store.readGuest(hashOf("CRM-1"));
    await before.simulator.close();
    here = await world({
      guestApi: "external-users",
      identity: { mode: "unverified" },
      store: memoryStore(),
      session: { keys },
    });
    expect((await refusal(refresh(first.session.handle))).code).toBe("session_invalid");
    await here.close();
    const fresh = memoryStore();
    if (mapping !== undefined) await fresh.writeGuest(hashOf("CRM-1"), { ...mapping, token: "" });
    here = await world({
      guestApi: "external-users",
      identity: { mode: "unverified" },
      store: fresh,
      session: { keys },
    });
    expect((await start({ customerId: "CRM-1" })).guestId).not.toBe(first.guestId);
    await before.broker.close();
  });
});

describe("webmessaging-guests (document 3)", () => {
  const PATH = "/api/v2/conversations/webmessaging/guests";

  test("takes the consent along, at the start and at each refresh, and asks OAuth for its scopes", async () => {
    here = await world({ guestApi: "webmessaging-guests" });
    const session = await start({ consent, attributes: { origin: "shop" } });
    const refreshed = await refresh(session.session.handle);
    const body = { channelId: DEPLOYMENT, consent, attributes: { origin: "shop" } };
    expect(here.calls(PATH).map((call) => call.body)).toEqual([body, body]);
    expect(refreshed.guestId).not.toBe(session.guestId);
    expect(refreshed.sessionId).toBe(session.sessionId);
    expect(JSON.stringify(here.calls("/oauth/token")[0]?.body)).toMatch(/webmessaging(:|%3A)guest(:|%3A)create/);
    await here.broker.close();
    expect(here.audit[0]).toMatchObject({
      eventType: "WEBMESSAGING_GUEST_AUTHENTICATED",
      channelId: DEPLOYMENT,
      consentTimestamp: consent.timestamp,
      guestId: session.guestId,
    });
  });

  test("is not made without consent", async () => {
    here = await world({ guestApi: "webmessaging-guests" });
    expect((await refusal(start())).code).toBe("consent_required");
    expect((await refusal(start({ consent: { ...consent, accepted: false } }))).code).toBe("consent_required");
  });

  test("without a token in the answer is upstream_invalid", async () => {
    here = await world({ guestApi: "webmessaging-guests" });
    here.simulator.fault({ path: PATH, status: 201, body: { guestId: "g" } });
    expect((await refusal(start({ consent }))).code).toBe("upstream_invalid");
  });
});

describe("custom-signed (document 1, step 5)", () => {
  const verify = (token: string, secret: string) =>
    jwtVerify(token, new TextEncoder().encode(secret), { algorithms: ["HS256"] });

  test("signs the document's claims with the secret, and asks nobody", async () => {
    here = await world({
      guestApi: "custom-signed",
      identity: { mode: "unverified" },
      customSigning: { secret: "the deployment's secret" },
      platform: { credentials: [] },
    });
    const session = await start({ customerId: "CUST-8842" });
    const { payload, protectedHeader } = await verify(session.token, "the deployment's secret");
    expect(protectedHeader.alg).toBe("HS256");
    expect(payload).toEqual({
      sub: "CUST-8842",
      iat: expect.any(Number) as number,
      exp: (payload.iat ?? 0) + 3600,
      scope: "conversations:messaging:send",
    });
    expect(session.guestId).toMatch(/^gst_/);
    expect((await refresh(session.session.handle)).guestId).toBe(session.guestId);
    expect(here.simulator.requests().every(({ path }) => path.endsWith("/config.json"))).toBe(true);
  });

  test("lives as long as it is told to, and never longer than its session", async () => {
    here = await world({
      guestApi: "custom-signed",
      customSigning: { secret: "s", ttlSeconds: 600 },
      session: { maxAgeSeconds: 700 },
    });
    const session = await start();
    expect(session.expiresIn).toBeGreaterThanOrEqual(598);
    here.pass(400);
    const { exp = 0 } = decodeJwt((await refresh(session.session.handle)).token);
    expect(exp * 1000).toBeLessThanOrEqual(here.clock.now() + 300_000);
  });

  test("signs with a rotated secret within 10 s, and with the last good one while it cannot be read", async () => {
    let secret: string | Error = "one";
    const source = async () => {
      if (secret instanceof Error) throw secret;
      return secret;
    };
    here = await world({ guestApi: "custom-signed", customSigning: { secret: source } });
    expect(await here.broker.prove()).toEqual({ ok: true });
    await verify((await start()).token, "one");
    secret = "two";
    here.clock.pass(8);
    await jwtVerify((await start()).token, new TextEncoder().encode("two"), {
      currentDate: new Date(here.clock.now()),
    });
    secret = new Error("gone");
    here.clock.pass(8);
    await jwtVerify((await start()).token, new TextEncoder().encode("two"), {
      currentDate: new Date(here.clock.now()),
    });
    expect(here.warnings).toEqual([expect.stringContaining("custom signing secret")]);
  });

  test("comes back from a source that throws at once", async () => {
    let secret = "";
    const source = () => {
      if (secret === "") throw new Error("gone");
      return secret;
    };
    here = await world({ guestApi: "custom-signed", customSigning: { secret: source } });
    await expect(start()).rejects.toMatchObject({ code: "not_ready" });
    secret = "one";
    await verify((await start()).token, "one");
  });

  test("proves that there is a secret", async () => {
    here = await world({
      guestApi: "custom-signed",
      customSigning: { secret: () => Promise.reject(new Error("no file")) },
    });
    expect(await here.broker.prove()).toMatchObject({ ok: false, refused: true });
    expect((await refusal(start())).code).toBe("not_ready");
  });

  test("lacks a scope that is required besides its own", async () => {
    here = await world({
      guestApi: "custom-signed",
      customSigning: { secret: "s" },
      platform: { requiredScopes: ["conversations:messaging:send", "conversations:messaging:receive"] },
    });
    expect((await refusal(start())).code).toBe("token_scope_missing");
  });
});

describe("web-messaging, signed in", () => {
  const EXCHANGE = "/api/v2/webdeployments/token/oauthcodegrantjwtexchange";
  const REFRESH = "/api/v2/webdeployments/token/refresh";
  const REVOKE = "/api/v2/webdeployments/token/revoke";
  const authorization = {
    code: "ann:1",
    redirectUri: "https://shop.example/callback",
    codeVerifier: "v",
    nonce: "n",
    maxAge: 60,
    iss: "https://id.example",
  };
  const open = async () => {
    here = await world({ guestApi: "web-messaging", platform: { credentials: [] } }, { tokenLife: 900 });
  };

  test("exchanges the code for a JWT beside a session token, without a client's token", async () => {
    await open();
    const session = await start({ authorization });
    expect(session.tokenType).toBe("jwt");
    expect(session.sessionToken).toMatch(/^[0-9a-f-]{36}$/);
    expect(session.sessionToken).not.toBe(session.token);
    expect(session.expiresIn).toBeLessThanOrEqual(900);
    expect(session.refreshIn).toBe(Math.floor(session.expiresIn - Math.min(300, session.expiresIn / 3)));
    const [call] = here.calls(EXCHANGE);
    expect(call?.body).toEqual({ deploymentId: DEPLOYMENT, oauth: authorization });
    expect(call?.headers).not.toHaveProperty("authorization");
    expect(JSON.stringify(session)).not.toContain("refreshToken");
  });

  test("renews with the refresh token that lies sealed in the handle, and keeps the session token", async () => {
    await open();
    const session = await start({ authorization });
    here.pass(600);
    const refreshed = await refresh(session.session.handle);
    expect(refreshed.token).not.toBe(session.token);
    expect(refreshed.sessionToken).toBe(session.sessionToken);
    expect(refreshed.guestId).toBe(session.guestId);
    here.pass(600);
    await refresh(refreshed.session.handle);
    expect(here.calls(REFRESH)).toHaveLength(2);
  });

  test("goes on with a refresh token that the platform has rotated, also after a lost answer", async () => {
    await open();
    const session = await start({ authorization });
    const { jwt, refreshToken } = await signInAt(here.simulator.url);
    here.simulator.fault({ path: REFRESH, body: { jwt, refreshToken }, times: 1 });
    await refresh(session.session.handle);
    const again = await refresh(session.session.handle);
    expect(here.calls(REFRESH).at(-1)?.body).toEqual({ refreshToken });
    await refresh(again.session.handle);
    expect(here.calls(REFRESH).at(-1)?.body).toEqual({ refreshToken });
  });

  test.each(["invalid", ""])("refuses the code %j as authorization_invalid or invalid_request", async (code) => {
    await open();
    const error = await refusal(start({ authorization: { ...authorization, code } }));
    expect(error.code).toBe(code === "" ? "invalid_request" : "authorization_invalid");
  });

  test("a sign-in that the platform ends is authorization_invalid", async () => {
    await open();
    const session = await start({ authorization });
    here.simulator.fault({ path: REFRESH, status: 401 });
    const error = await refusal(refresh(session.session.handle));
    expect(error.code).toBe("authorization_invalid");
    expect(error.status).toBe(401);
  });

  test("without a refresh token goes on while its JWT is long, and then asks for a new sign-in", async () => {
    await open();
    const { jwt } = await signInAt(here.simulator.url);
    here.simulator.fault({ path: EXCHANGE, body: { jwt }, times: 1 });
    const session = await start({ authorization });
    const again = await refresh(session.session.handle);
    expect(again.token).toBe(jwt);
    here.pass(650);
    expect((await refusal(refresh(again.session.handle))).code).toBe("authorization_invalid");
  });

  test("is revoked at the end, with a fresh JWT where the last one is over", async () => {
    await open();
    const first = await start({ authorization });
    await here.broker.endSession(first.session.handle, context());
    expect(here.calls(REVOKE)).toMatchObject([
      { method: "DELETE", status: 204, headers: { authorization: `Bearer ${first.token}` } },
    ]);
    const second = await start({ authorization });
    here.pass(1000);
    await here.broker.endSession(second.session.handle, context());
    expect(here.calls(REVOKE)).toHaveLength(2);
    expect(here.calls(REVOKE)[1]).toMatchObject({ status: 204 });
    const third = await start({ authorization });
    here.simulator.fault({ path: REVOKE, status: 500 });
    await here.broker.endSession(third.session.handle, context());
    expect((await refusal(refresh(third.session.handle))).code).toBe("session_revoked");
    expect(here.warnings).toHaveLength(1);
  });

  test("takes over the session token of the anonymous conversation, which ends", async () => {
    await open();
    const before = await start();
    const upgradeFrom = before.session.handle;
    const after = await here.broker.startSession({ deploymentId: DEPLOYMENT, authorization }, context({ upgradeFrom }));
    expect(after.sessionToken).toBe(before.token);
    expect(after.tokenType).toBe("jwt");
    expect((await refusal(refresh(upgradeFrom))).code).toBe("session_revoked");
    await refresh(after.session.handle);
    for (const wrong of [upgradeFrom, after.session.handle, "nonsense"]) {
      const work = here.broker.startSession(
        { deploymentId: DEPLOYMENT, authorization },
        context({ upgradeFrom: wrong }),
      );
      expect((await refusal(work)).status).toBe(401);
    }
    const elsewhere = await start();
    const work = here.broker.startSession(
      { deploymentId: DEPLOYMENT, authorization },
      context({ upgradeFrom: elsewhere.session.handle, origin: "https://evil.example" }),
    );
    expect((await refusal(work)).code).toBe("session_invalid");
  });
});

test("a guest API of one's own is asked like the others", async () => {
  const mine: GuestApi = {
    name: "mine",
    needsCredentials: true,
    keepsGuestId: () => true,
    create: async ({ identity }, tools) => {
      const { body } = await tools.call({
        host: "api",
        method: "POST",
        path: "/api/v2/guest",
        repeat: "once",
        body: { username: identity.externalId },
      });
      const { access_token: token } = body as { access_token: string };
      return { token, tokenType: "jwt", askedAt: tools.now(), renewal: { turn: 1 } };
    },
    renew: async ({ renewal }, tools) => ({
      token: unsigned({ exp: Math.floor(tools.now() / 1000) + 60 }),
      tokenType: "jwt",
      askedAt: tools.now(),
      renewal: { turn: Number(renewal["turn"]) + 1 },
    }),
  };
  here = await world({ guestApi: mine });
  const session = await start();
  expect(session.messenger.guestApi).toBe("mine");
  const refreshed = await refresh(session.session.handle);
  expect(refreshed.guestId).toBe(session.guestId);
});

async function signInAt(url: string): Promise<{ jwt: string; refreshToken: string }> {
  const answer = await fetch(`${url}/api/v2/webdeployments/token/oauthcodegrantjwtexchange`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ deploymentId: DEPLOYMENT, oauth: { code: "bob:1" } }),
  });
  return (await answer.json()) as { jwt: string; refreshToken: string };
}

function unsigned(claims: object): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${encode({ alg: "RS256" })}.${encode(claims)}.c2ln`;
}
