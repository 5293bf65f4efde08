// Formatting, lint with types, circles and file length: Biome and oxlint one after the other, both always run.
import { spawnSync } from "node:child_process";
import { bin, root } from "./setup/steps.mjs";

const RUNS = [
  { command: "biome", args: ["check", "--error-on-warnings", "."] },
  { command: "oxlint", args: ["--type-aware", "--deny-warnings", "packages", "examples", "tools"] },
];

let failed = false;
for (const { command, args } of RUNS) {
  const { status } = spawnSync(bin(command), args, { cwd: root, stdio: "inherit" });
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;
