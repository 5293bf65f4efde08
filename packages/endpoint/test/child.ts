/** The command as a real child process, from what the compiler made of the sources. */
import { type ChildProcess, type ChildProcessWithoutNullStreams, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Outcome } from "./command.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const BIN = fileURLToPath(new URL("../dist/cli/bin.js", import.meta.url));

/** Once before the first child: `tsc -b` does nothing where nothing has changed. */
export async function compile(): Promise<void> {
  const tsc = fileURLToPath(new URL("../../../node_modules/typescript/bin/tsc", import.meta.url));
  await promisify(execFile)(process.execPath, [tsc, "-b", "packages/endpoint"], { cwd: ROOT });
}

export interface Child {
  readonly process: ChildProcess;
  /** All of it so far. */
  stdout(): string;
  stderr(): string;
  /** Resolves with the first line of stdout or stderr that matches; rejects when the child ends before. */
  line(pattern: RegExp, from?: "stdout" | "stderr"): Promise<string>;
  /** The exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
  /** Ends it, however it is. */
  stop(): Promise<void>;
}

/**
 * Loaded before the command: ends it with the pipe to its stdin, which goes with this process however this process
 * goes, so that no test leaves a server behind.
 */
const LEASH = `data:text/javascript,${encodeURIComponent(
  'for (const end of ["end", "close", "error"]) process.stdin.on(end, () => process.kill(process.pid, "SIGKILL")); process.stdin.resume().unref();',
)}`;

/** With this environment and no other. */
export function guestpass(args: readonly string[], env: Record<string, string>): Child {
  const surroundings = { PATH: process.env["PATH"] ?? "", ...env };
  return childOf(spawn(process.execPath, ["--import", LEASH, BIN, ...args], { env: surroundings }));
}

/** Any process, watched. */
export function childOf(child: ChildProcessWithoutNullStreams): Child {
  const text = { stdout: "", stderr: "" };
  const watchers = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (chunk: string) => {
      text[name] += chunk;
      for (const watch of watchers) watch();
    });
  const ended = once(child, "close").then(([code, signal]) => (code ?? signal) as number | string);
  return {
    process: child,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    line: (pattern, from = "stdout") =>
      new Promise((resolve, reject) => {
        const watch = (): void => {
          const found = text[from]
            .split("\n")
            .slice(0, -1)
            .find((line) => pattern.test(line));
          if (found === undefined) return;
          watchers.delete(watch);
          resolve(found);
        };
        watchers.add(watch);
        void ended.then((code) =>
          reject(new Error(`ended with ${code} before ${pattern}: ${text.stdout}\n${text.stderr}`)),
        );
        watch();
      }),
    ended,
    async stop() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Runs it to its end. */
export async function runProcess(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const child = guestpass(args, env);
  const code = await child.ended;
  return { code, stdout: child.stdout(), stderr: child.stderr() };
}

/** Starts `serve` and resolves with its URL. `keep` has the process at once: it may never come so far. */
export async function serve(
  env: Record<string, string>,
  keep: (child: Child) => unknown = () => undefined,
): Promise<Child & { url: string }> {
  const child = guestpass(["serve"], env);
  keep(child);
  const line = await child.line(/https?:\/\//);
  return { ...child, url: /https?:\/\/[^\s)]+/.exec(line)?.[0] ?? "" };
}
