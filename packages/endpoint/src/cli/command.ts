/** What a command is, and what it may use. The table of them is main's. */
import type { Writable } from "node:stream";

/** Exit codes; those of sysexits.h where it has one. */
export const EXIT = { ok: 0, fault: 1, flagged: 3, usage: 64, config: 78 } as const;

export interface Io {
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** An option of the table, in the form that `util.parseArgs` reads. */
export interface Option {
  readonly type: "string" | "boolean";
  readonly short?: string;
  readonly hint?: string;
  readonly help: string;
}

export interface Arguments {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
}

export interface Command {
  /** The words that call it: `keys new`. */
  readonly name: string;
  readonly operands?: string;
  readonly summary: string;
  /** Shown below the options. */
  readonly details?: () => string;
  readonly options: Readonly<Record<string, Option>>;
  run(args: Arguments, env: NodeJS.ProcessEnv, io: Io): Promise<number>;
}

/** The caller's mistake: told with a pointer to the help, exit code 64. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export function say(to: Writable, text: string): void {
  to.write(`${text}\n`);
}
