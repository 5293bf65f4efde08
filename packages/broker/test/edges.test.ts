/** Every figure that a request is held to: what is just allowed goes through, one past it is refused with its path. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type GuestClient, guestClient } from "../src/index.js";
import { context, DEPLOYMENT, QUEUE, refusal, type World, world } from "./support/world.js";

let here: World;
let queued: World;
let alone: GuestClient;
beforeAll(async () => {
  here = await world({
    identity: { mode: "unverified" },
    platform: { guestQuota: 100_000 },
    deploymentIds: [DEPLOYMENT, "d".repeat(128)],
    queueIds: [QUEUE, "q".repeat(128)],
  });
  queued = await world({ guestApi: "webchat-instances", queueIds: [QUEUE, "b0b0c3d4-e5f6-4890-abcd-ef1234567890"] });
  alone = guestClient({
    guestApi: "guest-tokens",
    platform: { baseUrl: here.simulator.url, credentials: [{ clientId: "a", clientSecret: "b" }] },
    ports: { clock: here.clock },
  });
});
afterAll(async () => {
  await alone.close();
  await here.close();
  await queued.close();
});

const pairs = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, "v"]));
const consent = (timestamp: string, accepted: unknown = false) => ({ consent: { accepted, timestamp } });
/** 2046 bytes of UTF-8, of names and values together. */
const BYTES = { a: "ä".repeat(511), b: "ä".repeat(511) };
const AT = "2024-01-15T10:30:00Z";

describe("a start", () => {
  test.each<[figure: string, edge: object, past: object, path: string]>([
    ["externalId: 255 characters", { customerId: "c".repeat(255) }, { customerId: "c".repeat(256) }, "/customerId"],
    ["externalId, in code points", { customerId: "😀".repeat(255) }, { customerId: "😀".repeat(256) }, "/customerId"],
    ["externalId: not empty", { customerId: "c" }, { customerId: "" }, "/customerId"],
    ["attributes: 20 pairs", { attributes: pairs(20) }, { attributes: pairs(21) }, "/attributes"],
    [
      "attributes: a key of 128 characters",
      { attributes: { ["😀".repeat(128)]: "v" } },
      { attributes: { ["k".repeat(129)]: "v" } },
      `/attributes/${"k".repeat(64)}...`,
    ],
    ["attributes: a key of one character", { attributes: { k: "v" } }, { attributes: { "": "v" } }, "/attributes/"],
    [
      "attributes: a value of 512 characters",
      { attributes: { long: "é".repeat(512) } },
      { attributes: { long: "v".repeat(513) } },
      "/attributes/long",
    ],
    ["attributes: texts", { attributes: { k: "1" } }, { attributes: { k: 1 } }, "/attributes/k"],
    [
      "attributes: 2048 bytes in all",
      { attributes: { ...BYTES, c: "x" } },
      { attributes: { ...BYTES, c: "xy" } },
      "/attributes",
    ],
    [
      "attributes: none of our own names",
      { attributes: { externalCustomerid: "v" } },
      { attributes: { externalCustomerId: "v" } },
      "/attributes/externalCustomerId",
    ],
    ["consent.accepted: boolean", consent(AT), consent(AT, "false"), "/consent/accepted"],
    ["consent.timestamp: ISO 8601", consent(AT), consent("2024-01-15"), "/consent/timestamp"],
    [
      "consent.timestamp: a day that is",
      consent("2024-02-29T00:00:00Z"),
      consent("2023-02-29T00:00:00Z"),
      "/consent/timestamp",
    ],
    [
      "consent.timestamp: an hour that is",
      consent("2024-01-15T23:59:59Z"),
      consent("2024-01-15T24:00:00Z"),
      "/consent/timestamp",
    ],
    ["consent.timestamp: there", consent(AT), { consent: { accepted: true } }, "/consent/timestamp"],
    ["consent: nothing else", consent(AT), { consent: { ...consent(AT).consent, by: "x" } }, "/consent/by"],
    [
      "language: BCP 47 of 35 characters",
      { language: `de-${"a".repeat(8)}-${"b".repeat(8)}-${"c".repeat(8)}-12345` },
      { language: `de-${"a".repeat(8)}-${"b".repeat(8)}-${"c".repeat(8)}-123456` },
      "/language",
    ],
    ["language: BCP 47", { language: "zh-Hant-TW" }, { language: "zh_Hant" }, "/language"],
    ["queueId: 128 characters", { queueId: "q".repeat(128) }, { queueId: "q".repeat(129) }, "/queueId"],
    [
      "deploymentId: 128 characters",
      { deploymentId: "d".repeat(128) },
      { deploymentId: "d".repeat(129) },
      "/deploymentId",
    ],
    ["nothing unknown", {}, { colour: "red" }, "/colour"],
  ])("%s", async (_figure, edge, past, path) => {
    await here.broker.startSession({ deploymentId: DEPLOYMENT, ...edge }, context());
    const { code, status, errors } = await refusal(
      here.broker.startSession({ deploymentId: DEPLOYMENT, ...past }, context()),
    );
    expect([code, status]).toEqual(["invalid_request", 400]);
    expect(errors?.map((error) => error.path)).toContain(path);
  });

  test("challenge.response: 16384 characters, a provider that is known", async () => {
    const ask = (challenge: object) => here.broker.startSession({ deploymentId: DEPLOYMENT, challenge }, context());
    await ask({ provider: "hcaptcha", response: "r".repeat(16_384) });
    const long = await refusal(ask({ provider: "hcaptcha", response: "r".repeat(16_385) }));
    expect(long.errors?.[0]?.path).toBe("/challenge/response");
    expect((await refusal(ask({ provider: "none", response: "r" }))).errors?.[0]?.path).toBe("/challenge/provider");
  });

  test("queueId where a queue is needed: one that is listed", async () => {
    const ask = (body: object) => queued.broker.startSession({ deploymentId: DEPLOYMENT, ...body }, context());
    await ask({ queueId: QUEUE });
    expect((await refusal(ask({}))).errors).toEqual([{ path: "/queueId", message: "is required" }]);
    expect((await refusal(queued.broker.compatGuestToken({}, context()))).errors?.[0]?.path).toBe("/queueId");
    expect((await refusal(ask({ queueId: `${QUEUE.slice(0, -1)}9` }))).code).toBe("queue_not_allowed");
  });
});

describe("expirationTime", () => {
  const ask = (expirationTime: string) => alone.create({ deploymentId: DEPLOYMENT, expirationTime });
  const within = (ms: number) => new Date(here.clock.now() + ms).toISOString();

  test("in the future goes as it is, now and the past are refused with the path", async () => {
    const soon = within(60_000);
    await ask(soon);
    expect(here.calls("/api/v2/guest-tokens").at(-1)?.body).toMatchObject({ expirationTime: soon });
    for (const past of [within(0), within(-1)])
      expect((await refusal(ask(past))).errors).toEqual([
        { path: "/expirationTime", message: "must be in the future" },
      ]);
  });

  test.each(["tomorrow", "2999-01-01", "2999-02-30T00:00:00Z", ""])("%j is no instant in ISO 8601", async (text) => {
    expect((await refusal(ask(text))).errors).toEqual([
      { path: "/expirationTime", message: "must be an instant in ISO 8601" },
    ]);
  });

  test("without one is a day", async () => {
    await alone.create({ deploymentId: DEPLOYMENT });
    const { expirationTime } = (here.calls("/api/v2/guest-tokens").at(-1)?.body ?? {}) as { expirationTime: string };
    expect(Math.abs(Date.parse(expirationTime) - here.clock.now() - 86_400_000)).toBeLessThan(2000);
  });
});
