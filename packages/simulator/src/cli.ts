/**
 * `guestpass-simulator`: options from the command line, one line when it is ready, a clean end. Knows no route.
 */
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { SimulatorOptions } from "./settings.js";
import { startSimulator } from "./simulator.js";

/** Exit codes: as sysexits.h names them. */
export const EXIT = { ok: 0, failed: 1, usage: 64, unavailable: 69 } as const;

export interface CliPorts {
  out(line: string): void;
  err(line: string): void;
  /** Settles when the process is asked to end. */
  ended: Promise<unknown>;
}

type Option = {
  shape: "number" | "list" | "clients" | "switch";
  to: keyof SimulatorOptions;
  help: string;
  hint?: string;
};

const OPTIONS: Record<string, Option> = {
  port: { shape: "number", to: "port", hint: "N", help: "port on 127.0.0.1; 0 takes a free one (4100)" },
  "token-life": {
    shape: "number",
    to: "tokenLife",
    hint: "SECONDS",
    help: "life of guest tokens and Genesys JWTs (3600)",
  },
  "oauth-life": { shape: "number", to: "oauthLife", hint: "SECONDS", help: "life of OAuth access tokens (86400)" },
  "guest-quota": { shape: "number", to: "guestQuota", hint: "N", help: "guest creations a minute and client (100)" },
  clients: { shape: "clients", to: "clients", hint: "ID:SECRET,...", help: "OAuth clients (any pair)" },
  deployments: { shape: "list", to: "deployments", hint: "UUID,...", help: "deployments (any UUID)" },
  queues: { shape: "list", to: "queues", hint: "UUID,...", help: "queues (any UUID)" },
  "read-only": { shape: "switch", to: "readOnly", help: "an ended conversation is read-only" },
  "auto-start": { shape: "switch", to: "autoStart", help: "conversations start by themselves" },
  "no-clear": { shape: "switch", to: "clear", help: "the guest may not clear the conversation" },
  "session-duration": {
    shape: "number",
    to: "sessionDuration",
    hint: "SECONDS",
    help: "session life after the last message (259200)",
  },
  "allowed-domains": {
    shape: "list",
    to: "allowedDomains",
    hint: "HOST,...",
    help: "hosts that may open a socket (all)",
  },
  "quiet-agent": { shape: "switch", to: "quietAgent", help: "no agent answers" },
};

/** Runs until it is asked to end; resolves with the exit code. */
export async function main(argv: readonly string[], ports: CliPorts): Promise<number> {
  let wanted: ReturnType<typeof readArguments>;
  try {
    wanted = readArguments(argv);
  } catch (error) {
    return refuse(error, ports);
  }
  if (wanted === "help") ports.out(helpText());
  else if (wanted === "version") ports.out(await version());
  else return serve(wanted, ports);
  return EXIT.ok;
}

async function serve(options: SimulatorOptions, ports: CliPorts): Promise<number> {
  try {
    const simulator = await startSimulator(options);
    ports.out(`guestpass-simulator: Genesys Cloud on ${simulator.url}`);
    await ports.ended;
    await simulator.close();
    return EXIT.ok;
  } catch (error) {
    if (error instanceof TypeError) return refuse(error, ports);
    const taken = (error as NodeJS.ErrnoException).code;
    if (taken === "EADDRINUSE") ports.err(`guestpass-simulator: port ${options.port} is taken`);
    else if (taken === "EACCES") ports.err(`guestpass-simulator: port ${options.port} may not be used`);
    else throw error;
    return EXIT.unavailable;
  }
}

function refuse(error: unknown, ports: CliPorts): number {
  ports.err(`guestpass-simulator: ${error instanceof Error ? error.message : String(error)}`);
  ports.err("guestpass-simulator --help lists the options");
  return EXIT.usage;
}

function readArguments(argv: readonly string[]): SimulatorOptions | "help" | "version" {
  const flags = Object.entries(OPTIONS).map(
    ([name, { shape }]) => [name, { type: shape === "switch" ? "boolean" : "string" }] as const,
  );
  const { values } = parseArgs({
    // pnpm hands the separator on
    args: argv[0] === "--" ? argv.slice(1) : [...argv],
    options: {
      ...Object.fromEntries(flags),
      help: { type: "boolean", short: "h" },
      version: { type: "boolean", short: "v" },
    },
    strict: true,
    allowPositionals: false,
  });
  if (values["help"]) return "help";
  if (values["version"]) return "version";
  const options: Record<string, unknown> = { port: 4100 };
  for (const [name, value] of Object.entries(values)) {
    const option = OPTIONS[name];
    if (option) options[option.to] = readValue(name, option, value);
  }
  return options;
}

function readValue(name: string, { shape }: Option, value: unknown): unknown {
  if (shape === "switch") return name !== "no-clear";
  const text = String(value).trim();
  if (shape === "number") {
    if (!/^\d+$/.test(text)) throw new TypeError(`--${name} must be a whole number, not ${JSON.stringify(text)}`);
    return Number(text);
  }
  const items = text
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean);
  if (items.length === 0) throw new TypeError(`--${name} must list something`);
  if (shape === "list") return items;
  return items.map((item, index) => {
    const colon = item.indexOf(":");
    if (colon < 1 || colon === item.length - 1) throw new TypeError(`--${name}: item ${index + 1} is not id:secret`);
    return { id: item.slice(0, colon), secret: item.slice(colon + 1) };
  });
}

function helpText(): string {
  const rows = Object.entries(OPTIONS).map(
    ([name, { hint, help }]) => `  ${`--${name}${hint ? ` ${hint}` : ""}`.padEnd(30)}${help}`,
  );
  return [
    "guestpass-simulator: Genesys Cloud web messaging on loopback",
    "",
    "usage: guestpass-simulator [options]",
    "",
    ...rows,
    `  ${"--help, --version".padEnd(30)}this text; the version`,
    "",
    "Prints one line with its URL when it is ready; ends on SIGTERM and SIGINT.",
  ].join("\n");
}

async function version(): Promise<string> {
  const manifest = await readFile(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
