/** "Authenticating Genesys Cloud Web Messaging Guest Users via REST API with Python", validation to webhook. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { context, DEPLOYMENT, refusal, world } from "../support/world.js";

const PATH = "/api/v2/conversations/webmessaging/guests";

test("3-guest-authentication: consent, captcha, one POST, audit, webhook, each error", async () => {
  let score = 0.9;
  const heard: string[] = [];
  const provider = await listen((_, body) => ({ success: body.includes("response="), score }));
  const bridge = await listen((_, body) => void heard.push(body));
  const here = await world({
    guestApi: "webmessaging-guests",
    challenge: { provider: "recaptcha", secret: "secret", verifyUrl: provider },
    webhook: { url: bridge },
  });
  onTestFinished(() => here.close());
  const consent = { accepted: true, timestamp: "2024-01-15T10:30:00Z" };
  let responses = 0;
  const captcha = () => {
    responses += 1;
    return { provider: "recaptcha", response: `03AGdBq25-${responses}` };
  };
  const body = () => ({
    deploymentId: DEPLOYMENT,
    consent,
    challenge: captcha(),
    attributes: { origin: "automated_test" },
  });
  const start = (over: object = {}) => here.broker.startSession({ ...body(), ...over }, context());

  // Step 1: what the models would refuse never leaves the house; the score is the provider's, not the page's.
  const wrong = await refusal(
    start({
      consent: { accepted: "yes", timestamp: "15 January" },
      challenge: { ...captcha(), score: 1 },
      attributes: { origin: 7 },
    }),
  );
  expect(wrong.errors?.map(({ path }) => path).sort()).toEqual([
    "/attributes/origin",
    "/challenge/score",
    "/consent/accepted",
    "/consent/timestamp",
  ]);
  expect((await refusal(start({ consent: { ...consent, accepted: false } }))).code).toBe("consent_required");
  score = 0.49;
  expect((await refusal(start())).code).toBe("challenge_failed");
  expect(here.calls(PATH)).toEqual([]);
  score = 0.5;

  // Step 2: the scope by name, one POST, 429 waited out.
  here.simulator.fault({ path: PATH, status: 429, headers: { "retry-after": "1" }, times: 1 });
  const session = await start();
  expect(here.calls("/oauth/token")[0]?.body).toEqual({
    grant_type: "client_credentials",
    scope: "webmessaging:guest:create openid",
  });
  expect(here.calls(PATH).map(({ status }) => status)).toEqual([429, 201]);
  expect(here.calls(PATH)[1]?.body).toEqual({
    channelId: DEPLOYMENT,
    consent,
    captcha: { provider: "recaptcha", response: `03AGdBq25-${responses}`, score: 0.5 },
    attributes: { origin: "automated_test" },
  });
  expect(here.clock.slept).toEqual([1125]);

  // Step 3: the record with all that the document names, and the event beside the answer.
  await vi.waitFor(() => expect(here.audit.some(({ action }) => action === "ISSUED")).toBe(true));
  expect(here.audit.find(({ action }) => action === "ISSUED")).toMatchObject({
    eventType: "WEBMESSAGING_GUEST_AUTHENTICATED",
    guestId: session.guestId,
    channelId: DEPLOYMENT,
    consentTimestamp: consent.timestamp,
    captchaProvider: "recaptcha",
    latencyMs: expect.any(Number) as number,
    // One of four: the three refusals above.
    successRate: 25,
    timestamp: expect.stringMatching(/Z$/) as string,
  });
  await vi.waitFor(() => expect(heard.join()).toContain(session.guestId));
  expect(heard.join()).not.toContain(session.token);

  // A renewal is a new guest with the same consent; the challenge is not repeated.
  here.pass(3000);
  const renewed = await here.broker.refreshSession(session.session.handle, undefined, context());
  expect(renewed.sessionId).toBe(session.sessionId);
  expect(here.calls(PATH).at(-1)?.body).toEqual({
    channelId: DEPLOYMENT,
    consent,
    attributes: { origin: "automated_test" },
  });

  // Its errors, each by its own code.
  for (const [status, code] of [
    [400, "upstream_rejected"],
    [401, "upstream_unauthorized"],
    [403, "upstream_forbidden"],
    [429, "upstream_rate_limited"],
  ] as const) {
    here.simulator.fault({ path: PATH, status });
    expect((await refusal(start())).code).toBe(code);
    here.simulator.clearFaults();
  }
});

async function listen(answer: (url: string, body: string) => unknown): Promise<string> {
  const server: Server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => response.end(JSON.stringify(answer(request.url ?? "", body) ?? {})));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
