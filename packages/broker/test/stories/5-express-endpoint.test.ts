/** "Generating Ephemeral Guest Tokens for Embedded Web Messaging Widgets ... and a Node.js Express Endpoint". */
import { decodeJwt } from "jose";
import { expect, onTestFinished, test } from "vitest";
import { context, QUEUE, refusal, world } from "../support/world.js";

const PATH = "/api/v2/webchat/instances/guests";
const UNKNOWN_QUEUE = "b0b0c3d4-e5f6-4890-abcd-ef1234567890";

test("5-express-endpoint: proof at the start, queue and language, the route's answers, 429, each error", async () => {
  const refused = await world({ guestApi: "webchat-instances" }, { clients: [{ id: "other", secret: "other" }] });
  onTestFinished(() => refused.close());
  // Authentication set-up: refused credentials end it before the first request is served, with what to do about it.
  expect(await refused.broker.prove()).toMatchObject({
    ok: false,
    refused: true,
    mend: expect.stringContaining("client secret") as string,
  });

  const here = await world(
    {
      guestApi: "webchat-instances",
      queueIds: [QUEUE, UNKNOWN_QUEUE],
      identity: { mode: "unverified" },
      platform: { verifyQueues: true },
    },
    { queues: [QUEUE] },
  );
  onTestFinished(() => here.close());
  here.simulator.fault({ path: "/oauth/token", status: 503, times: 3 });
  expect(await here.broker.prove()).toMatchObject({ ok: false, refused: false });
  expect(await here.broker.prove()).toEqual({ ok: true });
  expect(here.simulator.requests().every(({ path }) => path === "/oauth/token")).toBe(true);
  const ask = (body: object) => here.broker.compatGuestToken(body, context());

  // Step 2: without a queue nothing is sent; with one the document's request, its defaults in place.
  expect((await refusal(ask({ language: "en-us" }))).errors).toEqual([{ path: "/queueId", message: "is required" }]);
  expect(here.calls(PATH)).toEqual([]);
  const before = here.clock.now();
  const answer = await ask({ queueId: QUEUE, customerId: "cust_99887766" });
  expect(here.calls(PATH)[0]?.body).toEqual({
    routing: { queueId: QUEUE, language: "en-us" },
    attributes: { channelType: "webchat", sourceSystem: "embedded-widget-v2", customerId: "cust_99887766" },
  });
  expect(Object.keys(answer).sort()).toEqual(["expiresAt", "guestId", "guestToken", "ttlSeconds"]);
  expect(decodeJwt(answer.guestToken)).toMatchObject({ sub: answer.guestId, type: "guest" });
  // The document says 3600 whatever the token says; here it is the token's own life.
  expect(Math.abs(Date.parse(answer.expiresAt) - before - answer.ttlSeconds * 1000)).toBeLessThan(2000);
  await ask({ queueId: QUEUE, language: "de-de" });
  expect(here.calls(PATH)[1]?.body).toMatchObject({
    routing: { language: "de-de" },
    attributes: { customerId: "anonymous" },
  });

  // Step 3: 429 with Retry-After and without, three tries in all.
  here.simulator.fault({ path: PATH, status: 429, headers: { "retry-after": "3" }, times: 1 });
  here.simulator.fault({ path: PATH, status: 429, times: 1 });
  await ask({ queueId: QUEUE });
  expect(here.clock.slept.slice(-2)).toEqual([3125, 500]);
  here.simulator.fault({ path: PATH, status: 429 });
  expect((await refusal(ask({ queueId: QUEUE }))).code).toBe("upstream_rate_limited");
  here.simulator.clearFaults();

  // Its errors: credentials and scope as the platform has them, an unknown queue before a guest is made for it.
  for (const status of [401, 403]) {
    here.simulator.fault({ path: PATH, status });
    expect((await refusal(ask({ queueId: QUEUE }))).upstreamStatus).toBe(status);
    here.simulator.clearFaults();
  }
  const made = here.calls(PATH).length;
  expect((await refusal(ask({ queueId: UNKNOWN_QUEUE }))).code).toBe("queue_not_allowed");
  expect(here.calls(PATH)).toHaveLength(made);
  here.simulator.fault({ path: PATH, status: 503 });
  expect((await refusal(ask({ queueId: QUEUE }))).code).toBe("upstream_unavailable");
});
