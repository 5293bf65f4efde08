import { createHash } from "node:crypto";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { AuditRecord } from "../src/index.js";
import { context, DEPLOYMENT, ORIGIN, refusal, type World, world } from "./support/world.js";

let here: World;
afterEach(() => here.close());

const consent = { accepted: true, timestamp: "2026-11-21T10:00:00Z" };
const recorded = async (count: number) => vi.waitFor(() => expect(here.audit).toHaveLength(count));

describe("the audit", () => {
  test("has a record of each start, refresh, failure and end, without a token and without a raw customer id", async () => {
    here = await world({ identity: { mode: "unverified" } });
    const session = await here.broker.startSession(
      { deploymentId: DEPLOYMENT, customerId: "CUST-8842", consent, attributes: { a: "1", b: "2" } },
      context({ requestId: "first" }),
    );
    here.pass(10);
    const refreshed = await here.broker.refreshSession(session.session.handle, {}, context({ requestId: "second" }));
    here.simulator.fault({ path: "/api/v2/guest-tokens", status: 403 });
    here.pass(10);
    await refusal(here.broker.refreshSession(refreshed.session.handle, {}, context({ requestId: "third" })));
    await here.broker.endSession(refreshed.session.handle, context({ requestId: "fourth" }));
    await recorded(4);

    const whose = {
      guestApi: "guest-tokens",
      origin: ORIGIN,
      deploymentId: DEPLOYMENT,
      webchatId: DEPLOYMENT,
      sessionId: session.sessionId,
      guestId: createHash("sha256").update("CUST-8842").digest("hex"),
      externalId: createHash("sha256").update("CUST-8842").digest("hex"),
      identified: true,
      consentTimestamp: consent.timestamp,
      captchaProvider: null,
      attributesCount: 2,
      latencyMs: expect.any(Number) as number,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
    };
    const hash = (token: string) => createHash("sha256").update(token).digest("hex").slice(0, 16);
    const eventType = "GUEST_TOKEN_PROVISIONED";
    expect(here.audit).toEqual([
      {
        ...whose,
        eventType,
        action: "ISSUED",
        operation: "start",
        requestId: "first",
        successRate: 100,
        tokenHash: hash(session.token),
      },
      {
        ...whose,
        eventType,
        action: "RENEWED",
        operation: "refresh",
        requestId: "second",
        successRate: 100,
        tokenHash: hash(refreshed.token),
      },
      {
        ...whose,
        eventType,
        action: "FAILED",
        operation: "refresh",
        requestId: "third",
        successRate: 66.67,
        tokenHash: null,
        code: "upstream_forbidden",
        upstreamStatus: 403,
      },
      {
        ...whose,
        eventType: "GUEST_SESSION_ENDED",
        action: "ENDED",
        operation: "end",
        requestId: "fourth",
        successRate: 66.67,
        tokenHash: null,
      },
    ]);
    const text = JSON.stringify(here.audit);
    expect(text).not.toContain(session.token);
    expect(text).not.toContain(session.session.handle);
    expect(text).not.toContain("CUST-8842");
  });

  test("has a record of what was refused before anybody was asked", async () => {
    here = await world({ consentRequired: true });
    await refusal(here.broker.startSession({}, context()));
    await refusal(here.broker.startSession({ deploymentId: DEPLOYMENT }, context()));
    await recorded(2);
    expect(here.audit.map(({ action, code, deploymentId }) => [action, code, deploymentId])).toEqual([
      ["FAILED", "invalid_request", null],
      ["FAILED", "consent_required", DEPLOYMENT],
    ]);
  });

  test("and the hooks neither delay nor fail an answer", async () => {
    const heard: AuditRecord[] = [];
    let finish: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => {
      finish = resolve;
    });
    here = await world({
      sinks: {
        audit: () => {
          throw new Error("full disk");
        },
        warn: (message) => here.warnings.push(message),
      },
      hooks: {
        onIssued: (record) => {
          heard.push(record);
          return Promise.reject(new Error("no"));
        },
        onRenewed: () => slow,
        onFailed: () => {
          throw new Error("no");
        },
      },
    });
    const session = await here.broker.startSession({ deploymentId: DEPLOYMENT }, context());
    await here.broker.refreshSession(session.session.handle, {}, context());
    await refusal(here.broker.startSession({}, context()));
    await vi.waitFor(() =>
      expect(here.warnings).toEqual(expect.arrayContaining(["the audit sink failed", "a hook failed"])),
    );
    expect(heard).toMatchObject([{ action: "ISSUED", sessionId: session.sessionId }]);
    finish();
  });
});

test("the counters say what was issued, renewed, refused and how long it took", async () => {
  here = await world();
  const session = await here.broker.startSession({ deploymentId: DEPLOYMENT }, context());
  await here.broker.refreshSession(session.session.handle, {}, context());
  await refusal(here.broker.startSession({}, context()));
  const stats = here.broker.stats();
  expect(stats).toMatchObject({
    issued: 1,
    renewed: 1,
    ended: 0,
    startsFailed: 1,
    renewalsFailed: 0,
    successRate: 66.67,
    failures: [{ operation: "start", code: "invalid_request", count: 1 }],
    oauth: { fetched: 1, refused: 0 },
  });
  expect(stats.latency.start.count).toBe(1);
  expect(stats.latency.refresh.buckets.at(-1)?.count).toBe(1);
});
