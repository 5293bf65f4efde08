/** What an operator does while visitors are there: Redis goes and comes back, keys and secrets are rotated. */
import { mkdtempSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newKeySet } from "@guestpass/broker";
import { decodeProtectedHeader, jwtVerify } from "jose";
import { describe, expect, it, type TestContext, vi } from "vitest";
import { run } from "./command.js";
import { startRedis } from "./redis-server.js";
import { type Answer, CLIENT, DEPLOYMENT, ORIGIN, type RunningEndpoint, startEndpoint } from "./running-endpoint.js";

const QUIET = { RATE_LIMIT_MAX: "100000", RATE_LIMIT_SESSION_MAX: "100000", LOG_LEVEL: "error", AUDIT_LOG: "off" };

const until = (holds: () => boolean | Promise<boolean>) =>
  vi.waitFor(async () => expect(await holds()).toBe(true), { timeout: 15_000, interval: 20 });

/** The endpoints and the files of one test. */
class Place {
  readonly folder = mkdtempSync(join(tmpdir(), "guestpass-"));

  private readonly test: TestContext;

  constructor(test: TestContext) {
    this.test = test;
  }

  async open(more: Record<string, string>, simulated: object = {}): Promise<RunningEndpoint> {
    const endpoint = await startEndpoint({ ...QUIET, ...more }, simulated);
    this.test.onTestFinished(() => endpoint.close());
    return endpoint;
  }

  /** Whole or not at all, as an operator's tool writes a file. */
  put(name: string, content: string): string {
    const path = join(this.folder, name);
    writeFileSync(`${path}.new`, content);
    renameSync(`${path}.new`, path);
    return path;
  }
}

/** A visitor whose session is refreshed again and again, by whichever endpoint. */
class Visitor {
  readonly sessionId: string;
  readonly guestId: string;
  readonly answers: Answer[] = [];
  /** In a row, since the last that was none. */
  good = 0;
  private handle: string;
  private gone = false;

  constructor({ json }: Answer) {
    this.sessionId = json.sessionId;
    this.guestId = json.guestId;
    this.handle = json.session.handle;
  }

  refresh(endpoint: RunningEndpoint): Promise<Answer> {
    return endpoint.post("/v1/sessions/refresh", undefined, { authorization: `Bearer ${this.handle}` });
  }

  end(endpoint: RunningEndpoint): Promise<Answer> {
    return endpoint.ask("DELETE", "/v1/sessions", { origin: ORIGIN, authorization: `Bearer ${this.handle}` });
  }

  async stay(endpoints: readonly RunningEndpoint[]): Promise<void> {
    while (!this.gone)
      for (const endpoint of endpoints) {
        const answer = await this.refresh(endpoint);
        this.answers.push(answer);
        this.good = answer.status === 200 ? this.good + 1 : 0;
        if (answer.status === 200) this.handle = answer.json.session.handle;
      }
  }

  leave(): void {
    this.gone = true;
  }
}

async function visitors(count: number, endpoint: RunningEndpoint): Promise<Visitor[]> {
  const answers = await Promise.all(
    Array.from({ length: count }, () => endpoint.post("/v1/sessions", { deploymentId: DEPLOYMENT })),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
  return answers.map((answer) => new Visitor(answer));
}

/** Lets them refresh while something happens to the endpoints. */
async function meanwhile(
  all: readonly Visitor[],
  endpoints: readonly RunningEndpoint[],
  happens: (goOn: (answers: number) => Promise<void>) => Promise<void>,
): Promise<void> {
  const staying = all.map((visitor) => visitor.stay(endpoints));
  // Each of them has had so many good answers more.
  const goOn = async (answers: number) => {
    for (const visitor of all) visitor.good = 0;
    await until(() => all.every(({ good }) => good >= answers));
  };
  try {
    await happens(goOn);
  } finally {
    for (const visitor of all) visitor.leave();
    await Promise.all(staying);
  }
}

describe.concurrent("Redis that is killed and started again in the middle of a run", () => {
  it("gives no wrong answer, and is used again without a restart of the endpoints", async (test) => {
    const place = new Place(test);
    let redis = await startRedis();
    test.onTestFinished(() => redis.stop());
    const shared = {
      STORE: "redis",
      REDIS_URL: redis.url,
      SESSION_KEYS_FILE: place.put("keys.json", JSON.stringify(await newKeySet())),
    };
    const one = await place.open(shared);
    const two = await place.open(shared);
    const all = await visitors(4, one);
    const [gone] = await visitors(1, one);
    expect((await gone?.end(one))?.status).toBe(204);
    const ready = async () => (await one.ask("GET", "/health/ready")).status;

    await meanwhile(all, [one, two], async (goOn) => {
      await goOn(2);
      redis.kill();
      await until(() => all.every(({ answers }) => answers.at(-1)?.status === 503));
      expect(await ready()).toBe(503);
      // Who comes new is let in; who has left is never let in again.
      for (const endpoint of [one, two])
        expect((await endpoint.post("/v1/sessions", { deploymentId: DEPLOYMENT })).status).toBe(201);
      expect((await gone?.refresh(one))?.status).toBe(503);
      redis = await startRedis(redis.port);
      await goOn(2);
      expect(await ready()).toBe(200);
      expect((await gone?.refresh(one))?.json.code).toBe("session_revoked");
    });

    for (const { answers, sessionId, guestId } of all) {
      for (const { status, json, headers } of answers) {
        if (status === 200) expect([json.sessionId, json.guestId]).toEqual([sessionId, guestId]);
        else {
          expect([status, json.code]).toEqual([503, "not_ready"]);
          expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
        }
      }
      expect(answers.at(-1)?.status).toBe(200);
    }
  });
});

describe.concurrent("rotation in the middle of a load", () => {
  const neverFailed = (all: readonly Visitor[]) => {
    for (const { answers, sessionId } of all)
      for (const { status, json } of answers) expect([status, json.sessionId]).toEqual([200, sessionId]);
  };

  it("of handle keys and client secrets fails no refresh", async (test) => {
    const place = new Place(test);
    const keys = place.put("keys.json", JSON.stringify(await newKeySet()));
    const endpoint = await place.open(
      {
        GUEST_API: "guest-tokens",
        GUEST_QUOTA: "1000000",
        SESSION_KEYS_FILE: keys,
        GENESYS_CLIENT_SECRET: "",
        GENESYS_CLIENT_SECRET_FILE: place.put("secret", CLIENT.secret),
      },
      // Access tokens of two seconds are asked for again every second.
      { oauthLife: 2, guestQuota: 1_000_000 },
    );
    const { simulator } = endpoint;
    const accepted = () => simulator.requests().filter(({ path, status }) => path === "/oauth/token" && status === 200);
    const all = await visitors(2, endpoint);
    const kidOf = (answer: Answer | undefined) => decodeProtectedHeader(answer?.json.session.handle ?? "").kid;
    await meanwhile(all, [endpoint], async (goOn) => {
      await goOn(1);
      const before = kidOf(all[0]?.answers[0]);
      expect((await run(["keys", "rotate", keys])).code).toBe(0);
      const [first] = (JSON.parse(readFileSync(keys, "utf8")) as { keys: { kid: string }[] }).keys;
      // The file first, and the platform when it is known here: the order in which nothing is ever refused for good.
      place.put("secret", "a-new-client-secret-of-the-tests");
      simulator.setClients([{ id: CLIENT.id, secret: "a-new-client-secret-of-the-tests" }]);
      simulator.clearRequests();
      await until(() => kidOf(all[0]?.answers.at(-1)) === first?.kid);
      expect(before).not.toBe(first?.kid);
      await until(() => accepted().length > 1);
      await goOn(2);
    });
    neverFailed(all);
  });

  it("of the custom signing secret fails no refresh, and the new one is in effect within 10 s", async (test) => {
    const place = new Place(test);
    const secrets = ["the first secret of the deployment, long", "the second secret of the deployment, long"];
    const [first = "", second = ""] = secrets;
    const endpoint = await place.open({
      GUEST_API: "custom-signed",
      CUSTOM_SIGNING_SECRET_FILE: place.put("signing", first),
    });
    const all = await visitors(2, endpoint);
    const signedWith = async (answer: Answer | undefined, secret: string) =>
      jwtVerify(answer?.json.token ?? "", new TextEncoder().encode(secret)).then(
        () => true,
        () => false,
      );
    await meanwhile(all, [endpoint], async (goOn) => {
      await goOn(1);
      expect(await signedWith(all[0]?.answers.at(-1), first)).toBe(true);
      const changedAt = performance.now();
      place.put("signing", second);
      await until(() => signedWith(all[0]?.answers.at(-1), second));
      expect(performance.now() - changedAt).toBeLessThan(10_000);
      await goOn(1);
    });
    neverFailed(all);
    for (const { answers } of all)
      for (const answer of [answers[0], answers.at(-1)])
        expect(await signedWith(answer, answer === answers[0] ? first : second)).toBe(true);
  });
});
