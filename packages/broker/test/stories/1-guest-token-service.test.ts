/** "Managing Genesys Cloud Web Messaging Guest Tokens with Python", from its first step to its last, errors included. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeJwt, jwtVerify } from "jose";
import { expect, onTestFinished, test } from "vitest";
import { abuseReport, BrokerError, guestClient } from "../../src/index.js";
import { context, DEPLOYMENT, refusal, world } from "../support/world.js";

const PATH = "/api/v2/guest";

test("1-guest-token-service: token, scope, silent refresh, payload, signing, abuse", async () => {
  const here = await world(
    { guestApi: "guest", identity: { mode: "unverified" } },
    { clients: [{ id: "client", secret: "secret" }], oauthLife: 7200 },
  );
  onTestFinished(() => here.close());
  const customer = { deploymentId: DEPLOYMENT, customerId: "CUST-8842" };

  // Authentication set-up: client credentials, Basic, cached until a minute before the end.
  const session = await here.broker.startSession(customer, context());
  const [oauth] = here.calls("/oauth/token");
  expect(oauth?.headers["authorization"]).toBe(`Basic ${Buffer.from("client:secret").toString("base64")}`);
  expect(oauth?.body).toEqual({ grant_type: "client_credentials" });

  // Steps 1 and 2: the guest by its username, its scope checked before the page has the token.
  expect(here.calls(PATH)[0]?.body).toEqual({
    username: "webchat-guest-CUST-8842",
    customAttributes: { externalCustomerId: "CUST-8842", sourceChannel: "web_messaging" },
  });
  expect(decodeJwt(session.token)["scope"]).toContain("conversations:messaging:send");
  const unscoped = { access_token: forged({ scope: "analytics:query" }), expires_in: 3600 };
  here.simulator.fault({ path: PATH, body: unscoped, times: 1 });
  const lacking = await refusal(here.broker.startSession({ ...customer, customerId: "CUST-2" }, context()));
  expect([lacking.code, lacking.status]).toEqual(["token_scope_missing", 502]);

  // Step 3: refreshed five minutes before its end, for the same guest, and the conversation goes on.
  here.pass(session.refreshIn);
  expect(Date.parse(session.expiresAt) - here.clock.now()).toBeGreaterThanOrEqual(299_000);
  const refreshed = await here.broker.refreshSession(session.session.handle, undefined, context());
  expect(refreshed.guestId).toBe(session.guestId);
  expect(refreshed.token).not.toBe(session.token);
  expect(here.calls("/oauth/token")).toHaveLength(1);

  // Step 4: what the page initialises its messenger with.
  const { initConfig, features } = session.messenger;
  expect(initConfig).toEqual({
    deploymentId: DEPLOYMENT,
    region: here.simulator.url.replace("http://", ""),
    guestToken: session.token,
    loginMode: "guest",
  });
  expect(Object.keys(features)).toEqual(["isTranscriptEnabled", "isFileUploadEnabled", "isRatingEnabled"]);

  // Step 5: signed by ourselves, with a secret whose file is rotated in between.
  const folder = await mkdtemp(join(tmpdir(), "guestpass-story-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "secret");
  const { readFile } = await import("node:fs/promises");
  const signer = guestClient({
    guestApi: "custom-signed",
    platform: { baseUrl: here.simulator.url },
    customSigning: { secret: async () => (await readFile(path, "utf8")).trim() },
    ports: { clock: here.clock },
  });
  for (const secret of ["the first secret", "the second secret"]) {
    await writeFile(path, secret);
    here.clock.pass(10);
    const { token } = await signer.create(customer);
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), {
      algorithms: ["HS256"],
      currentDate: new Date(here.clock.now()),
    });
    expect(payload).toMatchObject({ sub: "CUST-8842", scope: "conversations:messaging:send" });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3600);
  }
  await signer.close();

  // Step 6: the last day's conversations, page by page, against the document's threshold.
  const platform = { baseUrl: here.simulator.url, credentials: [{ clientId: "client", clientSecret: "secret" }] };
  const report = await abuseReport({ platform, threshold: 10, form: "document", ports: { clock: here.clock } });
  expect(report.flagged).toEqual([{ externalCustomerId: "CUST-8842", conversationCount: 55, status: "flagged" }]);

  // Its errors: an expired access token is renewed, a rate limit waited out, a token without an end not handed out.
  here.simulator.fault({ path: PATH, status: 401, times: 1 });
  await here.broker.startSession({ ...customer, customerId: "CUST-3" }, context());
  expect(here.calls("/oauth/token")).toHaveLength(3);
  here.simulator.fault({ path: PATH, status: 429, headers: { "retry-after": "2" }, times: 1 });
  await here.broker.startSession({ ...customer, customerId: "CUST-4" }, context());
  expect(here.clock.slept).toEqual([2125]);
  here.simulator.fault({
    path: PATH,
    body: { access_token: "no JWT", scope: "conversations:messaging:send" },
    times: 1,
  });
  const malformed = await refusal(here.broker.startSession({ ...customer, customerId: "CUST-5" }, context()));
  expect(malformed).toBeInstanceOf(BrokerError);
  expect(malformed.code).toBe("upstream_invalid");
});

function forged(claims: object): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${encode({ alg: "RS256" })}.${encode(claims)}.c2ln`;
}
