/** `guestpass health`: asks an endpoint that runs on this machine how it is. For containers and supervisors without curl. */
import { localUrl } from "../address.js";
import { ConfigError } from "../config.js";
import { readEnvironment } from "../environment.js";
import { type Command, EXIT, say, UsageError } from "./command.js";

const PATIENCE_MS = 4000;
const READ_HERE: ReadonlySet<string> = new Set(["HOST", "PORT"]);

export const health: Command = {
  name: "health",
  summary: "asks the endpoint on this machine whether it runs; exit code 1 where it does not",
  details: () => "It asks at HOST and PORT, as `guestpass serve` listens there.",
  options: {
    ready: { type: "boolean", help: "whether credentials, store and platform work, too" },
    url: { type: "string", hint: "URL", help: "of an endpoint elsewhere" },
  },
  async run({ values }, env, io) {
    const base = typeof values["url"] === "string" ? given(values["url"]) : here(env);
    const url = `${base}/health/${values["ready"] ? "ready" : "live"}`;
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS), redirect: "error" });
      const { status, detail } = (await answer.json()) as { status?: unknown; detail?: unknown };
      const said = answer.ok ? status : detail;
      const text = typeof said === "string" ? said : `the answer is ${answer.status}`;
      say(answer.ok ? io.stdout : io.stderr, `guestpass health: ${text}`);
      return answer.ok ? EXIT.ok : EXIT.fault;
    } catch {
      say(io.stderr, `guestpass health: nothing that is an endpoint answers at ${url}`);
      return EXIT.fault;
    }
  },
};

function here(env: NodeJS.ProcessEnv): string {
  const { values, mistakes } = readEnvironment(env);
  const mine = mistakes.filter(({ name }) => READ_HERE.has(name));
  if (mine.length > 0) throw new ConfigError(mine);
  return localUrl(values.HOST, values.PORT);
}

function given(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw new UsageError("--url takes an http:// or https:// URL");
  return url.href.replace(/\/+$/, "");
}
