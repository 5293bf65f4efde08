import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createChallenge, solveChallenge } from "altcha-lib";
import { deriveKey as pbkdf2 } from "altcha-lib/algorithms/pbkdf2";
import { deriveKey as sha } from "altcha-lib/algorithms/sha";
import { createChallenge as createV1, solveChallenge as solveV1 } from "altcha-lib/v1";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ChallengeOptions, createBroker, ephemeralKeyRing, memoryStore } from "../src/index.js";
import { context, DEPLOYMENT, refusal, type World, type WorldOptions, world } from "./support/world.js";

interface Asked {
  headers: IncomingMessage["headers"];
  body: string;
}

/** Somebody who says whether a visitor is human, as the test wants it. */
class Provider {
  readonly asked: Asked[] = [];
  status = 200;
  answer: unknown = { success: true };
  hangs = false;
  private readonly server: Server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      this.asked.push({ headers: request.headers, body });
      if (this.hangs) return;
      response.writeHead(this.status, { "content-type": "application/json" });
      response.end(typeof this.answer === "string" ? this.answer : JSON.stringify(this.answer));
    });
  });

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/siteverify`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.closeAllConnections();
      this.server.close(() => resolve());
    });
  }
}

let here: World;
let provider: Provider;
beforeEach(async () => {
  provider = new Provider();
  await provider.open();
});
afterEach(async () => {
  await here.close();
  await provider.close();
});

let responses = 0;
const fresh = () => {
  responses += 1;
  return `response-${responses}`;
};
const open = async (challenge: Partial<ChallengeOptions> = {}, over: WorldOptions = {}) => {
  here = await world({
    guestApi: "web-messaging",
    challenge: { provider: "turnstile", secret: "challenge-secret", verifyUrl: provider.url, ...challenge },
    ...over,
  });
};
const start = (response = fresh(), name: ChallengeOptions["provider"] = "turnstile", over: object = {}) =>
  here.broker.startSession(
    { deploymentId: DEPLOYMENT, challenge: { provider: name, response }, ...over },
    context({ address: "203.0.113.9" }),
  );

describe.each(["turnstile", "recaptcha", "hcaptcha"] as const)("%s", (name) => {
  test("is asked with a form: the secret, the response, the visitor's address", async () => {
    await open({ provider: name });
    await start("abc", name);
    expect(provider.asked).toHaveLength(1);
    expect(provider.asked[0]?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(Object.fromEntries(new URLSearchParams(provider.asked[0]?.body))).toEqual({
      secret: "challenge-secret",
      response: "abc",
      remoteip: "203.0.113.9",
    });
  });

  test.each<[string, number, unknown, string]>([
    ["a refusal", 200, { success: false, "error-codes": ["timeout-or-duplicate"] }, "challenge_failed"],
    ["a refused secret", 200, { success: false, "error-codes": ["invalid-input-secret"] }, "challenge_unavailable"],
    ["trouble of its own", 200, { success: false, "error-codes": ["internal-error"] }, "challenge_unavailable"],
    ["503", 503, "", "challenge_unavailable"],
    ["nonsense", 200, "<html>", "challenge_unavailable"],
    ["nothing", 200, {}, "challenge_unavailable"],
  ])("that answers with %s lets nobody in", async (_, status, answer, code) => {
    await open({ provider: name });
    Object.assign(provider, { status, answer });
    expect((await refusal(start(fresh(), name))).code).toBe(code);
  });
});

describe("friendly", () => {
  test("is asked with its key in a header and JSON", async () => {
    await open({ provider: "friendly" });
    await start("abc", "friendly");
    expect(provider.asked[0]?.headers["x-api-key"]).toBe("challenge-secret");
    expect(JSON.parse(provider.asked[0]?.body ?? "")).toEqual({ response: "abc" });
  });

  test.each<[number, unknown, string]>([
    [200, { success: false, error: { error_code: "response_invalid" } }, "challenge_failed"],
    [200, { success: false, error: { error_code: "response_timeout" } }, "challenge_failed"],
    [401, { success: false, error: { error_code: "auth_invalid" } }, "challenge_unavailable"],
    [401, {}, "challenge_unavailable"],
    [500, {}, "challenge_unavailable"],
  ])("%i %j: %s", async (status, answer, code) => {
    await open({ provider: "friendly" });
    Object.assign(provider, { status, answer });
    expect((await refusal(start(fresh(), "friendly"))).code).toBe(code);
  });
});

describe("altcha", () => {
  const secret = "challenge-secret";
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");
  const solved = async (algorithm: "SHA-256" | "PBKDF2/SHA-256", over: { expiresAt?: number; by?: string } = {}) => {
    const deriveKey = algorithm === "SHA-256" ? sha : pbkdf2;
    const challenge = await createChallenge({
      algorithm,
      cost: 1,
      deriveKey,
      hmacSignatureSecret: over.by ?? secret,
      ...(over.expiresAt === undefined ? {} : { expiresAt: over.expiresAt }),
    });
    const solution = await solveChallenge({ challenge, deriveKey });
    return { challenge, solution };
  };

  test.each(["SHA-256", "PBKDF2/SHA-256"] as const)(
    "verifies a proof of work (%s) with the secret alone, once",
    async (algorithm) => {
      await open({ provider: "altcha" }, {});
      await here.close();
      here = await world({ guestApi: "web-messaging", challenge: { provider: "altcha", secret } });
      const payload = await solved(algorithm);
      await start(encode(payload), "altcha");
      expect((await refusal(start(encode(payload), "altcha"))).code).toBe("challenge_failed");
      expect(
        (await refusal(start(encode({ solution: payload.solution, challenge: payload.challenge, more: 1 }), "altcha")))
          .code,
      ).toBe("challenge_failed");
      expect(provider.asked).toEqual([]);
    },
  );

  test("refuses what is not solved, is over, is signed by others, or is nonsense", async () => {
    here = await world({ guestApi: "web-messaging", challenge: { provider: "altcha", secret } });
    const good = await solved("SHA-256");
    const wrong = [
      { ...good, solution: { ...good.solution, derivedKey: "00" } },
      { ...good, challenge: { ...good.challenge, parameters: { ...good.challenge.parameters, cost: 1_000_000 } } },
      await solved("SHA-256", { expiresAt: 1_000_000_000 }),
      await solved("SHA-256", { by: "another secret" }),
      { solution: {} },
      {},
      [],
    ];
    for (const payload of wrong)
      expect((await refusal(start(encode(payload), "altcha"))).code).toBe("challenge_failed");
    expect((await refusal(start("nonsense", "altcha"))).code).toBe("challenge_failed");
    await start(encode(good), "altcha");
  });

  test("still takes version 1", async () => {
    here = await world({ guestApi: "web-messaging", challenge: { provider: "altcha", secret } });
    const challenge = await createV1({ hmacKey: secret, maxNumber: 500 });
    const { promise } = solveV1(challenge.challenge, challenge.salt, challenge.algorithm, 500);
    const { number } = (await promise) ?? { number: -1 };
    const { algorithm, salt, signature } = challenge;
    const payload = { algorithm, challenge: challenge.challenge, number, salt, signature };
    await start(encode(payload), "altcha");
    expect((await refusal(start(encode({ ...payload, took: 5 }), "altcha"))).code).toBe("challenge_failed");
    expect((await refusal(start(encode({ ...payload, number: number + 1, signature: "x" }), "altcha"))).code).toBe(
      "challenge_failed",
    );
  });

  test("asks a Sentinel where a URL is configured", async () => {
    await open({ provider: "altcha" });
    provider.answer = { verified: true };
    await start("abc", "altcha");
    expect(JSON.parse(provider.asked[0]?.body ?? "")).toEqual({ payload: "abc", secret });
    provider.answer = { verified: false, reason: "EXPIRED" };
    expect((await refusal(start(fresh(), "altcha"))).code).toBe("challenge_failed");
  });
});

describe("a challenge", () => {
  test("is verified with a rotated secret within 10 s, and with none is not verified", async () => {
    let kept: string | Error = "first";
    await open({
      secret: () => {
        if (kept instanceof Error) throw kept;
        return kept;
      },
    });
    await start();
    kept = "second";
    here.clock.pass(9);
    await start();
    const secrets = provider.asked.map(({ body }) => new URLSearchParams(body).get("secret"));
    expect(secrets.slice(-2)).toEqual(["first", "second"]);
    await here.close();
    kept = new Error("no such file");
    await open({
      onOutage: "accept",
      secret: () => Promise.reject(new Error("no such file")),
    });
    expect((await refusal(start())).code).toBe("challenge_unavailable");
  });

  test("is required where one is configured, and it must be that one", async () => {
    await open();
    expect((await refusal(here.broker.startSession({ deploymentId: DEPLOYMENT }, context()))).code).toBe(
      "challenge_required",
    );
    expect((await refusal(start(fresh(), "hcaptcha"))).code).toBe("challenge_failed");
    expect(provider.asked).toEqual([]);
  });

  test("is good once, whatever the provider says the second time", async () => {
    await open();
    await start("abc");
    expect((await refusal(start("abc"))).code).toBe("challenge_failed");
  });

  test.each([
    [0.49, undefined, "challenge_failed"],
    [0.5, undefined, "good"],
    [0.6, 0.7, "challenge_failed"],
    [0, 0, "good"],
  ])("with a score of %f where at least %s is wanted: %s", async (score, minScore, outcome) => {
    await open(minScore === undefined ? {} : { minScore });
    provider.answer = { success: true, score };
    const code = await start().then(
      () => "good",
      (error: { code: string }) => error.code,
    );
    expect(code).toBe(outcome);
  });

  test("is verified for each request, though known customers share an answer", async () => {
    await open({}, { guestApi: "guest-tokens", identity: { mode: "unverified" } });
    const [a, b] = [
      await start(fresh(), "turnstile", { customerId: "C" }),
      await start(fresh(), "turnstile", { customerId: "C" }),
    ];
    expect(a.token).toBe(b.token);
    expect(provider.asked).toHaveLength(2);
    expect(
      (await refusal(here.broker.startSession({ deploymentId: DEPLOYMENT, customerId: "C" }, context()))).code,
    ).toBe("challenge_required");
  });

  test("is not asked for again at a refresh", async () => {
    await open();
    const { session } = await start();
    await here.broker.refreshSession(session.handle, {}, context());
    expect(provider.asked).toHaveLength(1);
  });

  test("goes along to webmessaging-guests at the start, with the provider's score, and not at a refresh", async () => {
    await open({ provider: "recaptcha" }, { guestApi: "webmessaging-guests" });
    provider.answer = { success: true, score: 0.9 };
    const consent = { accepted: true, timestamp: "2026-11-21T10:00:00Z" };
    const { session } = await start("03AGdBq25", "recaptcha", { consent });
    await here.broker.refreshSession(session.handle, {}, context());
    const calls = here.calls("/webmessaging/guests").map(({ body }) => body as object);
    expect(calls[0]).toMatchObject({ captcha: { provider: "recaptcha", response: "03AGdBq25", score: 0.9 } });
    expect(calls[1]).not.toHaveProperty("captcha");
    await here.broker.close();
    expect(here.audit[0]).toMatchObject({ captchaProvider: "recaptcha", consentTimestamp: consent.timestamp });
  });

  test("that cannot be verified lets the visitor in where that is configured, but not for a wrong secret", async () => {
    await open({ onOutage: "accept" }, { platform: { timeoutSeconds: 0.2, credentials: [] } });
    provider.hangs = true;
    await start();
    provider.hangs = false;
    provider.answer = { success: false, "error-codes": ["missing-input-secret"] };
    expect((await refusal(start())).code).toBe("challenge_unavailable");
    expect(here.warnings.join()).toContain("secret");
    expect(here.warnings.join()).not.toContain("challenge-secret");
    provider.answer = { success: false, "error-codes": [] };
    expect((await refusal(start())).code).toBe("challenge_failed");
  });

  test("that could not be verified is still good for the next try", async () => {
    await open();
    provider.status = 503;
    expect((await refusal(start("abc"))).code).toBe("challenge_unavailable");
    provider.status = 200;
    await start("abc");
  });

  test("is believed without the store where its provider counts itself, and not for altcha", async () => {
    const down = () => Promise.reject(new Error("down"));
    const store = { ...memoryStore(), swap: down };
    await open({}, { store });
    await start();
    await here.close();
    provider.answer = { verified: true };
    await open({ provider: "altcha" }, { store });
    expect((await refusal(start(fresh(), "altcha"))).code).toBe("not_ready");
  });

  test("with wrong options is a TypeError", async () => {
    await open();
    const make = (challenge: object) => () =>
      createBroker({
        guestApi: "web-messaging",
        platform: { region: "eu-west-1" },
        deploymentIds: [DEPLOYMENT],
        session: { keys: ephemeralKeyRing() },
        challenge: { provider: "turnstile", secret: "s", ...challenge },
      });
    expect(make({ provider: "nobody" })).toThrow(/challenge.provider/);
    expect(make({ secret: "" })).toThrow(/challenge.secret/);
    expect(make({ verifyUrl: "nowhere" })).toThrow(/challenge.verifyUrl/);
  });
});
