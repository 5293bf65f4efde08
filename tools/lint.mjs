// Formatting, lint with types, circles and file length: Biome and oxlint one after the other, both always run.
import { spawnSync } from "node:child_process";

const runs = [
  ["biome", ["check", "--error-on-warnings", "."]],
  ["oxlint", ["--type-aware", "--deny-warnings", "packages", "examples", "tools"]],
];

let failed = false;
for (const [command, args] of runs) {
  const { status } = spawnSync("pnpm", ["exec", command, ...args], { stdio: "inherit", shell: false });
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;
