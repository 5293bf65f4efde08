import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Simulator, startSimulator } from "@guestpass/simulator";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Child, compile, guestpass, run, serve } from "./child.js";
import { CLIENT, DEPLOYMENT, environment, ORIGIN, request } from "./running-endpoint.js";

let simulator: Simulator;
const children: Child[] = [];

beforeAll(compile, 120_000);
beforeEach(async () => {
  simulator = await startSimulator({ clients: [CLIENT] });
});
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.stop()));
  await simulator.close();
});
afterAll(() => expect(children).toEqual([]));

async function serving(more: Record<string, string> = {}) {
  const child = await serve(environment(simulator.url, more));
  children.push(child);
  return child;
}

const start = (url: string) =>
  request(
    `${url}/v1/sessions`,
    "POST",
    { origin: ORIGIN, "content-type": "application/json" },
    JSON.stringify({ deploymentId: DEPLOYMENT }),
  );

describe("guestpass serve", () => {
  it("prints one line with its URL when it is ready, and ends with 0 on SIGTERM and SIGINT", async () => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      const child = await serving({ AUDIT_LOG: "off" });
      expect((await start(child.url)).status).toBe(201);
      child.process.kill(signal);
      expect(await child.ended).toBe(0);
      expect(child.stdout().trim().split("\n")).toHaveLength(1);
    }
  });

  it("says which warnings there are on stderr, and listens where HOST says", async () => {
    const child = await serving({ IDENTITY_MODE: "unverified", HOST: "0.0.0.0" });
    expect(child.stderr()).toMatch(/warning: SESSION_KEYS_FILE/);
    expect(child.stderr()).toMatch(/warning: IDENTITY_MODE=unverified/);
    expect(child.stdout()).toMatch(
      /ready at http:\/\/127\.0\.0\.1:\d+ \(listening on all addresses: HOST=0\.0\.0\.0\)/,
    );
  });

  it("answers what is under way before it leaves, and takes nothing new", async () => {
    const child = await serving({ GUEST_API: "guest-tokens" });
    simulator.fault({ path: "/api/v2/guest-tokens", delayMs: 700 });
    const underWay = start(child.url);
    await expect.poll(() => simulator.requests().some((one) => one.path === "/api/v2/guest-tokens")).toBe(true);
    child.process.kill("SIGTERM");
    expect((await underWay).status).toBe(201);
    expect(await child.ended).toBe(0);
    await expect(request(`${child.url}/health/live`)).rejects.toThrow();
  });

  it("takes the same signal twice for one, as a terminal and a package manager send it", async () => {
    const child = await serving({ GUEST_API: "guest-tokens" });
    simulator.fault({ path: "/api/v2/guest-tokens", delayMs: 500 });
    const underWay = start(child.url);
    await expect.poll(() => simulator.requests().some((one) => one.path === "/api/v2/guest-tokens")).toBe(true);
    child.process.kill("SIGINT");
    child.process.kill("SIGTERM");
    child.process.kill("SIGINT");
    expect((await underWay).status).toBe(201);
    expect(await child.ended).toBe(0);
  });

  it("ends at once on a later signal", async () => {
    const child = await serving({ GUEST_API: "guest-tokens" });
    simulator.fault({ path: "/api/v2/guest-tokens", hang: true });
    const underWay = start(child.url).catch(() => undefined);
    await expect.poll(() => simulator.requests().some((one) => one.path === "/api/v2/guest-tokens")).toBe(true);
    child.process.kill("SIGTERM");
    const again = setInterval(() => child.process.kill("SIGTERM"), 200);
    expect(await child.ended).toBe(1);
    clearInterval(again);
    expect(child.stderr()).toContain("a second SIGTERM");
    await underWay;
  });

  it("does not wait for ever for what is under way", async () => {
    const child = await serving({ GUEST_API: "guest-tokens", UPSTREAM_TIMEOUT: "1", UPSTREAM_DEADLINE: "1" });
    simulator.fault({ path: "/api/v2/guest-tokens", hang: true });
    const underWay = start(child.url).catch(() => undefined);
    await expect.poll(() => simulator.requests().some((one) => one.path === "/api/v2/guest-tokens")).toBe(true);
    child.process.kill("SIGTERM");
    expect(await child.ended).toBe(0);
    expect((await underWay)?.status).toBe(503);
  });

  it("ends with 1 and a clear word when the credentials are refused", async () => {
    const { code, stdout, stderr } = await run(
      ["serve"],
      environment(simulator.url, { GUEST_API: "guest-tokens", GENESYS_CLIENT_SECRET: "another-secret-entirely" }),
    );
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/credentials are refused/);
    expect(stderr).toMatch(/client secret/);
    expect(stderr).not.toContain("another-secret-entirely");
  });

  it("stays up not_ready while the platform cannot be reached, until it can", async () => {
    const { port } = simulator;
    await simulator.close();
    const child = await serving({
      GUEST_API: "guest-tokens",
      GENESYS_BASE_URL: `http://127.0.0.1:${port}`,
      UPSTREAM_TIMEOUT: "1",
    });
    expect(child.stderr()).toMatch(/not_ready/);
    const refused = await start(child.url);
    expect([refused.status, refused.json.code]).toEqual([503, "not_ready"]);
    expect(refused.headers.get("retry-after")).toBe("5");
    expect(refused.headers.get("access-control-allow-origin")).toBe(ORIGIN);
    expect((await request(`${child.url}/health/ready`)).status).toBe(503);
    expect((await request(`${child.url}/health/live`)).status).toBe(200);
    simulator = await startSimulator({ port, clients: [CLIENT] });
    await expect.poll(async () => (await start(child.url)).status, { timeout: 10_000, interval: 100 }).toBe(201);
    await expect.poll(async () => (await request(`${child.url}/health/ready`)).status, { timeout: 10_000 }).toBe(200);
  });

  it("ends with 1 when the platform, reached at last, refuses the credentials", async () => {
    const { port } = simulator;
    await simulator.close();
    const child = await serving({
      GUEST_API: "guest-tokens",
      GENESYS_BASE_URL: `http://127.0.0.1:${port}`,
      UPSTREAM_TIMEOUT: "1",
    });
    simulator = await startSimulator({ port, clients: [{ id: "somebody", secret: "else" }] });
    expect(await child.ended).toBe(1);
    expect(child.stderr()).toMatch(/credentials are refused/);
  });

  it("does not wait for a platform that says nothing before it says where it is", async () => {
    simulator.fault({ path: "/oauth/token", hang: true });
    const child = await serving({ GUEST_API: "guest-tokens" });
    expect(child.stderr()).toMatch(/not_ready/);
    expect((await start(child.url)).json.code).toBe("not_ready");
    child.process.kill("SIGTERM");
    expect(await child.ended).toBe(0);
  });

  it("ends with 78 and every mistake by name", async () => {
    const { code, stdout, stderr } = await run(["serve"], { GUEST_API: "chat", ALLOWED_ORIGINS: "null", PORT: "x" });
    expect(code).toBe(78);
    expect(stdout).toBe("");
    for (const name of ["GUEST_API", "ALLOWED_ORIGINS", "DEPLOYMENT_IDS", "GENESYS_REGION", "PORT"])
      expect(stderr).toContain(name);
  });

  it("refuses to start in production without a key file, and with one that is none", async () => {
    const production = environment(simulator.url, { NODE_ENV: "production" });
    const without = await run(["serve"], production);
    expect([without.code, /SESSION_KEYS_FILE/.test(without.stderr)]).toEqual([78, true]);
    const file = join(mkdtempSync(join(tmpdir(), "guestpass-")), "keys.json");
    writeFileSync(file, '{"keys":[]}');
    const broken = await run(["serve"], { ...production, SESSION_KEYS_FILE: file });
    expect([broken.code, /SESSION_KEYS_FILE/.test(broken.stderr)]).toEqual([78, true]);
  });

  it("ends with 1 where its port is taken", async () => {
    const taken = createTcpServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as AddressInfo;
    const { code, stderr } = await run(["serve", "--port", String(port)], environment(simulator.url));
    taken.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`127.0.0.1:${port}`);
    expect(stderr).toContain("EADDRINUSE");
  });

  it("keeps sessions over a restart with a key file, also after a rotation", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "guestpass-")), "keys.json");
    expect((await run(["keys", "new", file])).code).toBe(0);
    const first = await serving({ SESSION_KEYS_FILE: file, NODE_ENV: "production" });
    const { json: session } = await start(first.url);
    first.process.kill("SIGTERM");
    expect(await first.ended).toBe(0);
    expect((await run(["keys", "rotate", file])).code).toBe(0);
    const second = await serving({ SESSION_KEYS_FILE: file, NODE_ENV: "production" });
    const refreshed = await request(`${second.url}/v1/sessions/refresh`, "POST", {
      origin: ORIGIN,
      authorization: `Bearer ${session.session.handle}`,
    });
    expect(refreshed.status).toBe(200);
    expect(refreshed.json.sessionId).toBe(session.sessionId);
  });

  it("writes audit records to a file, to stdout, or nowhere", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "guestpass-")), "deep", "audit.log");
    const records = (text: string) =>
      text
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line) as { action: string; requestId: string });
    for (const [target, read] of [
      [file, () => readFileSync(file, "utf8")],
      ["stdout", undefined],
      ["off", undefined],
    ] as const) {
      const child = await serving({ AUDIT_LOG: target });
      const answer = await start(child.url);
      child.process.kill("SIGTERM");
      expect(await child.ended).toBe(0);
      const written = records(read === undefined ? child.stdout() : read());
      if (target === "off") expect(written).toEqual([]);
      else expect(written).toMatchObject([{ action: "ISSUED", requestId: answer.headers.get("x-request-id") }]);
    }
  });

  it("ends with another code than 0 on an uncaught error", async () => {
    const fault = join(mkdtempSync(join(tmpdir(), "guestpass-")), "fault.cjs");
    writeFileSync(fault, `process.on("SIGUSR2", () => { throw new Error("a fault of the test: ${CLIENT.secret}"); });`);
    const child = await serving({ NODE_OPTIONS: `--require ${fault}` });
    child.process.kill("SIGUSR2");
    expect(await child.ended).toBe(1);
    expect(child.stderr()).toContain("uncaught error: Error: a fault of the test");
    expect(child.stderr()).not.toContain(CLIENT.secret);
  });
});

describe("guestpass", () => {
  it("says what it can do, and which version it is", async () => {
    const help = await run(["--help"]);
    expect(help.code).toBe(0);
    for (const word of ["serve", "check", "keys new FILE", "keys rotate FILE"]) expect(help.stdout).toContain(word);
    const version = await run(["--version"]);
    expect([version.code, version.stdout.trim()]).toEqual([0, "0.1.0"]);
    const serveHelp = await run(["serve", "--help"]);
    for (const name of ["GUEST_API", "SESSION_KEYS_FILE", "ADMIN_PORT"]) expect(serveHelp.stdout).toContain(name);
  });

  it.each([
    [[]],
    [["fly"]],
    [["serve", "--fly"]],
    [["keys"]],
    [["keys", "new"]],
    [["keys", "new", "a", "b"]],
    [["check", "extra"]],
  ])("%j is a misuse: 64", async (args) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([64, ""]);
    expect(stderr).not.toBe("");
    expect(stderr).not.toContain("    at ");
  });
});

describe("guestpass keys", () => {
  const directory = mkdtempSync(join(tmpdir(), "guestpass-keys-"));
  const file = join(directory, "keys.json");
  const keys = () => (JSON.parse(readFileSync(file, "utf8")) as { keys: { kid: string }[] }).keys.map((key) => key.kid);

  it("makes a file once, for its owner alone, and rotates it", async () => {
    expect((await run(["keys", "new", file])).code).toBe(0);
    const { statSync } = await import("node:fs");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const [first] = keys();
    const again = await run(["keys", "new", file]);
    expect(again.code).toBe(1);
    expect(keys()).toEqual([first]);
    expect((await run(["keys", "rotate", file])).code).toBe(0);
    expect(keys()).toHaveLength(2);
    expect(keys()[1]).toBe(first);
  });

  it("says what is wrong with a file, and leaves it", async () => {
    const missing = await run(["keys", "rotate", join(directory, "none.json")]);
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining("is not there")]);
    const broken = join(directory, "broken.json");
    writeFileSync(broken, "{");
    const answer = await run(["keys", "rotate", broken]);
    expect([answer.code, answer.stderr]).toEqual([1, expect.stringContaining("is not JSON")]);
    expect(readFileSync(broken, "utf8")).toBe("{");
  });
});

it("an early signal ends it, too", async () => {
  const child = guestpass(["serve"], environment(simulator.url));
  children.push(child);
  await child.line(/warning/, "stderr");
  child.process.kill("SIGTERM");
  expect(await child.ended).toBe(0);
});
