/** Many at once, over real HTTP before a real platform: what they have in common is asked for once. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newKeySet } from "@guestpass/broker";
import { SignJWT } from "jose";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { startRedis } from "./redis-server.js";
import { type Answer, DEPLOYMENT, type RunningEndpoint, startEndpoint } from "./running-endpoint.js";

const IDENTITY_SECRET = "an-identity-secret-of-more-than-thirty-two-bytes";
const running: RunningEndpoint[] = [];
afterEach(async () => {
  for (const endpoint of running.splice(0)) await endpoint.close();
});

async function open(more: Record<string, string> = {}): Promise<RunningEndpoint> {
  const endpoint = await startEndpoint({ RATE_LIMIT_MAX: "100000", LOG_LEVEL: "error", AUDIT_LOG: "off", ...more });
  running.push(endpoint);
  return endpoint;
}
const calls = (endpoint: RunningEndpoint, path: string) =>
  endpoint.simulator.requests().filter((request) => request.path === path);

function identityToken(customer: string): Promise<string> {
  return new SignJWT({})
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(customer)
    .setIssuedAt()
    .setExpirationTime("5m")
    .sign(new TextEncoder().encode(IDENTITY_SECRET));
}

/** Answers of starts that were all under way at once. */
function starts(endpoint: RunningEndpoint, count: number, body: object = {}): Promise<Answer[]> {
  return Promise.all(
    Array.from({ length: count }, () => endpoint.post("/v1/sessions", { deploymentId: DEPLOYMENT, ...body })),
  );
}

describe("a crowd", () => {
  it("of 200 starts of one verified customer makes one guest upstream", async () => {
    const endpoint = await open({ GUEST_API: "external-users", IDENTITY_SECRET });
    const answers = await starts(endpoint, 200, { identityToken: await identityToken("CUST-8842") });
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(200);
    expect(calls(endpoint, "/api/v2/externalusers/guests")).toHaveLength(1);
    expect(calls(endpoint, "/api/v2/externalusers/guests/token")).toHaveLength(1);
    expect(calls(endpoint, "/oauth/token")).toHaveLength(1);
    expect(new Set(answers.map(({ json }) => json.guestId)).size).toBe(1);
    // Each is a session of its own all the same.
    expect(new Set(answers.map(({ json }) => json.sessionId)).size).toBe(200);
    expect(new Set(answers.map(({ json }) => json.session.handle)).size).toBe(200);
  });

  it("of 50 requests that find no OAuth token makes one token request", async () => {
    const endpoint = await open({ GUEST_API: "guest-tokens" });
    endpoint.simulator.clearRequests();
    endpoint.simulator.fault({ path: "/oauth/token", delayMs: 800, times: 1 });
    endpoint.simulator.fault({ path: "/api/v2/guest-tokens", status: 401, times: 1 });
    const first = starts(endpoint, 1);
    await expect.poll(() => calls(endpoint, "/oauth/token")).toHaveLength(1);
    // The token of the start was refused, and the next one is on its way.
    const answers = [...(await starts(endpoint, 49)), ...(await first)];
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(50);
    expect(calls(endpoint, "/oauth/token")).toHaveLength(1);
    expect(calls(endpoint, "/api/v2/guest-tokens")).toHaveLength(51);
  });
});

describe("two endpoints on one Redis", () => {
  it("that start the same new external user at once make one guest", async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const keysFile = join(mkdtempSync(join(tmpdir(), "guestpass-")), "keys.json");
    writeFileSync(keysFile, JSON.stringify(await newKeySet()));
    const shared = {
      GUEST_API: "external-users",
      IDENTITY_SECRET,
      STORE: "redis",
      REDIS_URL: redis.url,
      SESSION_KEYS_FILE: keysFile,
    };
    const one = await open(shared);
    const two = await open({ ...shared, GENESYS_BASE_URL: one.simulator.url });
    const token = await identityToken("CRM-987654");
    const answers = (
      await Promise.all([one, two].map((endpoint) => starts(endpoint, 20, { identityToken: token })))
    ).flat();
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(40);
    expect(calls(one, "/api/v2/externalusers/guests")).toHaveLength(1);
    expect(new Set(answers.map(({ json }) => json.guestId)).size).toBe(1);
    // A token for each endpoint at the most: what one of them has, its own callers share.
    expect(calls(one, "/api/v2/externalusers/guests/token").length).toBeLessThanOrEqual(2);
  });
});
