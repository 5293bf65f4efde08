import { afterEach, expect, test } from "vitest";
import { context, DEPLOYMENT, QUEUE, refusal, type World, world } from "./support/world.js";

let here: World;
afterEach(() => here.close());

const PATH = "/api/v2/webchat/instances/guests";

test("the Express endpoint's body gets the Express endpoint's answer", async () => {
  here = await world({ guestApi: "webchat-instances", identity: { mode: "unverified" } });
  const answer = await here.broker.compatGuestToken(
    { queueId: QUEUE, language: "de-de", customerId: "cust_99887766", somethingOld: 1 },
    context(),
  );
  expect(answer).toEqual({
    guestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    guestToken: expect.stringMatching(/^ey/) as string,
    expiresAt: expect.stringMatching(/Z$/) as string,
    ttlSeconds: expect.any(Number) as number,
  });
  expect(answer.ttlSeconds).toBeGreaterThan(3590);
  expect(here.calls(PATH)[0]?.body).toEqual({
    routing: { queueId: QUEUE, language: "de-de" },
    attributes: { channelType: "webchat", sourceSystem: "embedded-widget-v2", customerId: "cust_99887766" },
  });
  await here.broker.compatGuestToken({ queueId: QUEUE }, context());
  expect(here.calls(PATH)[1]?.body).toMatchObject({
    routing: { language: "en-us" },
    attributes: { customerId: "anonymous" },
  });
});

test("it is held to the same policies", async () => {
  here = await world({ guestApi: "webchat-instances", consentRequired: true });
  const ask = (body: unknown) => refusal(here.broker.compatGuestToken(body, context()));
  expect((await ask({})).errors).toEqual([{ path: "/queueId", message: "is required" }]);
  expect((await ask({ queueId: QUEUE, customerId: "c" })).errors?.[0]?.path).toBe("/customerId");
  expect((await ask({ queueId: "other" })).code).toBe("queue_not_allowed");
  expect((await ask({ queueId: QUEUE })).code).toBe("consent_required");
  const consent = { accepted: true, timestamp: "2026-11-21T10:00:00Z" };
  here.simulator.fault({ path: PATH, status: 403, times: 1 });
  expect(await ask({ queueId: QUEUE, consent })).toMatchObject({ code: "upstream_forbidden", upstreamStatus: 403 });
  await here.broker.compatGuestToken({ queueId: QUEUE, consent }, context());
});

test("it works with a guest API that knows no queue", async () => {
  here = await world({ guestApi: "guest-tokens", queueIds: [] });
  const { guestId } = await here.broker.compatGuestToken({ queueId: "any" }, context());
  expect(here.calls("/api/v2/guest-tokens")[0]?.body).toMatchObject({ externalId: guestId, webchatId: DEPLOYMENT });
});

test("it asks for no proof of a key, for there is no session to bind", async () => {
  here = await world({ guestApi: "webchat-instances", session: { binding: "required" } });
  await here.broker.compatGuestToken({ queueId: QUEUE }, context());
});

test("a customer called anonymous is nobody, and shares with nobody", async () => {
  here = await world({ guestApi: "webchat-instances", identity: { mode: "unverified" } });
  const ask = () => here.broker.compatGuestToken({ queueId: QUEUE, customerId: "anonymous" }, context());
  const [a, b] = await Promise.all([ask(), ask()]);
  expect(a?.guestToken).not.toBe(b?.guestToken);
});
