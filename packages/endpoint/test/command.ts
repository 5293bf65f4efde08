/** The command in this process, to its end. What needs a process of its own is in child.ts. */
import { main } from "../src/cli/main.js";
import { Collector } from "./running-endpoint.js";

export interface Outcome {
  code: number | string;
  stdout: string;
  stderr: string;
}

/** With this environment and no other. */
export async function run(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const stdout = new Collector();
  const stderr = new Collector();
  const code = await main(args, env, { stdout, stderr });
  return { code, stdout: stdout.text, stderr: stderr.text };
}
