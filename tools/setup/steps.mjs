// Running a child process so that a person sees what is going on: its output as it comes, or a line every so often
// while it is silent. Knows nothing of what it runs.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Path of a command that the workspace's own development dependencies bring. */
export function bin(name) {
  return join(root, "node_modules/.bin", name);
}

/** One line about what is happening, on stderr: stdout belongs to results. */
export function say(line) {
  process.stderr.write(`[guestpass] ${line}\n`);
}

/**
 * Runs `command` and resolves with `{ status, output }`. `quiet` keeps its output back unless it fails; `silent` also
 * then, for a caller that has something else to try.
 * Every 20 s of silence one line says that it still runs.
 */
export function run(
  command,
  args,
  { silent = false, quiet = silent, env = process.env, label = command, timeoutMs = 15 * 60_000 } = {},
) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    const kept = [];
    const started = Date.now();
    let heard = started;
    const beat = setInterval(() => {
      if (Date.now() - heard < 20_000) return;
      heard = Date.now();
      say(`${label}: still running after ${Math.round((heard - started) / 1000)} s`);
    }, 5_000);
    const late = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    const hear = (chunk) => {
      if (!quiet) heard = Date.now();
      kept.push(chunk);
      if (!quiet) process.stderr.write(chunk);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    const end = (status) => {
      clearInterval(beat);
      clearTimeout(late);
      const output = Buffer.concat(kept).toString("utf8");
      if (quiet && !silent && status !== 0) process.stderr.write(output);
      resolve({ status, output, seconds: (Date.now() - started) / 1000 });
    };
    child.on("error", (error) => {
      kept.push(Buffer.from(`${error.message}\n`));
      end(127);
    });
    child.on("close", (code, signal) => end(code ?? (signal ? 1 : 0)));
  });
}
