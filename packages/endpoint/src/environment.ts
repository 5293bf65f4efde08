/**
 * Reads the environment by the table of variables, once, and collects every mistake. Knows names, files and numbered
 * pairs; knows nothing of what one variable demands of another.
 */
import { readSecretFile } from "./secret-file.js";
import { fallbackOf, VARIABLES, type Variable, type VariableName, type VariableValues } from "./variables.js";

export interface Mistake {
  /** The variable, or the variables, that must be mended. */
  readonly name: string;
  /** What is wrong and how to mend it; no secret in it. */
  readonly message: string;
}

/** A secret as read at the start, and the file it came from, which may change. */
export interface Secret {
  readonly value: string;
  readonly file?: string;
}

/** One OAuth client. */
export interface ClientPair {
  readonly clientId: Secret;
  readonly clientSecret: Secret;
}

export interface Environment {
  readonly values: VariableValues;
  readonly secrets: Partial<Record<VariableName, Secret>>;
  readonly pairs: readonly ClientPair[];
  readonly mistakes: Mistake[];
}

/** Never throws: what is wrong is in `mistakes`, and a wrong variable counts as not given. */
export function readEnvironment(env: NodeJS.ProcessEnv): Environment {
  const mistakes: Mistake[] = [];
  const secrets: Partial<Record<VariableName, Secret>> = {};
  const values: Record<string, unknown> = {};
  for (const [name, variable] of Object.entries(VARIABLES) as [VariableName, Variable][]) {
    if (variable.numbered) continue;
    const found = readOne(env, name, variable, mistakes);
    values[name] = found?.parsed ?? fallbackOf(variable);
    if (found && variable.secret) secrets[name] = found.secret;
  }
  const pairs = readPairs(env, mistakes);
  return { values: values as VariableValues, secrets, pairs, mistakes };
}

interface Found {
  parsed: unknown;
  secret: Secret;
}

function readOne(env: NodeJS.ProcessEnv, name: string, variable: Variable, mistakes: Mistake[]): Found | undefined {
  const direct = given(env, name);
  const file = variable.secret ? given(env, `${name}_FILE`) : undefined;
  if (direct !== undefined && file !== undefined) {
    mistakes.push({ name, message: `is set, and so is ${name}_FILE: leave one of them out` });
    return undefined;
  }
  try {
    const secret = file === undefined ? { value: direct } : { value: readSecretFile(file), file };
    if (secret.value === undefined) return undefined;
    return { parsed: variable.kind.parse(secret.value), secret: { ...secret, value: secret.value } };
  } catch (error) {
    mistakes.push({ name: file === undefined ? name : `${name}_FILE`, message: (error as Error).message });
    return undefined;
  }
}

/** `GENESYS_CLIENT_ID` and `_SECRET`, then `_2`, `_3` and so on in the order of their numbers. */
function readPairs(env: NodeJS.ProcessEnv, mistakes: Mistake[]): ClientPair[] {
  const numbers = new Set<number>();
  for (const name of Object.keys(env)) {
    const match = /^GENESYS_CLIENT_(?:ID|SECRET)(?:_(\d{1,3}))?(?:_FILE)?$/.exec(name);
    if (match && given(env, name) !== undefined) numbers.add(Number(match[1] ?? 1));
  }
  const pairs: ClientPair[] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const suffix = number === 1 ? "" : `_${number}`;
    const before = mistakes.length;
    const id = readOne(env, `GENESYS_CLIENT_ID${suffix}`, VARIABLES.GENESYS_CLIENT_ID, mistakes);
    const secret = readOne(env, `GENESYS_CLIENT_SECRET${suffix}`, VARIABLES.GENESYS_CLIENT_SECRET, mistakes);
    if (id && secret) pairs.push({ clientId: id.secret, clientSecret: secret.secret });
    else if (mistakes.length === before) {
      const [missing, other] = id ? ["SECRET", "ID"] : ["ID", "SECRET"];
      mistakes.push({
        name: `GENESYS_CLIENT_${missing}${suffix}`,
        message: `is missing, though GENESYS_CLIENT_${other}${suffix} is set: a client is an id and a secret`,
      });
    }
  }
  return pairs;
}

/** An empty variable counts as not set, as containers write it. */
export function given(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === undefined || value === "" ? undefined : value;
}
