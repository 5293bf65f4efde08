import { expect, test } from "vitest";
import { TokensError } from "../errors.js";
import { readMessengerInfo, readSession } from "./answer.js";
import { encodeStored, storedOf } from "./record.js";
import { redact } from "./redact.js";
import { append, REPORT_LINES } from "./report.js";
import { decodeStored } from "./stored.js";

const messenger = {
  deploymentId: "d",
  region: "r",
  guestApi: "guest-tokens",
  urls: { socket: "wss://x/v1", api: "https://x", config: "https://x/c", bootstrap: "https://x/b" },
  initConfig: { deploymentId: "d", region: "r", guestToken: "secret-token", loginMode: "guest" as const },
  features: { isTranscriptEnabled: true, isFileUploadEnabled: true, isRatingEnabled: true },
  onboarding: { environment: "r", webchatId: "w", guestToken: "secret-token", externalId: "e" },
};
const answer = {
  sessionId: "s",
  guestId: "g",
  token: "secret-token",
  tokenType: "jwt",
  sessionToken: "secret-session-token",
  issuedAt: "2026-01-01T00:00:00.000Z",
  expiresAt: "2026-01-01T01:00:00.000Z",
  expiresIn: 3600,
  refreshIn: 3300,
  serverTime: "2026-01-01T00:00:00.000Z",
  session: { handle: "secret-handle", expiresIn: 86_400 },
  messenger,
};

test("an answer of a start, and one of a refresh with what is known of the messenger", () => {
  expect(readSession(answer, null)).toEqual({ ...answer, session: { ...answer.session, bound: true } });
  const { messenger: _none, ...refreshed } = { ...answer, token: "next" };
  const read = readSession(refreshed, messenger);
  expect([read.messenger.initConfig.guestToken, read.messenger.onboarding?.guestToken]).toEqual(["next", "next"]);
  expect(messenger.initConfig.guestToken).toBe("secret-token");
});

test.each([
  undefined,
  null,
  [],
  "text",
  7,
  {},
  { ...answer, token: "" },
  { ...answer, token: 7 },
  { ...answer, sessionId: undefined },
  { ...answer, session: undefined },
  { ...answer, session: null },
  { ...answer, session: { handle: 7 } },
  { ...answer, messenger: undefined },
  { ...answer, messenger: "x" },
  { ...answer, messenger: {} },
  { ...answer, expiresIn: 0 },
  { ...answer, expiresIn: "x" },
  { ...answer, expiresIn: Number.POSITIVE_INFINITY },
])("%j is no session", (json) => {
  expect(() => readSession(json, null)).toThrow(TokensError);
});

test("no messenger known, none given: invalid_answer", () => {
  expect(() => readMessengerInfo({})).toThrow(TokensError);
  expect(() => readMessengerInfo(undefined)).toThrow(TokensError);
  expect(readMessengerInfo({ deploymentId: "d" })).toEqual({ deploymentId: "d" });
});

test("what is stored has no token under any name, and is read again", () => {
  const session = readSession(
    { ...answer, messenger: { ...messenger, extra: { deep: ["secret-session-token"] } } },
    null,
  );
  const text = encodeStored(storedOf(session, "https://e", "", 5000, 1000), session);
  expect(text).not.toMatch(/secret-token|secret-session-token/);
  expect(decodeStored(text)).toMatchObject({
    endpoint: "https://e",
    user: "",
    bound: true,
    endsAt: 86_405_000,
    skew: 4000,
    sessionId: "s",
    handle: "secret-handle",
    givenAt: answer.serverTime,
  });
});

test("the report is bounded, and foreign text is cut and cleaned", () => {
  let lines: ReturnType<typeof append> = [];
  for (let i = 0; i < 1000; i += 1) lines = append(lines, { at: String(i), what: "woke" });
  expect([lines.length, lines[0]?.at, lines.at(-1)?.at]).toEqual([REPORT_LINES, "800", "999"]);
  expect(redact("a 0b5d1f0e-4f6a-4f7e-9a51-1f6f6c1f2a3b b")).toBe("a [redacted] b");
  expect(redact("word ".repeat(1000)).length).toBeLessThanOrEqual(300);
});
