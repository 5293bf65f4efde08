import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigError, readConfig } from "../src/config.js";

const whole = {
  GUEST_API: "guest",
  GENESYS_REGION: "mypurecloud.ie",
  GENESYS_CLIENT_ID: "client-one",
  GENESYS_CLIENT_SECRET: "secret-one-that-nobody-sees",
  ALLOWED_ORIGINS: "https://shop.example",
  DEPLOYMENT_IDS: "11111111-2222-4333-8444-555555555555",
};

function mistakes(env: Record<string, string | undefined>): Record<string, string> {
  try {
    readConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.exitCode).toBe(78);
    for (const mistake of error.mistakes) {
      expect(error.message).toContain(mistake.name);
      expect(error.message).toContain(mistake.message);
    }
    return Object.fromEntries(error.mistakes.map((mistake) => [mistake.name, mistake.message]));
  }
  return {};
}

function file(content: string): string {
  const path = join(mkdtempSync(join(tmpdir(), "guestpass-config-")), "secret");
  writeFileSync(path, content);
  return path;
}

describe("a whole configuration", () => {
  it("has the contract's defaults", () => {
    const config = readConfig(whole);
    expect(config).toMatchObject({
      guestApi: "guest",
      platform: { region: "mypurecloud.ie", timeoutSeconds: 5, deadlineSeconds: 15, guestQuota: 100 },
      requireOrigin: true,
      queueIds: [],
      trustProxy: [],
      identity: { mode: "optional" },
      consentRequired: false,
      session: { maxAgeSeconds: 86_400, binding: "preferred", refreshLeadSeconds: 300 },
      store: { kind: "memory" },
      rateLimit: { max: 30, windowSeconds: 60 },
      minting: { windowSeconds: 600, perCustomer: 20, perOrigin: 1000, perNetwork: 100 },
      auditLog: "stdout",
      logLevel: "info",
      port: 3000,
    });
    expect(config.admin).toBeUndefined();
    expect(config.challenge).toBeUndefined();
    expect(Object.isFrozen(config)).toBe(true);
  });

  it("reads everything else", () => {
    const config = readConfig({
      ...whole,
      GENESYS_REGION: "eu-west-1",
      FRONTEND_ORIGIN: "https://old.example",
      REQUIRE_ORIGIN: "false",
      QUEUE_IDS: "q-1, q-2,q-1",
      TRUST_PROXY: "10.0.0.0/8,192.0.2.7,fd00::/8",
      IDENTITY_MODE: "required",
      IDENTITY_SECRET: "i".repeat(32),
      IDENTITY_ISSUER: "https://id.example",
      CONSENT_REQUIRED: "true",
      CHALLENGE_PROVIDER: "turnstile",
      CHALLENGE_SECRET: "c-secret",
      CHALLENGE_MIN_SCORE: "0.7",
      CHALLENGE_ON_OUTAGE: "accept",
      STORE: "redis",
      REDIS_URL: "redis://:pass@127.0.0.1:6379",
      WEBHOOK_URL: "https://hooks.example/x",
      WEBHOOK_SECRET: "w-secret",
      ADMIN_PORT: "9100",
      PORT: "0",
    });
    expect(config).toMatchObject({
      platform: { region: "mypurecloud.ie" },
      allowedOrigins: ["https://shop.example", "https://old.example"],
      requireOrigin: false,
      queueIds: ["q-1", "q-2"],
      trustProxy: ["10.0.0.0/8", "192.0.2.7", "fd00::/8"],
      identity: { mode: "required", issuer: "https://id.example" },
      consentRequired: true,
      challenge: { provider: "turnstile", minScore: 0.7, onOutage: "accept" },
      store: { kind: "redis", url: "redis://:pass@127.0.0.1:6379" },
      webhook: { url: "https://hooks.example/x", secret: { value: "w-secret" } },
      admin: { host: "127.0.0.1", port: 9100 },
      port: 0,
    });
  });

  it("takes FRONTEND_ORIGIN alone, and an empty variable as none", () => {
    const config = readConfig({
      ...whole,
      ALLOWED_ORIGINS: "",
      FRONTEND_ORIGIN: "https://old.example",
      QUEUE_IDS: " ",
    });
    expect(config.allowedOrigins).toEqual(["https://old.example"]);
    expect(config.queueIds).toEqual([]);
  });

  it("reads credentials in pairs, in the order of their numbers, and from files", () => {
    const config = readConfig({
      ...whole,
      GENESYS_CLIENT_ID_10: "client-ten",
      GENESYS_CLIENT_SECRET_10: "secret-ten",
      GENESYS_CLIENT_ID_2: "client-two",
      GENESYS_CLIENT_SECRET_2_FILE: file("secret-two\n"),
    });
    const pairs = config.platform.clients.map((pair) => [pair.clientId.value, pair.clientSecret.value]);
    expect(pairs).toEqual([
      ["client-one", "secret-one-that-nobody-sees"],
      ["client-two", "secret-two"],
      ["client-ten", "secret-ten"],
    ]);
  });

  it("needs no credentials where the guest API needs none", () => {
    const { GENESYS_CLIENT_ID: _id, GENESYS_CLIENT_SECRET: _secret, ...rest } = whole;
    expect(readConfig({ ...rest, GUEST_API: "web-messaging" }).platform.clients).toEqual([]);
    expect(readConfig({ ...rest, GUEST_API: "custom-signed", CUSTOM_SIGNING_SECRET: "s".repeat(32) })).toMatchObject({
      customSigning: { secret: { value: "s".repeat(32) }, ttlSeconds: 3600 },
    });
  });
});

describe("mistakes", () => {
  it("are all listed, by name", () => {
    expect(Object.keys(mistakes({})).sort()).toEqual([
      "ALLOWED_ORIGINS",
      "DEPLOYMENT_IDS",
      "GENESYS_REGION",
      "GUEST_API",
    ]);
  });

  it("name the choices and the mend", () => {
    const found = mistakes({ ...whole, GUEST_API: "chat" });
    expect(found["GUEST_API"]).toContain("web-messaging, guest, external-users");
    expect(Object.keys(found)).toEqual(["GUEST_API"]);
  });

  it("a session may be as short as a second", () => {
    expect(readConfig({ ...whole, SESSION_MAX_AGE: "1" }).session.maxAgeSeconds).toBe(1);
  });

  it.each([
    ["GENESYS_REGION", "evil.example"],
    ["REQUIRE_ORIGIN", "yes"],
    ["REQUIRE_ORIGIN", "1"],
    ["TRUST_PROXY", "true"],
    ["TRUST_PROXY", "1"],
    ["TRUST_PROXY", "10.0.0.0/8,2"],
    ["TRUST_PROXY", "0.0.0.0/0"],
    ["TRUST_PROXY", "10.0.0.0/33"],
    ["TRUST_PROXY", "proxy.example"],
    ["SESSION_MAX_AGE", "24h"],
    ["SESSION_MAX_AGE", "86400.5"],
    ["SESSION_MAX_AGE", "-1"],
    ["SESSION_MAX_AGE", "0"],
    ["REFRESH_LEAD", "1e3"],
    ["RATE_LIMIT_MAX", "0"],
    ["UPSTREAM_TIMEOUT", "5s"],
    ["SESSION_BINDING", "on"],
    ["IDENTITY_MODE", "none"],
    ["STORE", "postgres"],
    ["LOG_LEVEL", "verbose"],
    ["PORT", "65536"],
    ["CHALLENGE_PROVIDER", "mycaptcha"],
    ["CHALLENGE_MIN_SCORE", "1.5"],
    ["WEBHOOK_URL", "hooks.example"],
    ["GENESYS_BASE_URL", "ftp://x.example"],
    ["DEPLOYMENT_IDS", "a b"],
    ["SESSION_KEYS_FILE", "/nowhere/at/all.json"],
    ["PUBLIC_URL", "https://user:pw@tokens.example"],
  ])("%s=%s is refused by name", (name, value) => {
    expect(Object.keys(mistakes({ ...whole, [name]: value }))).toEqual([name]);
  });

  it.each([
    "null",
    "*",
    "shop.example",
    "https://shop.example/",
    "https://shop.example/path",
    "https://*",
    "https://*.com",
    "http://*.shop.example",
    "https://a*.shop.example",
    "https://shop.*.example",
    "https://user@shop.example",
    "file:///etc/passwd",
    "https://*.127.0.0.1",
  ])("the origin %s is refused", (origin) => {
    expect(Object.keys(mistakes({ ...whole, ALLOWED_ORIGINS: `https://fine.example,${origin}` }))).toEqual([
      "ALLOWED_ORIGINS",
    ]);
  });

  it("say what one variable demands of another", () => {
    const { GENESYS_CLIENT_SECRET: _secret, ...half } = whole;
    expect(Object.keys(mistakes(half))).toEqual(["GENESYS_CLIENT_SECRET"]);
    expect(Object.keys(mistakes({ ...whole, GENESYS_CLIENT_ID_2: "x" }))).toEqual(["GENESYS_CLIENT_SECRET_2"]);
    expect(Object.keys(mistakes({ ...whole, STORE: "redis" }))).toEqual(["REDIS_URL"]);
    expect(Object.keys(mistakes({ ...whole, IDENTITY_MODE: "required" }))).toEqual(["IDENTITY_SECRET"]);
    expect(Object.keys(mistakes({ ...whole, CHALLENGE_PROVIDER: "altcha" }))).toEqual(["CHALLENGE_SECRET"]);
    expect(Object.keys(mistakes({ ...whole, CHALLENGE_SECRET: "x" }))).toEqual(["CHALLENGE_PROVIDER"]);
    expect(Object.keys(mistakes({ ...whole, GUEST_API: "custom-signed" }))).toEqual(["CUSTOM_SIGNING_SECRET"]);
    expect(Object.keys(mistakes({ ...whole, NODE_ENV: "production" }))).toEqual(["SESSION_KEYS_FILE"]);
    expect(Object.keys(mistakes({ ...whole, PORT: "80", ADMIN_PORT: "80" }))).toEqual(["ADMIN_PORT"]);
  });

  it("of a secret and its file are told without the secret", () => {
    const path = file("file-secret");
    const both = mistakes({ ...whole, GENESYS_CLIENT_SECRET_FILE: path });
    expect(Object.keys(both)).toEqual(["GENESYS_CLIENT_SECRET"]);
    expect(Object.keys(mistakes({ ...whole, IDENTITY_SECRET_FILE: "/nowhere" }))).toEqual(["IDENTITY_SECRET_FILE"]);
    expect(Object.keys(mistakes({ ...whole, IDENTITY_SECRET_FILE: file("\n") }))).toEqual(["IDENTITY_SECRET_FILE"]);
    const control = mistakes({ ...whole, IDENTITY_SECRET: "very\u0001secret" });
    expect(JSON.stringify([both, control])).not.toMatch(/secret-one|file-secret|very/);
  });

  it("point at the variable that was probably meant", () => {
    const { ALLOWED_ORIGINS: _origins, ...rest } = whole;
    expect(mistakes({ ...rest, ALLOWED_ORIGIN: "https://shop.example" })["ALLOWED_ORIGINS"]).toContain(
      "ALLOWED_ORIGIN is set",
    );
  });
});

describe("warnings", () => {
  it("say what is weak, and nothing where nothing is", () => {
    const keys = file("{}");
    expect(readConfig({ ...whole, SESSION_KEYS_FILE: keys }).warnings).toEqual([]);
    const weak = readConfig({
      ...whole,
      IDENTITY_MODE: "unverified",
      IDENTITY_SECRET: "short",
      ALLOWED_ORIGINS: "http://shop.example,http://localhost:8080",
      GENESYS_BASE_URL: "http://proxy.example",
    }).warnings.join("\n");
    for (const word of [
      "SESSION_KEYS_FILE",
      "unverified",
      "IDENTITY_SECRET",
      "http://shop.example",
      "GENESYS_BASE_URL",
    ])
      expect(weak).toContain(word);
    expect(weak).not.toContain("localhost");
  });
});
