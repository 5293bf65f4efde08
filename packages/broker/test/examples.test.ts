/** Each document's complete working example, run as it stands against a real platform. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Simulator, startSimulator } from "@guestpass/simulator";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Peer, startDynamodb } from "./support/peers.js";
import { DEPLOYMENT, ORIGIN, QUEUE } from "./support/world.js";

type Main = (env: Record<string, string>, log: (...words: unknown[]) => void) => Promise<Server | undefined>;

let simulator: Simulator;
let dynamodb: Peer;
const provider = createServer((_, response) => response.end('{"success":true,"score":0.9}'));
const events: string[] = [];
const bridge = createServer((request, response) => {
  request.on("data", (chunk: Buffer) => events.push(chunk.toString()));
  request.on("end", () => response.end());
});
const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

beforeAll(async () => {
  simulator = await startSimulator({
    clients: [
      { id: "first", secret: "first-secret" },
      { id: "second", secret: "second-secret" },
    ],
    queues: [QUEUE],
  });
  dynamodb = await startDynamodb("GenesysGuestSessions");
  for (const server of [provider, bridge]) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
beforeEach(() => simulator.clearRequests());
afterAll(async () => {
  await simulator.close();
  await dynamodb.close();
  for (const server of [provider, bridge]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function run(name: string, env: Record<string, string> = {}) {
  const { main } = (await import(`../examples/${name}.mjs`)) as { main: Main };
  const said: string[] = [];
  const log = (...words: unknown[]) =>
    void said.push(words.map((word) => (typeof word === "string" ? word : JSON.stringify(word))).join(" "));
  const whole = {
    GENESYS_BASE_URL: simulator.url,
    GENESYS_CLIENT_ID: "first",
    GENESYS_CLIENT_SECRET: "first-secret",
    DEPLOYMENT_ID: DEPLOYMENT,
    ...env,
  };
  const server = await main(whole, log);
  const paths = simulator.requests().map(({ path }) => path);
  // A token is a JWT: none is ever printed.
  expect(said.join("\n")).not.toMatch(/eyJ[\w-]+\.eyJ/);
  return { said, server, paths };
}

test("1-guest-token-service", async () => {
  const folder = await mkdtemp(join(tmpdir(), "guestpass-example-"));
  await writeFile(join(folder, "secret"), "the secret of the deployment\n");
  const { said, paths } = await run("1-guest-token-service", { SIGNING_SECRET_FILE: join(folder, "secret") });
  expect(said[0]).toMatch(/^valid guest token until \S+Z to be refreshed in 3\d{3} s$/);
  expect(said[1]).toContain(`"deploymentId":"${DEPLOYMENT}"`);
  expect(said.slice(2)).toEqual([
    "refreshed for the same guest: true",
    expect.stringMatching(/^custom token signed for (3600|3599) s$/),
    'abuse detected: [{"externalCustomerId":"CUST-8842","conversationCount":55,"status":"flagged"}]',
  ]);
  expect(paths.filter((path) => path === "/api/v2/guest")).toHaveLength(2);
});

test("2-guest-token-lifecycle", async () => {
  const { said, paths } = await run("2-guest-token-lifecycle", {
    DYNAMODB_ENDPOINT: dynamodb.url,
    GENESYS_CLIENT_SECRET: "rotated away",
    GENESYS_CLIENT_ID_2: "second",
    GENESYS_CLIENT_SECRET_2: "second-secret",
  });
  expect(said[0]).toMatch(/^guest [0-9a-f-]{36} has a token until \S+Z$/);
  expect(said.slice(1)).toEqual(["the same guest, the same token: true true", "renewed for the same guest: true"]);
  expect(paths.filter((path) => path === "/oauth/token")).toHaveLength(2);
  expect(paths.filter((path) => path === "/api/v2/externalusers/guests")).toHaveLength(1);
});

test("3-guest-authentication", async () => {
  const { said } = await run("3-guest-authentication", {
    WEBMSG_CHANNEL_ID: DEPLOYMENT,
    CHALLENGE_SECRET: "secret",
    CHALLENGE_VERIFY_URL: urlOf(provider),
    WEBHOOK_URL: urlOf(bridge),
  });
  expect(said[0]).toMatch(/^authentication complete, guest [0-9a-f-]{36}$/);
  expect(said[1]).toBe("current success rate 100%");
  expect(said[2]).toMatch(/^AUDIT_LOG .*"eventType":"WEBMESSAGING_GUEST_AUTHENTICATED".*"captchaProvider":"recaptcha"/);
  await vi.waitFor(() => expect(events.join()).toContain("GUEST_TOKEN_PROVISIONED"));
});

test("4-guest-token-module", async () => {
  const { said, paths } = await run("4-guest-token-module", { WEBCHAT_ID: DEPLOYMENT });
  expect(said[0]).toContain('"externalId":"ext-user-99281"');
  expect(said).toContain("one answer for both: true");
  expect(said.find((line) => line.startsWith("telemetry"))).toContain('"issued":2,"renewed":1,"renewalsFailed":0');
  expect(said.at(-1)).toMatch(/"action":"ISSUED".*"action":"RENEWED"/);
  expect(said.at(-1)).not.toContain("ext-user-99281");
  expect(paths.filter((path) => path === "/api/v2/guest-tokens")).toHaveLength(2);
  expect(paths).toContain("/api/v2/oauth/token");
});

test("5-express-endpoint", async () => {
  const { server, said } = await run("5-express-endpoint", { PORT: "0", FRONTEND_ORIGIN: ORIGIN, QUEUE_IDS: QUEUE });
  const url = said[0]?.split(" ").at(-1) ?? "";
  const post = async (body: unknown, origin = ORIGIN) => {
    const answer = await fetch(url, {
      method: "POST",
      headers: { origin, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const good = await post({ queueId: QUEUE, language: "en-us" });
  expect(good.status).toBe(201);
  expect(Object.keys(good.body).sort()).toEqual(["expiresAt", "guestId", "guestToken", "ttlSeconds"]);
  expect((await post({})).status).toBe(400);
  expect((await post({ queueId: QUEUE }, "https://evil.example")).status).toBe(403);
  simulator.fault({ path: "/api/v2/webchat/instances/guests", status: 403, times: 1 });
  expect(await post({ queueId: QUEUE })).toMatchObject({ status: 403, body: { code: "upstream_forbidden" } });
  await new Promise((resolve) => server?.close(resolve));
  await expect(run("5-express-endpoint", { GENESYS_CLIENT_SECRET: "wrong", QUEUE_IDS: QUEUE })).rejects.toThrow(
    "refused",
  );
});
