// Faults that are put into the token keeper on purpose, each with a test that has to notice it. `[from, to]` are pieces of
// the source; whoever changes a rule changes them here, or the run says that a fault no longer fits.

const SRC = "packages/tokens/src/";
const TEST = "packages/tokens/test/";

/** @type {{ fault: string, file: string, edits: [string, string][], test: string, title: string }[]} */
export const MUTANTS = [
  {
    fault: "lead dropped",
    file: `${SRC}rules/schedule.ts`,
    edits: [["const latest = lifeMs - leadMs;", "const latest = lifeMs;"]],
    test: `${TEST}time.test.ts`,
    title: "#6 a life of 10 s is renewed silently",
  },
  {
    fault: "jitter dropped",
    file: `${SRC}rules/schedule.ts`,
    edits: [["sentAt + high - (high - low) * u", "sentAt + high"]],
    test: `${TEST}soak.test.ts`,
    title: "#31 ten thousand clients",
  },
  {
    fault: "generation check dropped",
    file: `${SRC}rules/machine.ts`,
    edits: [
      [
        "if (flight !== next.flight) return;\n    if (outcome instanceof TokensError) {",
        "if (outcome instanceof TokensError) {",
      ],
    ],
    test: `${TEST}page.test.ts`,
    title: "#23 a patched fetch that knows nothing of abort signals",
  },
  {
    fault: "monotonic clock dropped",
    file: `${SRC}rules/elapsed.ts`,
    edits: [["last.ahead + Math.max(slept, 0)", "last.ahead + slept"]],
    test: `${TEST}time.test.ts`,
    title: "#8 the clock is set back while nobody looks at it",
  },
  {
    fault: "wall clock dropped",
    file: `${SRC}rules/elapsed.ts`,
    edits: [["last.ahead + Math.max(slept, 0)", "last.ahead"]],
    test: `${TEST}time.test.ts`,
    title: "#1 a laptop sleeps past expiry",
  },
  {
    fault: "life counted from the answer",
    file: `${SRC}kept-session.ts`,
    edits: [['dispatch(["landed", flight, outcome, sentAt]);', 'dispatch(["landed", flight, outcome, now()]);']],
    test: `${TEST}time.test.ts`,
    title: "#9 a slow answer",
  },
  {
    fault: "no glance at the clock",
    file: `${SRC}io/timeline.ts`,
    edits: [["page.visible() ? GLANCE_MS : LONGEST_TIMER_MS", "LONGEST_TIMER_MS"]],
    test: `${TEST}time.test.ts`,
    title: "#1 without any event of the page",
  },
  {
    fault: "timer beyond 31 bits",
    file: `${SRC}io/timeline.ts`,
    edits: [["const LONGEST_TIMER_MS = 2 ** 31 - 1;", "const LONGEST_TIMER_MS = Infinity;"]],
    test: `${TEST}time.test.ts`,
    title: "#5 a life of 90 days",
  },
  {
    fault: "expiring said only once",
    file: `${SRC}rules/moves.ts`,
    edits: [
      [
        "Object.assign(next, NOTHING, { phase });",
        "Object.assign(next, NOTHING, { phase, saidExpiring: next.saidExpiring });",
      ],
    ],
    test: `${TEST}time.test.ts`,
    title: "#28 `expiring` comes in each life",
  },
  {
    fault: "next try past expiry",
    file: `${SRC}rules/backoff.ts`,
    edits: [["left > 2000 && wait > left - 1000 ? left / 2 : wait", "wait"]],
    test: `${TEST}failures.test.ts`,
    title: "#18 after many failures",
  },
  {
    fault: "no breaker",
    file: `${SRC}rules/backoff.ts`,
    edits: [
      ["return first === undefined ? at : Math.max(at, first + MINUTE_MS);", "return first === undefined ? at : at;"],
    ],
    test: `${TEST}time.test.ts`,
    title: "#30 whatever asks for it",
  },
  {
    fault: "a captive portal is an answer",
    file: `${SRC}io/endpoint.ts`,
    edits: [["return await response.json();", "return await response.json().catch(() => ({}));"]],
    test: `${TEST}failures.test.ts`,
    title: "#11 a captive portal answers 200 with a login page",
  },
  {
    fault: "a 403 passes by itself",
    file: `${SRC}errors.ts`,
    edits: [["return status === 408 ||", "return status === 403 || status === 408 ||"]],
    test: `${TEST}refusals.test.ts`,
    title: "#16 origin_not_allowed at the start is terminal",
  },
  {
    fault: "another user's words believed",
    file: `${SRC}io/sharing.ts`,
    edits: [["if (theirs === mark) hear", "if (theirs) hear"]],
    test: `${TEST}tabs.test.ts`,
    title: "#22 what another tab says of another user",
  },
  {
    fault: "nobody goes first",
    file: `${SRC}kept-session.ts`,
    edits: [['dispatch(mine === null ? ["hold"] : ["go", from]);', 'dispatch(["go", from]);']],
    test: `${TEST}tabs.test.ts`,
    title: "#20 two tabs start in the same instant and hear of each other too late",
  },
  {
    fault: "a request that leaving broke off is a failure",
    file: `${SRC}rules/machine.ts`,
    edits: [["const BROKEN_MS = 200;", "const BROKEN_MS = 0;"]],
    test: `${TEST}failures.test.ts`,
    title: "#40 a request that is broken off before the page says",
  },
  {
    fault: "an unbound handle counts as bound",
    file: `${SRC}flights.ts`,
    edits: [["readSession(json, null, key ? undefined : false)", "readSession(json, null, !!key)"]],
    test: `${TEST}resume.test.ts`,
    title: "an endpoint that binds nothing",
  },
  {
    fault: "one clock for proofs after a reload",
    file: `${SRC}flights.ts`,
    edits: [["learn(clock.wall() + kept.skew, clock.wall())", "learn(clock.wall() + kept.skew)"]],
    test: `${TEST}resume.test.ts`,
    title: "a clock that was wrong and has been put right",
  },
];
