import { expect, test } from "vitest";
import { askToken, BASIC, bearer, call, QUEUE, start } from "./call.js";

const guest = { routing: { queueId: QUEUE } };
const basic = (pair: string) => `Basic ${Buffer.from(pair).toString("base64")}`;

test.each(["/oauth/token", "/api/v2/oauth/token"])("client credentials at %s", async (path) => {
  const simulator = await start({ oauthLife: 600 });
  const { status, body, headers } = await askToken(simulator, BASIC, "grant_type=client_credentials", path);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    token_type: "bearer",
    expires_in: 600,
    access_token: expect.stringMatching(/^.{40,}$/),
  });
  expect(headers.get("cache-control")).toBe("no-store");
});

test("credentials in the form are as good as Basic", async () => {
  const simulator = await start({ clients: [{ id: "a", secret: "b" }] });
  const form = "grant_type=client_credentials&client_id=a&client_secret=b";
  const { status } = await call(simulator, "POST", "/oauth/token", form, {
    "content-type": "application/x-www-form-urlencoded",
  });
  expect(status).toBe(200);
});

test("the scopes asked for are the scopes granted", async () => {
  const simulator = await start();
  const { body } = await askToken(
    simulator,
    BASIC,
    "grant_type=client_credentials&scope=webmessaging%3Aguest%3Acreate+openid",
  );
  expect(body.scope).toBe("webmessaging:guest:create openid");
});

test.each([
  [
    "an unknown client",
    basic("nobody:b"),
    "grant_type=client_credentials",
    400,
    "invalid_client",
    "client not found: invalid_client",
  ],
  [
    "a wrong secret",
    basic("a:wrong"),
    "grant_type=client_credentials",
    401,
    "invalid_client",
    "authentication failed: invalid_client",
  ],
  [
    "no credentials",
    "",
    "grant_type=client_credentials",
    401,
    "invalid_client",
    "client credentials are missing: invalid_client",
  ],
  [
    "another grant",
    basic("a:b"),
    "grant_type=password",
    400,
    "unsupported_grant_type",
    "unsupported grant type: password",
  ],
  ["no grant", basic("a:b"), "x=y", 400, "invalid_request", "missing required parameter: grant_type"],
])("refuses %s", async (_what, authorization, form, status, error, description) => {
  const simulator = await start({ clients: [{ id: "a", secret: "b" }] });
  const answer = await askToken(simulator, authorization, form);
  expect(answer.status).toBe(status);
  expect(answer.body).toEqual({ error, description, error_description: description });
});

test("refuses a JSON body", async () => {
  const simulator = await start();
  const { status, body } = await call(
    simulator,
    "POST",
    "/oauth/token",
    { grant_type: "client_credentials" },
    { authorization: BASIC },
  );
  expect(status).toBe(415);
  expect(body.error).toBe("invalid_request");
});

test.each([
  ["no token", {}, "authentication.required"],
  ["a token of somebody else", { authorization: "Bearer nonsense" }, "bad.credentials"],
])("REST with %s is a 401 with the platform's body", async (_what, headers, code) => {
  const simulator = await start();
  const { status, body } = await call(simulator, "POST", "/api/v2/webchat/instances/guests", guest, headers);
  expect(status).toBe(401);
  expect(body).toMatchObject({
    code,
    status: 401,
    contextId: expect.any(String),
    messageParams: {},
    details: [],
    errors: [],
  });
});

test("an access token dies by the simulator's clock", async () => {
  const simulator = await start({ oauthLife: 60 });
  const headers = await bearer(simulator);
  simulator.advance(59);
  expect((await call(simulator, "POST", "/api/v2/webchat/instances/guests", guest, headers)).status).toBe(200);
  simulator.advance(1);
  expect((await call(simulator, "POST", "/api/v2/webchat/instances/guests", guest, headers)).status).toBe(401);
});

test("a token that was narrowed to other scopes is a 403", async () => {
  const simulator = await start();
  const headers = await bearer(simulator, "grant_type=client_credentials&scope=openid");
  const { status, body } = await call(simulator, "POST", "/api/v2/webchat/instances/guests", guest, headers);
  expect(status).toBe(403);
  expect(body.code).toBe("missing.scope");
});

test("the clients that are accepted may change while it runs; tokens that are out stay good", async () => {
  const simulator = await start({ clients: [{ id: "one", secret: "old" }] });
  const basic = (secret: string) => ({
    authorization: `Basic ${Buffer.from(`one:${secret}`).toString("base64")}`,
    "content-type": "application/x-www-form-urlencoded",
  });
  const ask = (secret: string) =>
    call(simulator, "POST", "/oauth/token", "grant_type=client_credentials", basic(secret));
  const { body } = await ask("old");
  expect((await call(simulator, "PUT", "/_sim/clients", [{ id: "one", secret: "new" }])).status).toBe(200);
  expect([(await ask("old")).status, (await ask("new")).status]).toEqual([401, 200]);
  const held = { authorization: `Bearer ${body.access_token}` };
  expect((await call(simulator, "POST", "/api/v2/guest", { username: "a" }, held)).status).toBe(200);
  expect((await call(simulator, "PUT", "/_sim/clients", [{ id: "one" }])).status).toBe(400);
});
