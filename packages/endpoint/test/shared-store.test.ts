import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { run } from "./command.js";
import { type RedisServer, startRedis } from "./redis-server.js";
import { CLIENT, DEPLOYMENT, environment, ORIGIN, type RunningEndpoint, startEndpoint } from "./running-endpoint.js";

let redis: RedisServer;
let keysFile: string;
const running: RunningEndpoint[] = [];
beforeAll(async () => {
  keysFile = join(mkdtempSync(join(tmpdir(), "guestpass-")), "keys.json");
  expect((await run(["keys", "new", keysFile])).code).toBe(0);
});
beforeEach(async () => {
  redis = await startRedis();
});
afterEach(async () => {
  for (const endpoint of running.splice(0)) await endpoint.close();
  await redis.stop();
});
afterAll(() => expect(running).toEqual([]));

async function instance(more: Record<string, string> = {}): Promise<RunningEndpoint> {
  const endpoint = await startEndpoint({ STORE: "redis", REDIS_URL: redis.url, SESSION_KEYS_FILE: keysFile, ...more });
  running.push(endpoint);
  return endpoint;
}
const start = (endpoint: RunningEndpoint) => endpoint.post("/v1/sessions", { deploymentId: DEPLOYMENT });

describe("two instances with one store", () => {
  it("count a network's requests together", async () => {
    const [one, two] = [await instance({ RATE_LIMIT_MAX: "3" }), await instance({ RATE_LIMIT_MAX: "3" })];
    const answers = [await start(one), await start(two), await start(one), await start(two)];
    expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201, 429]);
    expect(answers.map((answer) => answer.headers.get("ratelimit")?.replace(/t=\d+/, "t"))).toEqual([
      '"start";r=2;t',
      '"start";r=1;t',
      '"start";r=0;t',
      '"start";r=0;t',
    ]);
    const wait = Number(answers[3]?.headers.get("retry-after"));
    expect(wait).toBeGreaterThan(55);
    expect(wait).toBeLessThanOrEqual(60);
  });

  it("count an origin's, everybody's and a session's requests together, too", async () => {
    const limits = { RATE_LIMIT_ORIGIN_MAX: "2", RATE_LIMIT_SESSION_MAX: "1" };
    const [one, two] = [await instance(limits), await instance(limits)];
    const { json } = await start(one);
    expect((await start(two)).status).toBe(201);
    expect((await start(one)).json.detail).toContain("from this site");
    const bearer = (handle: string) => ({ origin: ORIGIN, authorization: `Bearer ${handle}` });
    const refreshed = await one.ask("POST", "/v1/sessions/refresh", bearer(json.session.handle));
    expect(refreshed.status).toBe(200);
    const again = await two.ask("POST", "/v1/sessions/refresh", bearer(refreshed.json.session.handle));
    expect([again.status, again.json.code]).toEqual([429, "rate_limited"]);
    const [three, four] = [
      await instance({ RATE_LIMIT_GLOBAL_MAX: "3" }),
      await instance({ RATE_LIMIT_GLOBAL_MAX: "3" }),
    ];
    expect((await start(three)).status).toBe(201);
    expect((await start(four)).status).toBe(429);
  });

  it("lose no count when they count at once", async () => {
    const [one, two] = [await instance({ RATE_LIMIT_MAX: "20" }), await instance({ RATE_LIMIT_MAX: "20" })];
    const answers = await Promise.all(Array.from({ length: 30 }, (_, at) => start(at % 2 === 0 ? one : two)));
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(20);
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(10);
  });

  it("know each other's sessions, and which have ended", async () => {
    const [one, two] = [await instance(), await instance()];
    const { json } = await start(one);
    const bearer = { origin: ORIGIN, authorization: `Bearer ${json.session.handle}` };
    expect((await two.ask("DELETE", "/v1/sessions", bearer)).status).toBe(204);
    const answer = await one.ask("POST", "/v1/sessions/refresh", bearer);
    expect([answer.status, answer.json.code]).toEqual([401, "session_revoked"]);
  });

  it("still limit, each for itself, while the store is away, and say that it is", async () => {
    const endpoint = await instance({ RATE_LIMIT_MAX: "2" });
    expect((await start(endpoint)).status).toBe(201);
    const { port } = redis;
    await redis.stop();
    const health = await endpoint.ask("GET", "/health/ready");
    expect(health.status).toBe(503);
    expect(health.json.checks.find((check) => check.name === "store")?.ok).toBe(false);
    expect((await start(endpoint)).status).not.toBe(429);
    expect((await start(endpoint)).status).toBe(429);
    redis = await startRedis(port);
    await expect.poll(async () => (await endpoint.ask("GET", "/health/ready")).status, { timeout: 10_000 }).toBe(200);
  });
});

describe("guestpass check", () => {
  it("finds a store that does not answer, without showing its password", async () => {
    const endpoint = await startEndpoint();
    running.push(endpoint);
    const env = environment(endpoint.simulator.url, {
      STORE: "redis",
      REDIS_URL: `redis://:${CLIENT.secret}-of-redis@127.0.0.1:1`,
    });
    const { code, stdout, stderr } = await run(["check", "--no-issue"], env);
    expect(code).toBe(1);
    expect(stdout).toMatch(/FAULT +store +cannot be reached\n +-> check REDIS_URL/);
    expect(stdout + stderr).not.toContain(`${CLIENT.secret}-of-redis`);
  });
});
