// `pnpm guestpass|simulator|demo|bench|soak ...`: builds what is not built yet, then becomes that program.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "./build.mjs";
import { watchStarters } from "./setup/starters.mjs";
import { root, say } from "./setup/steps.mjs";

const PROGRAMS = {
  guestpass: "packages/endpoint/dist/cli/bin.js",
  simulator: "packages/simulator/dist/bin.js",
  demo: "examples/demo/serve.mjs",
  bench: "tools/bench/bench.mjs",
  soak: "tools/soak/soak.mjs",
};

const [name, ...args] = process.argv.slice(2);
const program = Object.hasOwn(PROGRAMS, name ?? "") ? PROGRAMS[name] : undefined;
if (!program) {
  say(`there is no program "${name ?? ""}": choose one of ${Object.keys(PROGRAMS).join(", ")}`);
  process.exit(64);
}
if (args[0] === "--") args.shift();

try {
  if (name === "demo" || name === "bench" || name === "soak") say("building what has changed");
  await build({ quiet: true });
} catch (error) {
  say(error.message);
  process.exit(1);
}
// pnpm starts a script through a shell, npx starts pnpm through another, and a SIGTERM to either ends that shell alone.
// Who loses one of them ends, too.
const isAlone = watchStarters();
const watch = setInterval(() => {
  if (!isAlone()) return;
  // Once: a second signal is impatience, and cuts what is under way.
  clearInterval(watch);
  process.kill(process.pid, "SIGTERM");
}, 250).unref();

const path = join(root, program);
process.argv = [process.argv[0], path, ...args];
await import(pathToFileURL(path).href);
