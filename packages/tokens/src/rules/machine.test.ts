import type { Session } from "@guestpass/protocol";
import { expect, test } from "vitest";
import { seeded } from "../../test/virtual-clock.js";
import { TokensError } from "../errors.js";
import { type Occurrence, step } from "./machine.js";
import { answer, type Flight, INITIAL, nextDeadline, type State, shown } from "./state.js";

const session = (sessionId: string, token: string, expiresIn: number, left: number): Session => ({
  sessionId,
  guestId: "g",
  token,
  tokenType: "jwt",
  issuedAt: "",
  expiresAt: "",
  expiresIn,
  refreshIn: 0,
  serverTime: "",
  session: { handle: "h", expiresIn: left },
  messenger: {} as Session["messenger"],
});

const broken = (): TokensError => new TokensError("network", "");
/** The frequent ones first. */
const ERRORS: readonly ((random: () => number) => TokensError)[] = [
  broken,
  () => new TokensError("timeout", ""),
  (random) => new TokensError("rate_limited", "", { status: 429, retryAfterSeconds: random() * 100 }),
  () => new TokensError("internal", "", { status: 500 }),
  () => new TokensError("session_revoked", "", { status: 401 }),
  () => new TokensError("identity_expired", "", { status: 401 }),
  () => new TokensError("origin_not_allowed", "", { status: 403 }),
];

/** Any occurrence in any state, in an order that no browser would give. */
function anything(random: () => number, state: State, at: number): Occurrence {
  const stale: Flight = { kind: "refresh" };
  const flight = random() < 0.8 ? (state.flight ?? stale) : stale;
  const error = ERRORS[Math.floor(random() * (random() < 0.1 ? 7 : 4))]?.(random) ?? broken();
  const granted = session(
    random() < 0.9 ? "s1" : "s2",
    `t${Math.floor(random() * 5)}`,
    1 + random() * 4000,
    1 + random() * 9000,
  );
  const all: Occurrence[] = [
    ["start", random() < 0.5 ? 0 : 250],
    ["refresh"],
    ["reported", random() < 0.7 ? (state.life?.session.token ?? "") : "old"],
    ["acted"],
    ["look", random() < 0.2 ? "online" : "timer"],
    ["sent", flight],
    ["landed", flight, granted, at - random() * 20_000],
    ["landed", flight, error, at],
    ["landed", flight, null, at],
    ["adopted", granted, at - random() * 4_000_000, 1],
    ["hold"],
    ["go", at + (random() - 0.5) * 500],
    ["end"],
    ["gone"],
  ];
  // The rare ones rarely, or nothing ever gets going.
  const pick = random() < 0.97 ? Math.floor(random() * 12) : 12 + Math.floor(random() * 2);
  return all[pick] ?? ["look", "timer"];
}

test("is total, pure, single-flight and never in a hurry, whatever comes", { timeout: 60_000 }, () => {
  const random = seeded(7);
  let state = INITIAL;
  let at = 0;
  let online = true;
  let leaving = false;
  /** The requests of the last minute. */
  let sent: number[] = [];
  const seen = new Set<string>();
  const must = (right: boolean, what: string): void => {
    if (!right) throw new Error(`${what}, at ${at}: ${JSON.stringify(state)}`);
  };
  for (let i = 0; i < 20_000; i += 1) {
    const leap = random();
    const next = nextDeadline(state);
    const onTime = next < Number.POSITIVE_INFINITY ? Math.max(0, next - at) : 1000;
    at += leap < 0.5 ? random() * 500 : leap < 0.9 ? random() * 60_000 : onTime;
    if (random() < 0.02) online = !online;
    const event = anything(random, state, at);
    if (event[0] === "sent" && event[1] === state.flight) sent.push(at);
    const before = JSON.stringify(state);
    const { flight } = state;
    if (random() < 0.02) leaving = !leaving;
    const after = step(state, { at, u: random(), online, leaving, crowd: random() < 0.3 }, event);
    must(JSON.stringify(state) === before, "a step leaves the state before as it was");
    state = after;
    seen.add(shown(state));
    if (state.flight && state.flight !== flight && state.flight.kind !== "end") {
      must(online, "nothing is fetched while offline");
      sent = sent.filter((instant) => instant > at - 60_000);
      must(sent.length < 6, "six requests a minute");
    }
    // What was due has been done: if something were left to be done at once, the timer would spin.
    must(nextDeadline(state) > at, "nothing is due any more");
    for (const anew of [false, true]) {
      must(
        answer(state, at, anew) !== null || nextDeadline(state) < Number.POSITIVE_INFINITY,
        "who waits, waits for something",
      );
    }
  }
  expect([...seen].sort()).toEqual(
    ["degraded", "ended", "expired", "idle", "offline", "ready", "refreshing", "refused", "starting"].sort(),
  );
});
