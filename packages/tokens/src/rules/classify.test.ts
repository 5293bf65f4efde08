import { PROBLEM_STATUS, type ProblemCode } from "@guestpass/protocol";
import { expect, test } from "vitest";
import { TokensError } from "../errors.js";
import { readProblem } from "./answer.js";
import { type Remedy, remedy } from "./classify.js";

/** The contract's table, every code by its name: one that is added there without a line here does not compile. */
const TABLE: Record<ProblemCode, Remedy> = {
  invalid_request: "refuse",
  identity_required: "identity",
  identity_invalid: "identity",
  identity_expired: "identity",
  authorization_invalid: "refuse",
  session_invalid: "session",
  session_expired: "session",
  session_revoked: "session",
  origin_not_allowed: "refuse",
  deployment_not_allowed: "refuse",
  queue_not_allowed: "refuse",
  consent_required: "refuse",
  challenge_required: "refuse",
  challenge_failed: "refuse",
  not_found: "refuse",
  method_not_allowed: "refuse",
  payload_too_large: "refuse",
  unsupported_media_type: "refuse",
  rate_limited: "again",
  internal: "again",
  upstream_rejected: "again",
  upstream_unauthorized: "again",
  upstream_forbidden: "again",
  upstream_invalid: "again",
  token_scope_missing: "again",
  upstream_rate_limited: "again",
  upstream_unavailable: "again",
  challenge_unavailable: "again",
  identity_unavailable: "again",
  not_ready: "again",
  overloaded: "again",
};

test.each(Object.entries(TABLE))("%s: %s", (code, expected) => {
  const status = PROBLEM_STATUS[code as ProblemCode];
  const error = readProblem(status, { code, detail: "x", status }, 0, null);
  expect([error.code, error.status, remedy(error)]).toEqual([code, status, expected]);
  expect(error.retryable).toBe(expected === "again");
});

test.each([
  // Without a problem of ours: a proxy, a firewall, a portal.
  [400, "invalid_answer", "refuse"],
  [401, "invalid_answer", "session"],
  [402, "invalid_answer", "refuse"],
  [403, "invalid_answer", "refuse"],
  [404, "invalid_answer", "refuse"],
  [405, "invalid_answer", "refuse"],
  [408, "invalid_answer", "again"],
  [413, "invalid_answer", "refuse"],
  [425, "invalid_answer", "again"],
  [429, "rate_limited", "again"],
  [500, "upstream_unavailable", "again"],
  [502, "upstream_unavailable", "again"],
  [503, "upstream_unavailable", "again"],
  [504, "upstream_unavailable", "again"],
  [511, "upstream_unavailable", "again"],
  [304, "invalid_answer", "again"],
])("status %i alone is %s: %s", (status, code, expected) => {
  for (const body of [undefined, null, "", "<html>", [], { code: 7 }, { code: "<b>" }, { code: "x".repeat(200) }]) {
    const error = readProblem(status, body, 0, null);
    expect([error.code, remedy(error)]).toEqual([code, expected]);
  }
});

test.each([
  ["network", "again"],
  ["timeout", "again"],
  ["invalid_answer", "again"],
  ["unsupported", "refuse"],
] as const)("this side's own %s: %s", (code, expected) => {
  expect(remedy(new TokensError(code, ""))).toBe(expected);
});

test("a code of a newer endpoint is passed on and treated by its status", () => {
  expect(remedy(readProblem(503, { code: "moon_phase" }, 0, null))).toBe("again");
  expect(remedy(readProblem(403, { code: "moon_phase" }, 0, null))).toBe("refuse");
  expect(readProblem(403, { code: "moon_phase" }, 0, null).code).toBe("moon_phase");
});

test("Retry-After of the header before that of the body, and nothing secret in the message", () => {
  const secret = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl";
  const error = readProblem(
    429,
    { code: "rate_limited", detail: `no ${secret}`, retryAfter: 7, requestId: secret },
    30,
    "req-1",
  );
  expect(error).toMatchObject({ retryAfterSeconds: 30, requestId: "[redacted]" });
  expect(error.message).toBe("no [redacted]");
  expect(readProblem(429, { retryAfter: 7 }, 0, "req-1")).toMatchObject({ retryAfterSeconds: 7, requestId: "req-1" });
  expect(readProblem(429, { retryAfter: -7 }, 0, null).retryAfterSeconds).toBeUndefined();
});
