import { describe, expect, it } from "vitest";
import { fileRefusal } from "../src/rules/files.js";
import { configureFrame, frameToken } from "../src/rules/frames.js";
import { reconnectDelayMs } from "../src/rules/reconnect.js";
import { redact } from "../src/rules/redact.js";
import { refusal, verdict } from "../src/rules/refusal.js";

describe("the wait before a try", () => {
  it.each([
    [0, 0.999_999, 500],
    [1, 0.999_999, 1000],
    [3, 0.5, 2000],
    [6, 0.999_999, 30_000],
    [60, 0.999_999, 30_000],
    [5000, 0.999_999, 30_000],
    [9, 0, 0],
  ])("number %i with %d is %i ms", (attempt, random, ms) => {
    expect(reconnectDelayMs(attempt, random)).toBe(ms);
  });
});

describe("redact", () => {
  it.each([
    ["Session 3f1c2f9e-54e0-4f6a-9f6b-1d7a5f0a9c11 was not found", "Session [redacted] was not found"],
    ["jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln expired", "jwt [redacted] expired"],
    ["jwt eyJhbGciOiJIUzI1NiJ9 cut", "jwt [redacted] cut"],
    ["see https://files.example/x?X-Amz-Signature=abc now", "see [redacted] now"],
    ["key QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo= used", "key [redacted] used"],
    ["Message length 5000 is larger than 4096", "Message length 5000 is larger than 4096"],
    ["", ""],
  ])("%j", (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it("is short, however long the text", () => {
    expect(redact("no ".repeat(100_000)).length).toBeLessThanOrEqual(200);
  });
});

describe("a refusal", () => {
  it.each([
    [401, "socket_refused", false],
    [403, "socket_refused", false],
    [408, "timeout", true],
    [429, "message_rate_limited", true],
    [4000, "socket_refused", false],
    [4001, "upload_refused", false],
    [4005, "upload_refused", false],
    [4008, "upload_failed", true],
    [4009, "upload_failed", true],
    [4010, "upload_failed", true],
    [4011, "message_too_long", false],
    [4013, "attributes_too_large", false],
    [4020, "socket_refused", false],
    [4029, "message_rate_limited", true],
    [4102, "upload_refused", false],
    [5000, "socket_refused", true],
    [0, "socket_refused", false],
  ])("of code %i is %s", (code, expected, retryable) => {
    expect(refusal(code, "why")).toMatchObject({ code: expected, retryable });
  });

  it("says the platform's words and code, and no secret", () => {
    const { message } = refusal(400, "Token 3f1c2f9e-54e0-4f6a-9f6b-1d7a5f0a9c11 is bad");
    expect(message).toContain("Token [redacted] is bad");
    expect(message).toContain("400");
  });
});

describe("the verdict on an error", () => {
  it.each([
    [4006, "", true, "over"],
    [4007, "", false, "over"],
    [4017, "", true, "over"],
    [401, "", true, "refused"],
    [403, "", true, "refused"],
    [408, "", true, "lost"],
    [429, "", true, "lost"],
    [500, "", true, "lost"],
    [503, "", true, "lost"],
    [5000, "", true, "lost"],
    [400, "", true, "rejected"],
    [404, "", true, "rejected"],
    [4020, "", true, "rejected"],
    [401, "", false, "refused"],
    [403, "Session authentication failed", false, "refused"],
    [403, "Try to authenticate again", false, "refused"],
    [403, "Presence events Conversation Clear are not supported", false, null],
    [4011, "", false, null],
    [500, "", false, null],
  ])("%i %j (configuring: %s) is %s", (code, text, configuring, expected) => {
    expect(verdict(code, text, configuring)).toBe(expected);
  });
});

describe("whose words a frame is", () => {
  const speaker = { deploymentId: "d", guestApi: "web-messaging" };
  it.each([
    [
      "an anonymous guest",
      { ...speaker, token: { token: "uuid", tokenType: "uuid" as const } },
      "uuid",
      "configureSession",
    ],
    [
      "a signed-in guest",
      { ...speaker, token: { token: "jwt", tokenType: "jwt" as const, sessionToken: "uuid" } },
      "uuid",
      "configureAuthenticatedSession",
    ],
    [
      "a guest of another API",
      { ...speaker, guestApi: "guest", token: { token: "jwt", tokenType: "jwt" as const, sessionToken: "uuid" } },
      "jwt",
      "configureSession",
    ],
  ])("%s", (_name, who, token, action) => {
    expect(frameToken(who)).toBe(token);
    expect(configureFrame(who, true, "t")).toMatchObject({
      action,
      token,
      startNew: true,
      deploymentId: "d",
      tracingId: "t",
    });
  });
});

describe("a file", () => {
  const limits = {
    enabled: true,
    maxFileSizeKB: 10,
    blockedExtensions: [".exe", ".JS"],
    fileTypes: ["image/*", "text/plain"],
  };
  const file = { name: "a.txt", type: "text/plain", size: 10 };

  it.each([
    ["of a listed type", file],
    ["of a listed family", { ...file, name: "a.png", type: "Image/PNG" }],
    ["of the largest size", { ...file, size: 10 * 1024 }],
    ["with many dots", { ...file, name: "a.b.c.txt" }],
  ])("%s may be attached", (_name, facts) => {
    expect(fileRefusal(facts, limits)).toBeNull();
  });

  it.each([
    ["empty", { ...file, size: 0 }],
    ["too large", { ...file, size: 10 * 1024 + 1 }],
    ["of a blocked extension", { ...file, name: "a.Exe" }],
    ["of a blocked extension in capitals", { ...file, name: "a.js" }],
    ["without an extension", { ...file, name: "readme" }],
    ["with a dot at the end", { ...file, name: "readme." }],
    ["with an extension in its folder alone", { ...file, name: "a.txt/readme" }],
    ["of another type", { ...file, type: "application/zip" }],
    ["of no type", { ...file, type: "" }],
    ["with a name too long", { ...file, name: `${"n".repeat(1020)}.txt` }],
  ])("that is %s may not", (_name, facts) => {
    expect(fileRefusal(facts, limits)).toMatchObject({ code: "upload_refused" });
  });

  it("of any type may be attached where the platform says so, or says nothing", () => {
    const odd = { ...file, type: "application/x-odd" };
    expect(fileRefusal(odd, { ...limits, fileTypes: ["*/*"] })).toBeNull();
    expect(fileRefusal(odd, { enabled: true, maxFileSizeKB: 10, blockedExtensions: [] })).toBeNull();
  });
});
