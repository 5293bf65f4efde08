import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Simulator, startSimulator } from "@guestpass/simulator";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { redactor } from "../src/redact.js";
import { secretFile } from "../src/secret-file.js";
import { compile, serve } from "./child.js";
import { run } from "./command.js";
import {
  type Answer,
  type Body,
  CLIENT,
  DEPLOYMENT,
  environment,
  ORIGIN,
  request,
  startEndpoint,
} from "./running-endpoint.js";

const IDENTITY_SECRET = "an-identity-secret-of-more-than-thirty-two-bytes";
const PEPPER = "a-pepper-that-nobody-may-taste";
const WEBHOOK_SECRET = `whsec_${Buffer.from("a-webhook-secret-of-the-tests-and-more").toString("base64")}`;

let simulator: Simulator;
beforeAll(async () => {
  await compile();
  simulator = await startSimulator({ clients: [CLIENT] });
}, 120_000);
afterAll(() => simulator.close());

describe("whatever is written", () => {
  it("has no secret, token or handle in it, whatever goes wrong", async () => {
    const directory = mkdtempSync(join(tmpdir(), "guestpass-"));
    const keysFile = join(directory, "keys.json");
    await run(["keys", "new", keysFile]);
    const auditFile = join(directory, "audit.log");
    const secretFile = join(directory, "secret");
    writeFileSync(secretFile, `${CLIENT.secret}\n`);
    const { GENESYS_CLIENT_SECRET: _direct, ...rest } = environment(simulator.url, {
      GUEST_API: "guest-tokens",
      GENESYS_CLIENT_SECRET_FILE: secretFile,
      SESSION_KEYS_FILE: keysFile,
      IDENTITY_SECRET,
      IDENTITY_PEPPER: PEPPER,
      WEBHOOK_URL: `${simulator.url}/webhook-that-is-not-there`,
      WEBHOOK_SECRET,
      AUDIT_LOG: auditFile,
      LOG_LEVEL: "trace",
      ADMIN_PORT: "0",
      UPSTREAM_TIMEOUT: "1",
      UPSTREAM_DEADLINE: "2",
    });
    const child = await serve(rest);
    const answers: Answer[] = [];
    const headers = { origin: ORIGIN, "content-type": "application/json" };
    const ask = async (path: string, body: unknown, more: Record<string, string> = {}) => {
      const answer = await request(child.url + path, "POST", { ...headers, ...more }, JSON.stringify(body));
      answers.push(answer);
      return answer;
    };
    const customer = `customer-${randomUUID()}`;
    const identityToken = await new SignJWT({})
      .setProtectedHeader({ alg: "HS256" })
      .setSubject(customer)
      .setIssuedAt()
      .setExpirationTime("5m")
      .sign(new TextEncoder().encode(IDENTITY_SECRET));
    const forged = await new SignJWT({})
      .setProtectedHeader({ alg: "HS256" })
      .setSubject(customer)
      .setIssuedAt()
      .setExpirationTime("5m")
      .sign(new TextEncoder().encode("x".repeat(40)));

    const started = await ask("/v1/sessions", { deploymentId: DEPLOYMENT, identityToken });
    expect(started.status).toBe(201);
    const { handle } = started.json.session;
    const bearer = { authorization: `Bearer ${handle}` };
    const refreshed = await ask("/v1/sessions/refresh", {}, bearer);
    expect(refreshed.status).toBe(200);
    const sentOut = [started.json.token, handle, refreshed.json.token, refreshed.json.session.handle];

    const refusals = [
      await ask("/v1/sessions", { deploymentId: DEPLOYMENT, identityToken: forged }),
      await ask(`/v1/sessions?token=${handle}`, { deploymentId: DEPLOYMENT, [identityToken]: identityToken }),
      await ask("/v1/sessions/refresh", {}, { authorization: `Bearer ${handle.slice(0, -4)}AAAA` }),
      await ask("/v1/sessions", { deploymentId: DEPLOYMENT }, { dpop: identityToken }),
      await request(
        `${child.url}/v1/sessions`,
        "POST",
        { ...headers, "x-request-id": identityToken },
        `{"identityToken":"${identityToken}`,
      ),
      await request(`${child.url}/${identityToken}`, "GET", { ...headers, authorization: `Bearer ${handle}` }),
    ];
    const platformSays = `the platform says ${CLIENT.secret} and more`;
    for (const fault of [
      { status: 401, body: { message: platformSays } },
      { status: 403, body: { message: platformSays } },
      { status: 500, body: platformSays },
      { status: 200, body: { token: platformSays } },
      { status: 200, body: platformSays },
      { hang: true },
      { drop: true },
    ]) {
      simulator.fault({ path: "/api/v2/guest-tokens", ...fault });
      refusals.push(await ask("/v1/sessions", { deploymentId: DEPLOYMENT }));
      simulator.clearFaults();
    }
    child.process.kill("SIGTERM");
    expect(await child.ended).toBe(0);

    for (const refusal of refusals) expect(refusal.status).toBeGreaterThanOrEqual(400);
    const keys = JSON.parse(readFileSync(keysFile, "utf8")) as { keys: { k: string }[] };
    const access = simulator
      .requests()
      .flatMap((one) => /^Bearer (.+)$/.exec(one.headers.authorization ?? "")?.[1] ?? []);
    expect(access.length).toBeGreaterThan(0);
    const audit = readFileSync(auditFile, "utf8");
    expect(audit.trim().split("\n").length).toBeGreaterThan(5);
    expect(child.stderr().split("\n").length).toBeGreaterThan(5);
    const written = child.stdout() + child.stderr() + audit;
    const toPages = [...answers, ...refusals]
      .filter((answer) => answer.status >= 400)
      .map((answer) => answer.text + JSON.stringify([...answer.headers]))
      .join("\n");
    const secrets = [
      CLIENT.secret,
      IDENTITY_SECRET,
      PEPPER,
      WEBHOOK_SECRET,
      ...keys.keys.map((key) => key.k),
      ...access,
    ];
    for (const secret of [...secrets, ...sentOut, identityToken, forged])
      expect(written.includes(secret), `written: ${secret.slice(0, 12)}`).toBe(false);
    for (const secret of [...secrets, ...sentOut, platformSays, directory])
      expect(toPages.includes(secret), `told: ${secret.slice(0, 12)}`).toBe(false);
    expect(written).not.toContain(customer);
    expect(written).not.toContain(platformSays);
    expect(toPages).not.toMatch(/\n? {4}at /);
  }, 60_000);
});

describe("the output of every test's endpoint", () => {
  it("is swept for what was sent and answered, and a test in which something leaks fails", async () => {
    const identityToken = await new SignJWT({})
      .setProtectedHeader({ alg: "HS256" })
      .setSubject("a-customer-of-the-sweep")
      .setExpirationTime("5m")
      .sign(new TextEncoder().encode(IDENTITY_SECRET));
    const leaks = async (leak?: (session: Body) => string) => {
      const endpoint = await startEndpoint({ IDENTITY_SECRET, LOG_LEVEL: "trace" });
      const { json } = await endpoint.post("/v1/sessions", { deploymentId: DEPLOYMENT, identityToken });
      const bearer = { authorization: `Bearer ${json.session.handle}` };
      expect((await endpoint.post("/v1/sessions/refresh", undefined, bearer)).status).toBe(200);
      if (leak) endpoint.stderr.write(`a line with ${leak(json)} in it`);
      return endpoint.close();
    };
    await leaks();
    for (const leak of [
      (session: Body) => session.token,
      (session: Body) => session.session.handle,
      () => identityToken,
      () => "a-customer-of-the-sweep",
      () => IDENTITY_SECRET,
    ])
      await expect(leaks(leak)).rejects.toThrow("the endpoint wrote secrets");
  });
});

describe("the redactor", () => {
  const redact = redactor(['p"ss\\word', "short", "s3cret.value+x"]);
  it("masks what is added later, too", () => {
    const secrets = ["the-first-secret"];
    const later = redactor(secrets);
    expect(later("the-first-secret the-second-secret")).toBe("[redacted] the-second-secret");
    secrets.push("the-second-secret");
    expect(later("the-first-secret the-second-secret")).toBe("[redacted] [redacted]");
  });

  it("learns of a secret that came with a changed file before anybody can use it", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "guestpass-")), "secret");
    writeFileSync(path, "first\n");
    let now = 0;
    const learnt: string[] = [];
    const read = secretFile(path, "first", { learn: (secret) => learnt.push(secret), now: () => now });
    writeFileSync(path, "second\n");
    expect([await read(), learnt]).toEqual(["first", []]);
    now += 1000;
    expect([await Promise.all([read(), read()]), learnt]).toEqual([["second", "second"], ["second"]]);
    writeFileSync(path, "");
    now += 1000;
    expect(await read()).toBe("second");
    expect(learnt).toEqual(["second"]);
  });

  it.each([
    ['the password is p"ss\\word', "the password is [redacted]"],
    [JSON.stringify({ password: 'p"ss\\word' }), '{"password":"[redacted]"}'],
    ["a=s3cret.value%2Bx&b", "a=[redacted]&b"],
    ["s3cretXvalue+x and short stay", "s3cretXvalue+x and short stay"],
    ["Bearer abcdefgh1234", "Bearer [redacted]"],
    ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln is a JWT", "[redacted] is a JWT"],
    ["eyJhbGciOiJkaXIifQ..aXY.Y2lwaGVy.dGFn is a JWE", "[redacted] is a JWE"],
    ["eyes are fine. Really. Fine.", "eyes are fine. Really. Fine."],
  ])("%s", (text, redacted) => {
    expect(redact(text)).toBe(redacted);
  });
});
