import { expect, test } from "vitest";
import { type Situation, statusOf } from "./status.js";

const fine: Situation = { state: "ready", conversation: "open", offline: false, trouble: false };

test.each<[string, Partial<Situation>, { line?: string; notice?: string; action?: string; writable: boolean }]>([
  ["all is well", {}, { writable: true }],
  ["nothing has begun", { state: "idle", conversation: "none" }, { writable: true }],
  ["the token is on its way", { state: "starting", conversation: "none" }, { line: "connecting", writable: true }],
  [
    "the token cannot be had yet",
    { state: "starting", conversation: "none", trouble: true },
    { line: "connecting", notice: "trouble", writable: true },
  ],
  ["trouble that is over", { trouble: true }, { writable: true }],
  ["the socket is on its way", { conversation: "connecting" }, { line: "connecting", writable: true }],
  ["the socket was lost", { conversation: "reconnecting" }, { line: "reconnecting", writable: true }],
  ["a refresh is no news", { state: "refreshing" }, { writable: true }],
  ["a degraded token is no news to the visitor", { state: "degraded" }, { writable: true }],
  ["no network", { offline: true }, { line: "offline", notice: "offlineText", writable: true }],
  ["no network, says the keeper", { state: "offline" }, { line: "offline", notice: "offlineText", writable: true }],
  ["refused", { state: "refused" }, { notice: "unavailable", action: "again", writable: false }],
  [
    "refused, and offline",
    { state: "refused", offline: true },
    { notice: "unavailable", action: "again", writable: false },
  ],
  ["too many windows", { state: "closed" }, { notice: "closed", action: "continueHere", writable: false }],
  [
    "signed in elsewhere",
    { state: "closed", ended: "signed-in-elsewhere" },
    { notice: "elsewhere", action: "continueHere", writable: false },
  ],
  ["read-only", { conversation: "read-only" }, { notice: "readOnly", action: "startNew", writable: false }],
  [
    "ended by the visitor",
    { conversation: "ended", ended: "guest" },
    { notice: "endedByYou", action: "startNew", writable: false },
  ],
  [
    "signed out",
    { conversation: "ended", ended: "logout" },
    { notice: "signedOut", action: "startNew", writable: false },
  ],
  ["ended by the agent: one may write on", { ended: "agent" }, { writable: true }],
  [
    "expired: one may write on",
    { state: "expired", conversation: "ended", ended: "expired" },
    { notice: "expired", writable: true },
  ],
])("%s", (_name, situation, expected) => {
  const { tone: _tone, ...status } = statusOf({ ...fine, ...situation });
  expect(status).toEqual(expected);
});
