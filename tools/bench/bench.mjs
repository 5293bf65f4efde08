// `pnpm bench`: how fast the endpoint is, as ratios to a bare Fastify route that does the same work, in one interleaved
// run, so that a slow or a busy machine changes both sides alike. The processor's time for an answer is told besides: a
// machine that others use changes it least. Asserts nothing; prints a table, or JSON.
import { parseArgs } from "node:util";
import { measure, median } from "./load.mjs";
import { measureMemory } from "./memory.mjs";
import { startParts } from "./parts.mjs";
import { measureTranscript } from "./transcript.mjs";

/** Before the first round of each path: a process that has just been started is still being compiled. */
const WARM_UP_SECONDS = 2;
const HELP = `pnpm bench [options]

  --quick          one short round of each, to see that it runs
  --seconds N      seconds of load for each figure (3)
  --answers N      so many answers for each figure instead of a time: on a machine that others use
  --rounds N       interleaved rounds, of which the median counts (3)
  --latency N,N    the platform's latencies, ms (0,40)
  --connections N,N  connections at once (50,500)
  --sessions N     sessions for the memory figure (100000; 0 leaves it out)
  --messages N     messages of a conversation whose panel is opened (10000; 0 leaves it out)
  --only-messages  that alone
  --json           JSON on stdout instead of tables
  --help           this text
`;

let options;
try {
  options = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      seconds: { type: "string", default: "3" },
      answers: { type: "string", default: "0" },
      rounds: { type: "string", default: "3" },
      latency: { type: "string", default: "0,40" },
      connections: { type: "string", default: "50,500" },
      sessions: { type: "string", default: "100000" },
      messages: { type: "string", default: "10000" },
      "only-messages": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  }).values;
} catch (error) {
  process.stderr.write(`${error.message}\n\n${HELP}`);
  process.exit(64);
}
if (options.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const seconds = options.quick ? 1 : Number(options.seconds);
const rounds = options.quick ? 1 : Number(options.rounds);
const answers = Number(options.answers);
const latencies = options.latency.split(",").map(Number);
const atOnce = options.connections.split(",").map(Number);
const sessions = options.quick ? Math.min(Number(options.sessions), 5000) : Number(options.sessions);
const messages = Number(options.messages);
const transcriptOnly = options["only-messages"];
const figures = { seconds, answers, rounds, sessions, messages, latency: latencies, connections: atOnce };
for (const [name, value] of Object.entries(figures)) {
  if (![value].flat().every((figure) => Number.isInteger(figure) && figure >= 0)) {
    process.stderr.write(`--${name} takes a whole number.\n`);
    process.exit(64);
  }
}

const say = (line) => process.stderr.write(`${line}\n`);
const results = [];

for (const latencyMs of transcriptOnly ? [] : latencies) {
  const parts = await startParts(latencyMs);
  try {
    for (const connections of atOnce) {
      const samples = new Map();
      for (let round = 1; round <= rounds; round += 1) {
        say(`upstream latency ${latencyMs} ms, ${connections} connections, round ${round} of ${rounds}`);
        for (const target of parts.targets) {
          if (round === 1) await measure(target, { connections, seconds: WARM_UP_SECONDS, answers });
          const sample = await measure(target, { connections, seconds, answers });
          samples.set(target.name, [...(samples.get(target.name) ?? []), sample]);
        }
      }
      for (const target of parts.targets) {
        const own = samples.get(target.name);
        const rate = median(own.map((sample) => sample.rate));
        const against = target.yardstick
          ? median(samples.get(target.yardstick).map((sample) => sample.rate))
          : undefined;
        results.push({
          latencyMs,
          connections,
          name: target.name,
          perSecond: Math.round(rate),
          ratio: against ? rate / against : undefined,
          yardstick: target.yardstick,
          microseconds: Math.round(median(own.map((sample) => sample.microseconds))),
          processorRatio: target.yardstick
            ? median(samples.get(target.yardstick).map((sample) => sample.microseconds)) /
              median(own.map((sample) => sample.microseconds))
            : undefined,
          ofLatencyBound: latencyMs > 0 && target.calls ? rate / ((connections / latencyMs) * 1000) : undefined,
          p50: median(own.map((sample) => sample.p50)),
          p99: median(own.map((sample) => sample.p99)),
          failed: own.reduce((sum, sample) => sum + sample.failed, 0),
        });
      }
    }
    results.push({ latencyMs, name: "platform calls", ...(await parts.platformCalls()) });
  } finally {
    parts.close();
  }
}
const memory = sessions > 0 && !transcriptOnly ? await measureMemory(sessions, say) : undefined;
const transcript = messages > 0 ? await measureTranscript(messages, rounds, say) : undefined;

if (options.json) {
  process.stdout.write(
    `${JSON.stringify({ node: process.version, seconds, answers, rounds, results, memory, transcript }, null, 2)}\n`,
  );
} else {
  const table = transcriptOnly ? () => {} : console.table;
  table(
    results
      .filter((row) => row.perSecond !== undefined)
      .map((row) => ({
        "latency ms": row.latencyMs,
        connections: row.connections,
        path: row.name,
        "per second": row.perSecond,
        "of yardstick": row.ratio === undefined ? "" : row.ratio.toFixed(2),
        "µs of processor": row.microseconds,
        "of yardstick's": row.processorRatio === undefined ? "" : row.processorRatio.toFixed(2),
        "of latency bound": row.ofLatencyBound === undefined ? "" : row.ofLatencyBound.toFixed(2),
        "p50 ms": row.p50,
        "p99 ms": row.p99,
        failed: row.failed,
      })),
  );
  for (const row of results.filter((row) => row.oauthCalls !== undefined)) {
    console.log(
      `at ${row.latencyMs} ms: ${row.guestCallsPerToken.toFixed(3)} guest API calls a token issued, ${row.oauthCalls} OAuth calls in all`,
    );
  }
  if (memory) {
    console.log(
      `memory store: ${memory.sessions} sessions grew the process by ${memory.firstMiB} MiB, the next ${memory.sessions} by ${memory.nextMiB} MiB`,
    );
  }
  if (transcript) {
    console.log(`main-thread work of a page, milliseconds, ${messages} messages in the conversation:`);
    console.table(transcript);
  }
}
