/** The command `guestpass`: one table of commands, each with one table of options. */
import { parseArgs } from "node:util";
import { ConfigError } from "../config.js";
import { VERSION } from "../version.js";
import { abuse } from "./abuse.js";
import { check } from "./check.js";
import { type Command, EXIT, type Io, type Option, say, UsageError } from "./command.js";
import { health } from "./health.js";
import { keysNew, keysRotate } from "./keys.js";
import { serve } from "./serve.js";

const COMMANDS: readonly Command[] = [serve, check, health, keysNew, keysRotate, abuse];
const COMMON: Readonly<Record<string, Option>> = {
  help: { type: "boolean", short: "h", help: "this text" },
  version: { type: "boolean", short: "v", help: "the version" },
};

/** Runs a command and gives its exit code: 0, 1 for a fault, 3 for flagged customers, 64 for usage, 78 for configuration. */
export async function main(argv: readonly string[], env: NodeJS.ProcessEnv, io: Io): Promise<number> {
  // pnpm hands its separator on.
  const args = argv[0] === "--" ? argv.slice(1) : [...argv];
  const command = findCommand(args);
  try {
    if (!command) return answerWithout(args, io);
    const rest = args.slice(command.name.split(" ").length);
    const { values, positionals } = parseArgs({
      args: rest,
      options: { ...command.options, ...COMMON },
      allowPositionals: command.operands !== undefined,
      strict: true,
    });
    if (values["help"]) say(io.stdout, helpOf(command));
    else if (values["version"]) say(io.stdout, VERSION);
    else return await command.run({ values, positionals }, env, io);
    return EXIT.ok;
  } catch (error) {
    return explain(error, command, io);
  }
}

function findCommand(args: readonly string[]): Command | undefined {
  return COMMANDS.find(({ name }) => name.split(" ").every((word, at) => args[at] === word));
}

function answerWithout(args: readonly string[], io: Io): number {
  if (args.includes("--version") || args.includes("-v")) say(io.stdout, VERSION);
  else if (args.includes("--help") || args.includes("-h") || args[0] === "help") say(io.stdout, overview());
  else {
    if (args.length > 0) say(io.stderr, `guestpass: there is no command "${args.slice(0, 2).join(" ")}"`);
    say(io.stderr, overview());
    return EXIT.usage;
  }
  return EXIT.ok;
}

function explain(error: unknown, command: Command | undefined, io: Io): number {
  if (error instanceof ConfigError) {
    say(io.stderr, `guestpass: ${error.message}\n\`guestpass serve --help\` lists every variable.`);
    return error.exitCode;
  }
  const misuse = error instanceof UsageError || String((error as { code?: unknown }).code).startsWith("ERR_PARSE_ARGS");
  if (!misuse) throw error;
  say(io.stderr, `guestpass: ${(error as Error).message}\n\`guestpass ${command?.name ?? ""} --help\` says more.`);
  return EXIT.usage;
}

function overview(): string {
  const lines = COMMANDS.map((command) => `  guestpass ${usageOf(command).padEnd(22)}${command.summary}`);
  return `Guest tokens for Genesys Cloud web messaging.\n\n${lines.join("\n")}\n\n  --help     of each command, too\n  --version`;
}

function helpOf(command: Command): string {
  const options = Object.entries({ ...command.options, ...COMMON }).map(([name, { short, hint, help }]) => {
    const form = `${short ? `-${short}, ` : ""}--${name}${hint ? ` ${hint}` : ""}`;
    return `  ${form.padEnd(24)}${help}`;
  });
  const details = command.details ? `\n\n${command.details()}` : "";
  return `guestpass ${usageOf(command)}: ${command.summary}\n\n${options.join("\n")}${details}`;
}

function usageOf({ name, operands }: Command): string {
  return operands === undefined ? name : `${name} ${operands}`;
}
