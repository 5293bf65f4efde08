/** No request, and no answer of the platform, makes the endpoint speak to a host of somebody else's choice. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { startSimulator } from "@guestpass/simulator";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, expect, it } from "vitest";
import { run } from "./command.js";
import { CLIENT, DEPLOYMENT, environment, ORIGIN, type RunningEndpoint, startEndpoint } from "./running-endpoint.js";

let trap: Server;
let trapUrl: string;
let heard: string[];
let keySet: Server;
let keySetRedirects = false;
let endpoint: RunningEndpoint;
const { privateKey, publicKey } = await generateKeyPair("ES256");

const listening = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

beforeAll(async () => {
  heard = [];
  const jwk = { ...(await exportJWK(publicKey)), kid: "of-the-site", alg: "ES256" };
  trap = createServer((request, response) => {
    heard.push(`${request.method} ${request.url}`);
    response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [jwk], token: "x".repeat(40) }));
  });
  trapUrl = await listening(trap);
  keySet = createServer((_request, response) => {
    if (keySetRedirects) response.writeHead(302, { location: `${trapUrl}/keys` }).end();
    else response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [jwk] }));
  });
  endpoint = await startEndpoint({
    GUEST_API: "guest-tokens",
    IDENTITY_JWKS_URL: `${await listening(keySet)}/keys`,
    RATE_LIMIT_MAX: "1000",
    UPSTREAM_DEADLINE: "1",
    UPSTREAM_TIMEOUT: "1",
  });
});
afterAll(async () => {
  await endpoint.close();
  trap.close();
  keySet.close();
});

const identity = (header: object, issuer = "https://shop.example") =>
  new SignJWT({})
    .setProtectedHeader({ alg: "ES256", kid: "of-the-site", ...header })
    .setSubject("customer-1")
    .setIssuer(issuer)
    .setIssuedAt()
    .setExpirationTime("5m")
    .sign(privateKey);
const start = (body: object, headers: Record<string, string> = {}) =>
  endpoint.post("/v1/sessions", { deploymentId: DEPLOYMENT, ...body }, headers);

it("what a request names is never asked", async () => {
  const url = `${trapUrl}/named`;
  // Where the keys are is the configuration's to say, whatever a token says of it.
  for (const header of [{ jku: url }, { x5u: url }, { jku: url, kid: "unknown" }])
    await start({ identityToken: await identity(header) });
  expect((await start({ identityToken: await identity({ jku: url }, trapUrl) })).status).toBe(201);
  const bodies = [
    { deploymentId: url },
    { deploymentId: "../../../named" },
    { deploymentId: `${DEPLOYMENT}/../../named` },
    { queueId: url },
    { language: url },
    { attributes: { callback: url, url } },
    { authorization: { code: "c", redirectUri: url, iss: url } },
    { messenger: { urls: { api: url } } },
    { region: new URL(url).host, baseUrl: url },
  ];
  for (const body of bodies) await start(body);
  const { host } = new URL(url);
  for (const headers of [
    { "x-forwarded-host": host, "x-forwarded-proto": "http" },
    { forwarded: `host=${host};for=${host}` },
    { "x-forwarded-for": host },
    { origin: trapUrl },
    { referer: url },
  ])
    await start({}, headers);
  await endpoint.ask("GET", `/v1/messenger?deploymentId=${encodeURIComponent(url)}`, { origin: ORIGIN });
  await endpoint.ask("GET", `/embed/${encodeURIComponent(url)}`, { origin: ORIGIN });
  expect(heard).toEqual([]);
});

it("where a platform redirects to is never asked, with the credentials or without", async () => {
  const redirect = (path: string, status: number) =>
    endpoint.simulator.fault({ path, status, headers: { location: `${trapUrl}/redirected` }, body: "", times: 9 });
  for (const status of [301, 302, 307, 308]) {
    redirect("/api/v2/guest-tokens", status);
    expect((await start({})).status).toBeGreaterThanOrEqual(500);
    endpoint.simulator.clearFaults();
  }
  const simulator = await startSimulator({ clients: [CLIENT] });
  const location = `${trapUrl}/redirected`;
  simulator.fault({ path: "/oauth/token", status: 307, headers: { location }, body: "", times: 9 });
  const env = environment(simulator.url, { GUEST_API: "guest-tokens", UPSTREAM_DEADLINE: "1", UPSTREAM_TIMEOUT: "1" });
  const { code, stdout } = await run(["check"], env);
  expect([code, stdout]).toEqual([1, expect.stringMatching(/FAULT +credentials/)]);
  await simulator.close();
  expect(heard).toEqual([]);
});

it("where a key set redirects to is never asked, and nobody is believed by it", async () => {
  keySetRedirects = true;
  const other = await startEndpoint({ IDENTITY_JWKS_URL: endpoint.config.identity.jwksUrl ?? "" });
  const answer = await other.post("/v1/sessions", { deploymentId: DEPLOYMENT, identityToken: await identity({}) });
  expect([answer.status, answer.json.code]).toEqual([503, "identity_unavailable"]);
  await other.close();
  expect(heard).toEqual([]);
});
