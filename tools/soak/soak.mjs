// `pnpm soak`: long runs that show what holds under trouble. Each scenario asserts what it is about, prints what it saw,
// and the exit code is 1 where something did not hold. The tests run the same scenarios for a few seconds.
import { parseArgs } from "node:util";
import { badRequests } from "./bad-requests.mjs";
import { load } from "./load.mjs";
import { rolling } from "./rolling.mjs";

const SCENARIOS = { load, "bad-requests": badRequests, rolling };
const HELP = `pnpm soak [options] [scenario ...]

  load           full speed while the platform fails at random and Redis is restarted twice
  bad-requests   generated bad requests: none is the endpoint's fault, none makes it grow
  rolling        two instances behind a round-robin proxy, replaced one after the other under load
  (all of them without a name)

  --seconds N      how long load and rolling take, each (300)
  --connections N  clients at once (100)
  --requests N     bad requests (20000)
  --seed N         of everything random (20261121)
  --speed N        per cent of the speed before that load must reach again (60)
  --json           what was seen, as JSON on stdout
  --help           this text
`;

function usage(message) {
  process.stderr.write(`${message}\n\n${HELP}`);
  process.exit(64);
}

let parsed;
try {
  parsed = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: "string", default: "300" },
      connections: { type: "string", default: "100" },
      requests: { type: "string", default: "20000" },
      seed: { type: "string", default: "20261121" },
      speed: { type: "string", default: "60" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
} catch (error) {
  usage(error.message);
}
const { values, positionals } = parsed;
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const figures = {};
for (const name of ["seconds", "connections", "requests", "seed", "speed"]) {
  figures[name] = Number(values[name]);
  if (!Number.isSafeInteger(figures[name]) || figures[name] < 1) usage(`--${name} takes a whole number from 1.`);
}
const names = positionals.length > 0 ? positionals : Object.keys(SCENARIOS);
for (const name of names) if (!Object.hasOwn(SCENARIOS, name)) usage(`There is no scenario "${name}".`);

const say = (line) => process.stderr.write(`${line}\n`);
const reports = {};
let held = true;
for (const name of names) {
  say(`${name} ...`);
  const { faults, ...seen } = await SCENARIOS[name]({ ...figures, say: (line) => say(`  ${line}`) });
  reports[name] = { held: faults.length === 0, faults, ...seen };
  held &&= faults.length === 0;
  for (const fault of faults) say(`  DOES NOT HOLD: ${fault}`);
  say(`${name}: ${faults.length === 0 ? "holds" : "does not hold"}`);
}
process.stdout.write(values.json ? `${JSON.stringify(reports, null, 2)}\n` : "");
if (!values.json) for (const [name, report] of Object.entries(reports)) console.log(name, report);
process.exit(held ? 0 : 1);
