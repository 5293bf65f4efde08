import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Simulator, startSimulator } from "@guestpass/simulator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { run } from "./command.js";
import { CLIENT, DEPLOYMENT, environment } from "./running-endpoint.js";

interface Finding {
  name: string;
  status: string;
  detail: string;
  mend?: string;
  variable?: string;
}

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ clients: [CLIENT], deployments: [DEPLOYMENT] });
});
afterEach(() => simulator.close());

async function check(more: Record<string, string> = {}, args: string[] = []) {
  const { code, stdout, stderr } = await run(
    ["check", "--json", ...args],
    environment(simulator.url, { GUEST_API: "guest-tokens", ...more }),
  );
  expect(stderr).toBe("");
  const report = JSON.parse(stdout) as { ok: boolean; findings: Finding[] };
  expect(code).toBe(report.ok ? 0 : 1);
  const of = (name: string) => report.findings.filter((finding) => finding.name === name);
  return { code, of, faults: report.findings.filter((finding) => finding.status === "fault"), stdout };
}

describe("guestpass check", () => {
  it("is content where all works, and says of what", async () => {
    const { code, of, faults } = await check({ WEBHOOK_URL: `${simulator.url}/webhook` });
    expect([code, faults]).toEqual([0, []]);
    expect(simulator.requests().some((one) => one.path === "/webhook")).toBe(false);
    for (const name of [
      "configuration",
      "dns",
      "clock",
      "credentials",
      "deployment",
      "origins",
      "permissions",
      "store",
    ])
      expect([name, of(name)[0]?.status]).toEqual([name, "ok"]);
    for (const name of ["keys", "tls", "challenge"]) expect([name, of(name)[0]?.status]).toEqual([name, "skipped"]);
    expect(simulator.requests().filter((one) => one.path === "/api/v2/guest-tokens")).toHaveLength(1);
  });

  it("has a line for each, for people", async () => {
    const { code, stdout } = await run(["check"], environment(simulator.url));
    expect(code).toBe(0);
    const lines = stdout.trim().split("\n");
    for (const name of ["configuration", "credentials", "deployment", "permissions", "store", "clock"])
      expect(lines.some((line) => /^(ok|warning|skipped)/.test(line) && line.includes(name))).toBe(true);
  });

  it("starts no session where it must not", async () => {
    const { of } = await check({}, ["--no-issue"]);
    expect(of("permissions")[0]?.status).toBe("skipped");
    expect(simulator.requests().some((one) => one.path === "/api/v2/guest-tokens")).toBe(false);
  });

  it("finds refused credentials, without showing them", async () => {
    const { code, of, stdout } = await check({ GENESYS_CLIENT_SECRET: "not-the-right-secret" });
    expect([code, of("credentials")[0]?.status]).toEqual([1, "fault"]);
    expect(of("credentials")[0]?.mend).toMatch(/secret/);
    expect(stdout).not.toContain("not-the-right-secret");
  });

  it("finds missing rights", async () => {
    simulator.fault({ path: "/api/v2/guest-tokens", status: 403, body: { message: "no", code: "missing.permission" } });
    const { code, of } = await check();
    expect([code, of("permissions")[0]?.status]).toEqual([1, "fault"]);
    expect(of("permissions")[0]?.detail).toContain("upstream_forbidden");
    expect(of("permissions")[0]?.mend).toMatch(/roles and scopes/);
  });

  it("finds a deployment that is not there", async () => {
    const ids = { DEPLOYMENT_IDS: `${DEPLOYMENT},aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee` };
    const chat = await check(ids);
    expect([chat.code, ...chat.of("deployment").map((finding) => finding.status)]).toEqual([0, "ok", "warning"]);
    const messenger = await check({ ...ids, GUEST_API: "web-messaging" });
    expect([messenger.code, ...messenger.of("deployment").map((finding) => finding.status)]).toEqual([
      1,
      "ok",
      "fault",
    ]);
  });

  it("finds a clock that is off", async () => {
    simulator.fault({ path: "/", method: "HEAD", status: 200, headers: { date: "Mon, 01 Jan 2024 00:00:00 GMT" } });
    const { of } = await check();
    expect(of("clock")[0]?.status).toBe("fault");
    expect(of("clock")[0]?.mend).toMatch(/NTP/);
  });

  it("finds a platform that cannot be reached", async () => {
    const { port } = simulator;
    await simulator.close();
    const { code, of } = await check({
      GENESYS_BASE_URL: `http://127.0.0.1:${port}`,
      UPSTREAM_TIMEOUT: "1",
      UPSTREAM_DEADLINE: "1",
    });
    expect([code, of("credentials")[0]?.status, of("permissions")[0]?.status]).toEqual([1, "fault", "skipped"]);
    simulator = await startSimulator();
  });

  it("finds a key file that is none, and every wrong variable by name", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "guestpass-")), "keys.json");
    writeFileSync(file, "[]");
    expect((await check({ SESSION_KEYS_FILE: file })).faults).toMatchObject([{ variable: "SESSION_KEYS_FILE" }]);
    const wrong = await check({ PORT: "x", STORE: "disk", SESSION_MAX_AGE: "1d" });
    expect(new Set(wrong.faults.map((finding) => finding.variable))).toEqual(
      new Set(["PORT", "SESSION_MAX_AGE", "STORE"]),
    );
  });

  it("finds a key file that everybody may read", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "guestpass-")), "keys.json");
    await run(["keys", "new", file]);
    expect((await check({ SESSION_KEYS_FILE: file })).of("keys")[0]?.status).toBe("ok");
    chmodSync(file, 0o644);
    const [keys] = (await check({ SESSION_KEYS_FILE: file })).of("keys");
    expect([keys?.status, keys?.mend]).toEqual(["warning", expect.stringContaining("chmod 600")]);
  });

  it("finds a deployment that does not allow an origin", async () => {
    await simulator.close();
    simulator = await startSimulator({
      clients: [CLIENT],
      deployments: [DEPLOYMENT],
      allowedDomains: ["shop.example", ".brand.example"],
    });
    const origins = "https://shop.example,https://*.brand.example,https://www.brand.example";
    const content = await check({ GUEST_API: "web-messaging", ALLOWED_ORIGINS: origins });
    expect(content.of("origins")).toMatchObject([{ status: "ok" }]);
    const wrong = await check({
      GUEST_API: "web-messaging",
      ALLOWED_ORIGINS: `${origins},https://forgotten.example,https://*.shop.example`,
    });
    expect(wrong.of("origins")).toMatchObject([
      { status: "fault", detail: expect.stringContaining("https://forgotten.example") as string },
      { status: "fault", detail: expect.stringContaining("https://*.shop.example") as string },
    ]);
  });

  it("finds a queue that is not there, and says where it may not look", async () => {
    await simulator.close();
    const [known, unknown] = ["a1b2c3d4-e5f6-4890-abcd-ef1234567890", "b1b2c3d4-e5f6-4890-abcd-ef1234567890"];
    simulator = await startSimulator({ clients: [CLIENT], deployments: [DEPLOYMENT], queues: [known] });
    const { of } = await check({ QUEUE_IDS: `${known},${unknown}` });
    expect(of("queue").map(({ status, variable }) => [status, variable])).toEqual([
      ["ok", undefined],
      ["fault", "QUEUE_IDS"],
    ]);
    simulator.fault({ path: `/api/v2/routing/queues/${known}`, status: 403, body: { message: "no" } });
    const [queue] = (await check({ QUEUE_IDS: known })).of("queue");
    expect([queue?.status, queue?.mend]).toEqual(["warning", expect.stringContaining("routing:queue:view")]);
  });

  it("finds a host that has no address", async () => {
    const webhook = await check({ WEBHOOK_URL: "https://hooks.guestpass-test.invalid/x" });
    expect(webhook.of("dns").map(({ status, variable }) => [status, variable])).toEqual([
      ["fault", "WEBHOOK_URL"],
      ["ok", undefined],
    ]);
  });

  describe("of a challenge", () => {
    let provider: Server;
    let errors: string[];
    let asked: string;
    beforeEach(async () => {
      provider = createServer((request, response) => {
        request.on("data", (chunk: Buffer) => {
          asked = chunk.toString();
        });
        request.on("end", () => response.end(JSON.stringify({ success: false, "error-codes": errors })));
      });
      await new Promise<void>((resolve) => {
        provider.listen(0, "127.0.0.1", resolve);
      });
    });
    afterEach(() => provider.close());

    it("finds a secret that the provider does not know, without showing it", async () => {
      const env = {
        CHALLENGE_PROVIDER: "turnstile",
        CHALLENGE_SECRET: "the-secret-of-the-challenge",
        CHALLENGE_VERIFY_URL: `http://127.0.0.1:${(provider.address() as AddressInfo).port}/siteverify`,
      };
      errors = ["invalid-input-response"];
      expect((await check(env)).of("challenge")[0]?.status).toBe("ok");
      expect(asked).toContain("the-secret-of-the-challenge");
      errors = ["invalid-input-secret"];
      const wrong = await check(env);
      expect(wrong.of("challenge")).toMatchObject([{ status: "fault", variable: "CHALLENGE_SECRET" }]);
      expect(wrong.of("permissions")[0]?.status).toBe("skipped");
      expect(wrong.stdout).not.toContain("the-secret-of-the-challenge");
      provider.close();
      const away = await check({ ...env, UPSTREAM_TIMEOUT: "1", UPSTREAM_DEADLINE: "1" });
      expect(away.of("challenge")).toMatchObject([{ status: "fault", variable: "CHALLENGE_VERIFY_URL" }]);
    });
  });
});
