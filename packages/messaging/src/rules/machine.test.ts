import { describe, expect, it } from "vitest";
import { type Effect, type Link, type LinkEvent, NEW_LINK, publicState } from "./link.js";
import { step } from "./machine.js";

const READY = { connected: true, newSession: true, readOnly: false };
const RESUMED = { ...READY, newSession: false };
const CLOSED = { connected: false, newSession: false, readOnly: true };

/** The state after these events, and what the last one has led to. */
function after(...events: LinkEvent[]): { link: Link; effects: readonly Effect[]; state: string } {
  let link = NEW_LINK;
  let effects: readonly Effect[] = [];
  for (const event of events) ({ link, effects } = step(link, event));
  return { link, effects, state: publicState(link) };
}

const OPENING: LinkEvent[] = [["connect"], ["token"], ["opened"]];
const OPEN: LinkEvent[] = [...OPENING, ["session", READY]];

describe("the link's machine", () => {
  const cases: [string, LinkEvent[], string, Effect[]][] = [
    ["nothing", [], "none", []],
    ["a connect", [["connect"]], "connecting", ["hang-up", "ask"]],
    ["a second connect", [["connect"], ["connect"]], "connecting", []],
    ["its token", [["connect"], ["token"]], "connecting", ["open"]],
    ["its socket", OPENING, "connecting", ["configure"]],
    ["a new session", OPEN, "open", ["started", "sync"]],
    ["a resumed one", [...OPENING, ["session", RESUMED]], "open", ["started", "sync"]],
    [
      "a read-only one",
      [...OPENING, ["session", { ...RESUMED, readOnly: true }]],
      "read-only",
      ["started", "ended", "fail", "sync"],
    ],
    ["a session that was not asked for", [["session", READY]], "none", []],
    ["a loss", [...OPEN, ["lost"]], "reconnecting", ["hang-up", "wait"]],
    ["a loss before the first session", [...OPENING, ["lost"]], "connecting", ["hang-up", "wait"]],
    ["a second loss at once", [...OPEN, ["lost"], ["lost"]], "reconnecting", []],
    ["the next try", [...OPEN, ["lost"], ["due"]], "reconnecting", ["hang-up", "ask"]],
    ["a connect while waiting", [...OPEN, ["lost"], ["connect"]], "reconnecting", ["hang-up", "ask"]],
    ["the session again", [...OPEN, ["lost"], ["due"], ["token"], ["opened"], ["session", RESUMED]], "open", ["sync"]],
    [
      "a new session after a loss",
      [...OPEN, ["lost"], ["due"], ["token"], ["opened"], ["session", READY]],
      "open",
      ["started", "sync"],
    ],
    ["no token for now", [["connect"], ["token-failed", true]], "connecting", ["hang-up", "wait"]],
    ["no token in time", [["connect"], ["lost"]], "connecting", ["hang-up", "wait"]],
    ["no token at all", [["connect"], ["token-failed", false]], "none", ["hang-up", "fail"]],
    ["no token any more", [...OPEN, ["lost"], ["due"], ["token-failed", false]], "closed", ["hang-up", "fail"]],
    ["a refused token", [...OPENING, ["refused"]], "connecting", ["replace"]],
    ["its successor", [...OPENING, ["refused"], ["token"]], "connecting", ["configure"]],
    ["a successor that is refused", [...OPENING, ["refused"], ["token"], ["refused"]], "closed", ["hang-up", "fail"]],
    [
      "a token refused soon after its successor was taken",
      [...OPENING, ["refused"], ["token"], ["session", READY], ["refused"]],
      "closed",
      ["hang-up", "fail"],
    ],
    [
      "a token refused long after",
      [...OPENING, ["refused"], ["token"], ["session", READY], ["stable"], ["refused"]],
      "reconnecting",
      ["replace"],
    ],
    ["a rejected session", [...OPENING, ["rejected"]], "closed", ["hang-up", "fail"]],
    ["a connection closed on purpose", [...OPEN, ["rejected"]], "closed", ["hang-up", "fail"]],
    ["a try that is due when closed", [...OPEN, ["rejected"], ["due"]], "closed", []],
    ["a connect when closed", [...OPEN, ["rejected"], ["connect"]], "connecting", ["hang-up", "ask"]],
    ["a session that is over", [...OPEN, ["over", "expired"]], "ended", ["hang-up", "fail", "ended"]],
    [
      "a session that is over while waiting",
      [...OPEN, ["lost"], ["over", "logout"]],
      "ended",
      ["hang-up", "fail", "ended"],
    ],
    ["a connect when ended", [...OPEN, ["over", "expired"], ["connect"]], "ended", []],
    ["a Clear", [...OPEN, ["over", "cleared", true]], "ended", ["hang-up", "fail", "wipe", "ended"]],
    ["a closed session of somebody else", [...OPEN, ["session", CLOSED]], "ended", ["hang-up", "fail", "ended"]],
    ["an agent's last end", [...OPEN, ["read-only"]], "read-only", ["ended", "fail"]],
    ["our end of what is not open any more", [...OPEN, ["disconnect"], ["over", "guest"]], "none", []],
    ["a new start, closed first", [...OPEN, ["restart"]], "reconnecting", ["wipe", "configure"]],
    ["a new start of what is read-only", [...OPEN, ["read-only"], ["restart"]], "reconnecting", ["wipe", "configure"]],
    ["a new start, with the line lost", [...OPEN, ["restart"], ["lost"]], "reconnecting", ["hang-up", "wait"]],
    ["a new start from nothing", [["restart"]], "connecting", ["hang-up", "wipe", "ask"]],
    ["a new start while waiting", [...OPEN, ["lost"], ["restart"]], "reconnecting", ["hang-up", "wipe", "ask"]],
    [
      "a new start after an end",
      [...OPEN, ["over", "guest", true], ["restart"]],
      "connecting",
      ["hang-up", "wipe", "ask"],
    ],
    ["a new start after expiry keeps the words", [...OPEN, ["over", "expired"], ["restart"]], "connecting", ["ask"]],
    ["a token to be shown", [...OPEN, ["reconfigure"]], "open", ["configure"]],
    ["a token that is of the same session", [...OPEN, ["reconfigure"], ["session", RESUMED]], "open", []],
    ["a token that is of a new session", [...OPEN, ["reconfigure"], ["session", READY]], "open", ["started", "sync"]],
    ["a token to be shown when nobody listens", [["reconfigure"]], "none", []],
    ["a disconnect", [...OPEN, ["disconnect"]], "none", ["hang-up", "fail"]],
  ];

  it.each(cases)("%s", (_name, events, state, effects) => {
    const result = after(...events);
    expect([result.state, result.effects]).toEqual([state, effects]);
  });

  it("begins anew with startNew, once", () => {
    const closed = after(...OPEN, ["restart"]);
    expect(closed.link.startNew).toBe(true);
    expect(step(closed.link, ["session", READY]).link.startNew).toBe(false);
    expect(after(["restart"], ["token"], ["opened"]).link.startNew).toBe(true);
    expect(after(...OPEN, ["restart"], ["lost"], ["due"], ["token"], ["opened"]).link.startNew).toBe(true);
  });

  it("counts tries until a session has stood for a while", () => {
    const tries: LinkEvent[] = [["lost"], ["due"], ["token"], ["opened"]];
    expect(after(...OPEN, ...tries, ...tries, ...tries).link.attempt).toBe(3);
    expect(after(...OPEN, ...tries, ["session", RESUMED]).link.attempt).toBe(1);
    expect(after(...OPEN, ...tries, ["session", RESUMED], ["stable"]).link.attempt).toBe(0);
  });

  it("names the reason of each end", () => {
    expect(after(...OPEN, ["over", "signed-in-elsewhere"]).link.end).toBe("signed-in-elsewhere");
    expect(after(...OPEN, ["over", "guest"]).link.end).toBe("guest");
    expect(after(...OPEN, ["session", CLOSED]).link.end).toBe("cleared");
    expect(after(...OPEN, ["read-only"]).link.end).toBe("read-only");
  });

  it("is total, and never leaves a line behind or a caller waiting", () => {
    const events: LinkEvent[] = [
      ["connect"],
      ["due"],
      ["token"],
      ["token-failed", true],
      ["token-failed", false],
      ["opened"],
      ["session", READY],
      ["session", RESUMED],
      ["session", { ...RESUMED, readOnly: true }],
      ["session", CLOSED],
      ["session", { ...CLOSED, readOnly: false }],
      ["stable"],
      ["lost"],
      ["refused"],
      ["rejected"],
      ["over", "expired"],
      ["over", "guest", true],
      ["read-only"],
      ["restart"],
      ["reconfigure"],
      ["disconnect"],
    ];
    const seen = new Map<string, Link>([[JSON.stringify(NEW_LINK), NEW_LINK]]);
    const open = [NEW_LINK];
    for (let link = open.pop(); link; link = open.pop()) {
      for (const event of events) {
        const { link: next, effects } = step(link, event);
        const over = next.phase === "idle" || next.phase === "stopped";
        const was = link.phase === "idle" || link.phase === "stopped";
        if (over && !was) expect(effects).toEqual(expect.arrayContaining(["hang-up", "fail"]));
        if (next.phase === "waiting" && link.phase !== "waiting") expect(effects).toEqual(["hang-up", "wait"]);
        if (next.phase === "stopped") expect(next.end).not.toBeNull();
        expect(["connecting", "open", "reconnecting", "read-only"].includes(publicState(next))).toBe(!over);
        // Tries may go on for ever: one figure is like the next.
        const key = JSON.stringify({ ...next, attempt: Math.min(next.attempt, 1) });
        if (seen.has(key)) continue;
        seen.set(key, next);
        open.push(next);
      }
    }
    expect(seen.size).toBeGreaterThan(100);
  });
});
