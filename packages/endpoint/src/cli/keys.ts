/** `guestpass keys new FILE` and `guestpass keys rotate FILE`: the JWK set that encrypts session handles. */
import { chmod, readFile, realpath, rename, stat, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { optional } from "@guestpass/protocol";
import { nanoid } from "nanoid";
import { ConfigError } from "../config.js";
import { given } from "../environment.js";
import { VARIABLE_GROUPS } from "../variables.js";
import { type Arguments, type Command, EXIT, type Io, say, UsageError } from "./command.js";

/** Only the owner may read it. */
const MODE = 0o600;

export const keysNew: Command = {
  name: "keys new",
  operands: "FILE",
  summary: "makes a key file for SESSION_KEYS_FILE",
  options: {},
  async run(args, _env, io) {
    const file = fileOf(args);
    const { newKeySet } = await import("@guestpass/broker");
    try {
      await writeFile(file, textOf(await newKeySet()), { flag: "wx", mode: MODE });
    } catch (error) {
      return refuse(io, file, error, "is there already: rotate it, or choose another name");
    }
    say(io.stdout, `made ${file}; set SESSION_KEYS_FILE to it, the same for all instances`);
    return EXIT.ok;
  },
};

export const keysRotate: Command = {
  name: "keys rotate",
  operands: "FILE",
  summary: "puts a new key first; the others decrypt until their sessions have ended",
  options: {},
  details: () =>
    "A key is kept for as long as a session may live after it was replaced: SESSION_MAX_AGE, or 31 days where that is not set.",
  async run(args, env, io) {
    const file = fileOf(args);
    const keepSeconds = keepSecondsOf(env);
    const { rotateKeySet } = await import("@guestpass/broker");
    let count: number;
    try {
      // Through a link, so that the link stays.
      const path = await realpath(file);
      const rotated = await rotateKeySet(JSON.parse(await readFile(path, "utf8")), optional({ keepSeconds }));
      await replace(path, textOf(rotated));
      count = rotated.keys.length;
    } catch (error) {
      return refuse(io, file, error, "cannot be used");
    }
    say(io.stdout, `rotated ${file}: ${count} keys, the first is new; running instances take it over within 10 s`);
    return EXIT.ok;
  },
};

/** @throws ConfigError for an age that is none. */
function keepSecondsOf(env: NodeJS.ProcessEnv): number | undefined {
  const text = given(env, "SESSION_MAX_AGE");
  if (text === undefined) return undefined;
  try {
    return VARIABLE_GROUPS.session.SESSION_MAX_AGE.kind.parse(text);
  } catch (error) {
    throw new ConfigError([{ name: "SESSION_MAX_AGE", message: (error as Error).message }]);
  }
}

function fileOf({ positionals }: Arguments): string {
  const [file, ...rest] = positionals;
  if (file === undefined || file === "" || rest.length > 0) throw new UsageError("name one file");
  return file;
}

function textOf(set: object): string {
  return `${JSON.stringify(set, null, 2)}\n`;
}

/** Whole or not at all: an instance that reads at this moment sees the old file or the new one. */
async function replace(path: string, text: string): Promise<void> {
  const { mode } = await stat(path);
  const beside = join(dirname(path), `.${basename(path)}.${nanoid(8)}`);
  try {
    await writeFile(beside, text, { flag: "wx", mode: MODE });
    await chmod(beside, mode & 0o777);
    await rename(beside, path);
  } catch (error) {
    await unlink(beside).catch(() => undefined);
    throw error;
  }
}

function refuse(io: Io, file: string, error: unknown, otherwise: string): number {
  const code = (error as NodeJS.ErrnoException).code;
  const reasons: Record<string, string> = {
    EEXIST: "is there already: rotate it, or choose another name",
    ENOENT: "is not there, or its directory is not",
    EACCES: "may not be read or written by this user",
    EISDIR: "is a directory",
    EROFS: "is on a file system that is read-only",
  };
  const reason =
    (code === undefined ? undefined : reasons[code]) ??
    (error instanceof SyntaxError ? "is not JSON" : error instanceof TypeError ? error.message : otherwise);
  say(io.stderr, `guestpass keys: ${file} ${reason}`);
  return EXIT.fault;
}
