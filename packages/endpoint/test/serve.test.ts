/** `guestpass serve` as a process. Each test has a simulator and processes of its own, so that they run beside each other. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Simulator, startSimulator } from "@guestpass/simulator";
import { beforeAll, describe, expect, it, type TestContext, vi } from "vitest";
import { type Child, compile, guestpass, runProcess, serve } from "./child.js";
import { CLIENT, DEPLOYMENT, environment, ORIGIN, request } from "./running-endpoint.js";

/** Processes start slowly on a machine that does other things as well. */
const PATIENCE = { timeout: 60_000 };
const GUESTS = "/api/v2/guest-tokens";

beforeAll(compile, 120_000);

interface Place {
  simulator: Simulator;
  env(more?: Record<string, string>): Record<string, string>;
  /** A process that is killed after the test, if it still runs. */
  keep<C extends Child>(child: C): C;
  serving(more?: Record<string, string>): Promise<Child & { url: string }>;
  /** Resolves when the endpoint has asked the platform for a guest. */
  asked(): Promise<void>;
}

async function place({ onTestFinished }: TestContext): Promise<Place> {
  const children: Child[] = [];
  const here: Place = {
    simulator: await startSimulator({ clients: [CLIENT] }),
    env: (more = {}) => environment(here.simulator.url, more),
    keep(child) {
      children.push(child);
      return child;
    },
    serving: (more) => serve(here.env(more), (child) => children.push(child)),
    asked: () =>
      vi.waitFor(
        () => expect(here.simulator.requests().some(({ path }) => path === GUESTS)).toBe(true),
        PATIENCE.timeout,
      ),
  };
  onTestFinished(async () => {
    await Promise.all(children.map((child) => child.stop()));
    await here.simulator.close();
  });
  return here;
}

const start = (url: string) =>
  request(
    `${url}/v1/sessions`,
    "POST",
    { origin: ORIGIN, "content-type": "application/json" },
    JSON.stringify({ deploymentId: DEPLOYMENT }),
  );

describe.concurrent("guestpass serve", PATIENCE, () => {
  it.for(["SIGTERM", "SIGINT"] as const)(
    "prints one line with its URL when it is ready, and ends with 0 on %s",
    async (signal, test) => {
      const child = await (await place(test)).serving({ AUDIT_LOG: "off" });
      expect((await start(child.url)).status).toBe(201);
      child.process.kill(signal);
      expect(await child.ended).toBe(0);
      expect(child.stdout().trim().split("\n")).toHaveLength(1);
    },
  );

  it("says which warnings there are on stderr, and listens where HOST says", async (test) => {
    const child = await (await place(test)).serving({ IDENTITY_MODE: "unverified", HOST: "0.0.0.0" });
    expect(child.stderr()).toMatch(/warning: SESSION_KEYS_FILE/);
    expect(child.stderr()).toMatch(/warning: IDENTITY_MODE=unverified/);
    expect(child.stdout()).toMatch(
      /ready at http:\/\/127\.0\.0\.1:\d+ \(listening on all addresses: HOST=0\.0\.0\.0\)/,
    );
  });

  it("answers what is under way before it leaves, and takes nothing new", async (test) => {
    const { simulator, serving, asked } = await place(test);
    const child = await serving({ GUEST_API: "guest-tokens" });
    simulator.fault({ path: GUESTS, delayMs: 700 });
    const underWay = start(child.url);
    await asked();
    child.process.kill("SIGTERM");
    expect((await underWay).status).toBe(201);
    expect(await child.ended).toBe(0);
    await expect(request(`${child.url}/health/live`)).rejects.toThrow();
  });

  it("takes the same signal twice for one, as a terminal and a package manager send it", async (test) => {
    const { simulator, serving, asked } = await place(test);
    const child = await serving({ GUEST_API: "guest-tokens" });
    simulator.fault({ path: GUESTS, delayMs: 500 });
    const underWay = start(child.url);
    await asked();
    child.process.kill("SIGINT");
    child.process.kill("SIGTERM");
    child.process.kill("SIGINT");
    expect((await underWay).status).toBe(201);
    expect(await child.ended).toBe(0);
  });

  it("ends at once on a later signal", async (test) => {
    const { simulator, serving, asked } = await place(test);
    const child = await serving({ GUEST_API: "guest-tokens" });
    simulator.fault({ path: GUESTS, hang: true });
    const underWay = start(child.url).catch(() => undefined);
    await asked();
    child.process.kill("SIGTERM");
    const again = setInterval(() => child.process.kill("SIGTERM"), 200);
    expect(await child.ended).toBe(1);
    clearInterval(again);
    expect(child.stderr()).toContain("a second SIGTERM");
    await underWay;
  });

  it("does not wait for ever for what is under way", async (test) => {
    const { simulator, serving, asked } = await place(test);
    const child = await serving({ GUEST_API: "guest-tokens", UPSTREAM_TIMEOUT: "1", UPSTREAM_DEADLINE: "1" });
    simulator.fault({ path: GUESTS, hang: true });
    const underWay = start(child.url).catch(() => undefined);
    await asked();
    child.process.kill("SIGTERM");
    expect(await child.ended).toBe(0);
    expect((await underWay)?.status).toBe(503);
  });

  it("ends with 1 and a clear word when the credentials are refused", async (test) => {
    const { env } = await place(test);
    const { code, stdout, stderr } = await runProcess(
      ["serve"],
      env({ GUEST_API: "guest-tokens", GENESYS_CLIENT_SECRET: "another-secret-entirely" }),
    );
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/credentials are refused/);
    expect(stderr).toMatch(/client secret/);
    expect(stderr).not.toContain("another-secret-entirely");
  });

  it("stays up not_ready while the platform cannot be reached, until it can", async (test) => {
    const here = await place(test);
    const { port, url } = here.simulator;
    await here.simulator.close();
    const child = await here.serving({ GUEST_API: "guest-tokens", GENESYS_BASE_URL: url, UPSTREAM_TIMEOUT: "1" });
    expect(child.stderr()).toMatch(/not_ready/);
    const refused = await start(child.url);
    expect([refused.status, refused.json.code]).toEqual([503, "not_ready"]);
    expect(refused.headers.get("retry-after")).toBe("5");
    expect(refused.headers.get("access-control-allow-origin")).toBe(ORIGIN);
    expect((await request(`${child.url}/health/ready`)).status).toBe(503);
    expect((await request(`${child.url}/health/live`)).status).toBe(200);
    here.simulator = await startSimulator({ port, clients: [CLIENT] });
    const patience = { timeout: 30_000, interval: 100 };
    await vi.waitFor(async () => expect((await start(child.url)).status).toBe(201), patience);
    await vi.waitFor(async () => expect((await request(`${child.url}/health/ready`)).status).toBe(200), patience);
  });

  it("ends with 1 when the platform, reached at last, refuses the credentials", async (test) => {
    const here = await place(test);
    const { port, url } = here.simulator;
    await here.simulator.close();
    const child = await here.serving({ GUEST_API: "guest-tokens", GENESYS_BASE_URL: url, UPSTREAM_TIMEOUT: "1" });
    here.simulator = await startSimulator({ port, clients: [{ id: "somebody", secret: "else" }] });
    expect(await child.ended).toBe(1);
    expect(child.stderr()).toMatch(/credentials are refused/);
  });

  it("does not wait for a platform that says nothing before it says where it is", async (test) => {
    const { simulator, serving } = await place(test);
    simulator.fault({ path: "/oauth/token", hang: true });
    const child = await serving({ GUEST_API: "guest-tokens" });
    expect(child.stderr()).toMatch(/not_ready/);
    expect((await start(child.url)).json.code).toBe("not_ready");
    child.process.kill("SIGTERM");
    expect(await child.ended).toBe(0);
  });

  it("ends with 78 and every mistake by name", async () => {
    const { code, stdout, stderr } = await runProcess(["serve"], {
      GUEST_API: "chat",
      ALLOWED_ORIGINS: "null",
      PORT: "x",
    });
    expect(code).toBe(78);
    expect(stdout).toBe("");
    for (const name of ["GUEST_API", "ALLOWED_ORIGINS", "DEPLOYMENT_IDS", "GENESYS_REGION", "PORT"])
      expect(stderr).toContain(name);
  });

  it("refuses to start in production without a key file, and with one that is none", async (test) => {
    const production = (await place(test)).env({ NODE_ENV: "production" });
    const without = await runProcess(["serve"], production);
    expect([without.code, /SESSION_KEYS_FILE/.test(without.stderr)]).toEqual([78, true]);
    const file = join(mkdtempSync(join(tmpdir(), "guestpass-")), "keys.json");
    writeFileSync(file, '{"keys":[]}');
    const broken = await runProcess(["serve"], { ...production, SESSION_KEYS_FILE: file });
    expect([broken.code, /SESSION_KEYS_FILE/.test(broken.stderr)]).toEqual([78, true]);
  });

  it("ends with 1 where its port is taken", async (test) => {
    const { env } = await place(test);
    const taken = createTcpServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as AddressInfo;
    const { code, stderr } = await runProcess(["serve", "--port", String(port)], env());
    taken.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`127.0.0.1:${port}`);
    expect(stderr).toContain("EADDRINUSE");
  });

  it("keeps sessions over a restart with a key file, also after a rotation", async (test) => {
    const { serving } = await place(test);
    const file = join(mkdtempSync(join(tmpdir(), "guestpass-")), "keys.json");
    expect((await runProcess(["keys", "new", file])).code).toBe(0);
    const first = await serving({ SESSION_KEYS_FILE: file, NODE_ENV: "production" });
    const { json: session } = await start(first.url);
    first.process.kill("SIGTERM");
    expect(await first.ended).toBe(0);
    expect((await runProcess(["keys", "rotate", file])).code).toBe(0);
    const second = await serving({ SESSION_KEYS_FILE: file, NODE_ENV: "production" });
    const refreshed = await request(`${second.url}/v1/sessions/refresh`, "POST", {
      origin: ORIGIN,
      authorization: `Bearer ${session.session.handle}`,
    });
    expect(refreshed.status).toBe(200);
    expect(refreshed.json.sessionId).toBe(session.sessionId);
  });

  it("writes audit records to a file, to stdout, or nowhere", async (test) => {
    const { serving } = await place(test);
    const file = join(mkdtempSync(join(tmpdir(), "guestpass-")), "deep", "audit.log");
    const records = (text: string) =>
      text
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line) as { action: string; requestId: string });
    const writes = async (target: string) => {
      const child = await serving({ AUDIT_LOG: target });
      const answer = await start(child.url);
      child.process.kill("SIGTERM");
      expect(await child.ended).toBe(0);
      const written = records(target === file ? readFileSync(file, "utf8") : child.stdout());
      if (target === "off") expect(written).toEqual([]);
      else expect(written).toMatchObject([{ action: "ISSUED", requestId: answer.headers.get("x-request-id") }]);
    };
    await Promise.all([file, "stdout", "off"].map(writes));
  });

  it("ends with another code than 0 on an uncaught error", async (test) => {
    const { serving } = await place(test);
    const fault = join(mkdtempSync(join(tmpdir(), "guestpass-")), "fault.cjs");
    writeFileSync(fault, `process.on("SIGUSR2", () => { throw new Error("a fault of the test: ${CLIENT.secret}"); });`);
    const child = await serving({ NODE_OPTIONS: `--require ${fault}` });
    child.process.kill("SIGUSR2");
    expect(await child.ended).toBe(1);
    expect(child.stderr()).toContain("uncaught error: Error: a fault of the test");
    expect(child.stderr()).not.toContain(CLIENT.secret);
  });

  it("ends cleanly on an early signal, too", async (test) => {
    const { keep, env } = await place(test);
    const child = keep(guestpass(["serve"], env()));
    await child.line(/warning/, "stderr");
    child.process.kill("SIGTERM");
    expect(await child.ended).toBe(0);
  });
});

describe.concurrent("guestpass as a process", PATIENCE, () => {
  it("hands on what its commands write, and their exit codes", async (test) => {
    const { env } = await place(test);
    const [version, misuse, check, abuse] = await Promise.all([
      runProcess(["--version"]),
      runProcess(["fly"]),
      runProcess(["check"], env()),
      runProcess(["abuse"], env()),
    ]);
    expect([version.code, version.stdout, version.stderr]).toEqual([0, "0.1.0\n", ""]);
    expect([misuse.code, misuse.stdout]).toEqual([64, ""]);
    expect(misuse.stderr).toContain('there is no command "fly"');
    expect([check.code, check.stderr]).toEqual([0, ""]);
    expect(check.stdout).toMatch(/^ok +configuration/);
    expect([abuse.code, abuse.stderr.split("\n")[0]]).toEqual([3, "page 1: 100 of 120 conversations read"]);
    expect(abuse.stdout).toContain("120 conversations of");
  });
});
