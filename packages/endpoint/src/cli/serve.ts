/** `guestpass serve`: the endpoint until it is asked to end. */
import closeWithGrace from "close-with-grace";
import { type Config, readConfig } from "../config.js";
import { redactor } from "../redact.js";
import type { GuestpassServer } from "../server.js";
import { type Arguments, type Command, EXIT, type Io, say } from "./command.js";
import { explainVariables } from "./explain.js";

/** What is under way has so long beyond the time that an answer may take. */
const GRACE_MS = 5000;
/** Signals within this time after the first are one and the same. */
const REPEAT_MS = 1000;
/** Faults of the process itself are not answered by a listener; an end without a signal has its own exit code. */
const NOT_OURS = ["beforeExit", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGSEGV", "SIGUSR2"] as const;

export const serve: Command = {
  name: "serve",
  summary: "runs the endpoint",
  details: explainVariables,
  options: {
    port: { type: "string", hint: "PORT", help: "instead of PORT" },
    host: { type: "string", hint: "ADDRESS", help: "instead of HOST" },
  },
  async run(args, env, io) {
    const config = readConfig(withOptions(env, args));
    // First of all, so that a signal that comes early ends it cleanly, too.
    let server: GuestpassServer | undefined;
    endOnSignals(config, io, async () => server?.close());
    for (const warning of config.warnings) say(io.stderr, `guestpass: warning: ${warning}`);
    // Only now: mistakes are told before the framework is loaded.
    const { createServer, CredentialsRefused } = await import("../server.js");
    server = await createServer(config, {
      stdout: io.stdout,
      stderr: io.stderr,
      onRefused: (proof) => end(io, server, proof),
    });
    let url: string;
    try {
      url = await server.start();
    } catch (error) {
      await server.close();
      if (error instanceof CredentialsRefused) return refused(io, error);
      return cannotListen(io, config, error);
    }
    if (!server.ready) say(io.stderr, "guestpass: the platform cannot be reached: not_ready until it can");
    say(io.stdout, `guestpass: ready at ${url}${listeningNote(config)}`);
    return new Promise<number>(() => undefined);
  },
};

function withOptions(env: NodeJS.ProcessEnv, { values }: Arguments): NodeJS.ProcessEnv {
  return {
    ...env,
    ...(typeof values["port"] === "string" && { PORT: values["port"] }),
    ...(typeof values["host"] === "string" && { HOST: values["host"] }),
  };
}

function listeningNote({ host }: Config): string {
  return host === "0.0.0.0" || host === "::" ? ` (listening on all addresses: HOST=${host})` : "";
}

/** On the first signal or uncaught error: answer what is under way, then leave; 0 after a signal, 1 after an error. */
function endOnSignals(config: Config, io: Io, close: () => Promise<void> | undefined): void {
  const redact = redactor(config.secretValues);
  closeWithGrace(
    {
      delay: config.platform.deadlineSeconds * 1000 + GRACE_MS,
      skip: [...NOT_OURS],
      logger: false,
      onTimeout: () => say(io.stderr, "guestpass: ended with requests under way, which took too long"),
    },
    async ({ err }: { err?: unknown }) => {
      bearWithRepeats(io);
      if (err !== undefined) say(io.stderr, redact(`guestpass: uncaught error: ${describe(err)}`));
      await close();
    },
  );
}

/**
 * A terminal or a supervisor signals the whole group, and a package manager in it signals us once more: the same wish
 * twice. Only a later signal is impatience.
 */
function bearWithRepeats(io: Io): void {
  const first = Date.now();
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    process.removeAllListeners(signal);
    process.on(signal, () => {
      if (Date.now() - first < REPEAT_MS) return;
      say(io.stderr, `guestpass: a second ${signal}: ended with requests under way`);
      process.exit(EXIT.fault);
    });
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The platform was reached after the start and refused the credentials: the same end as at the start. */
function end(io: Io, server: GuestpassServer | undefined, proof: { reason: string; mend: string }): void {
  const code = refused(io, proof);
  void server?.close().finally(() => process.exit(code));
}

function refused(io: Io, { reason, mend }: { reason: string; mend: string }): number {
  say(io.stderr, `guestpass: the credentials are refused: ${reason}\n  ${mend}`);
  return EXIT.fault;
}

function cannotListen(io: Io, { host, port, admin }: Config, error: unknown): number {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall !== "listen" && syscall !== "getaddrinfo") throw error;
  const mends: Record<string, string> = {
    EADDRINUSE: "another process has it: choose another PORT",
    EACCES: "this user may not: choose a PORT above 1023",
    EADDRNOTAVAIL: "this machine has no such address: check HOST",
    ENOTFOUND: "there is no such host: check HOST",
  };
  const places = [`${host}:${port}`, ...(admin ? [`${admin.host}:${admin.port} (ADMIN_PORT)`] : [])].join(" or ");
  say(io.stderr, `guestpass: cannot listen on ${places} (${code}): ${mends[code ?? ""] ?? "check HOST and PORT"}`);
  return EXIT.fault;
}
