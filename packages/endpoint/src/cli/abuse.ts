/** `guestpass abuse`: who has started more conversations than a person does, from the platform's analytics. */
import type { AbuseProgress, AbuseReport, AnalyticsForm } from "@guestpass/broker";
import { optional } from "@guestpass/protocol";
import { readPlatform } from "../config.js";
import { type Arguments, type Command, EXIT, type Io, say, UsageError } from "./command.js";

const HOURS = 24;
const THRESHOLD = 50;
/** Analytics keeps no longer, and answers no longer an interval. */
const MAX_HOURS = 31 * 24;
const HOUR_MS = 3_600_000;

export const abuse: Command = {
  name: "abuse",
  summary: "customers with too many conversations; exit code 3 where there are any",
  details: () =>
    "It needs GENESYS_REGION (or GENESYS_BASE_URL), GENESYS_CLIENT_ID and GENESYS_CLIENT_SECRET, and an OAuth client\nthat may read analytics.",
  options: {
    hours: { type: "string", hint: "N", help: `the last N hours (${HOURS})` },
    threshold: { type: "string", hint: "N", help: `more conversations than this are flagged (${THRESHOLD})` },
    form: { type: "string", hint: "FORM", help: "ask in this form of the API: platform, or document (nextPageToken)" },
    json: { type: "boolean", help: "the report as JSON" },
    quiet: { type: "boolean", short: "q", help: "no line about each page on stderr" },
  },
  async run(args, env, io) {
    const hours = whole(args, "hours", HOURS, 1, MAX_HOURS);
    const threshold = whole(args, "threshold", THRESHOLD, 0, 1_000_000);
    const form = formOf(args);
    const { region, baseUrl, oauthPath, clients } = readPlatform(env);
    const [{ abuseReport, BrokerError }, { credentialsOf }] = await Promise.all([
      import("@guestpass/broker"),
      import("../assemble.js"),
    ]);
    const to = Date.now();
    const progress = progressOn(io);
    try {
      const report = await abuseReport({
        platform: { ...optional({ region, baseUrl }), oauthPath, credentials: credentialsOf(clients) },
        from: to - hours * HOUR_MS,
        to,
        threshold,
        ...optional({ form, onProgress: args.values["quiet"] === true ? undefined : progress.page }),
      }).finally(progress.end);
      say(io.stdout, args.values["json"] ? JSON.stringify(report, null, 2) : table(report));
      return report.flagged.length > 0 ? EXIT.flagged : EXIT.ok;
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      const status = error.upstreamStatus === undefined ? "" : ` (the platform answered ${error.upstreamStatus})`;
      say(io.stderr, `guestpass abuse: ${error.code}: ${error.message}${status}`);
      say(
        io.stderr,
        "Check the OAuth client's credentials, and that it may read analytics (analytics:conversationDetail:view).",
      );
      return EXIT.fault;
    }
  },
};

function formOf({ values: { form } }: Arguments): AnalyticsForm | undefined {
  if (form === undefined || form === "platform" || form === "document") return form;
  throw new UsageError("--form takes platform or document");
}

/** On a terminal one line that is written over, and ended; elsewhere a line for each page. */
function progressOn({ stderr }: Io): { page(progress: AbuseProgress): void; end(): void } {
  const terminal = "isTTY" in stderr && stderr.isTTY === true;
  let begun = false;
  return {
    page({ pages, conversations, total }) {
      const line = `page ${pages}: ${conversations}${total === undefined ? "" : ` of ${total}`} conversations read`;
      stderr.write(terminal ? `\r\u001b[K${line}` : `${line}\n`);
      begun = true;
    },
    end() {
      if (terminal && begun) stderr.write("\n");
    },
  };
}

function whole({ values }: Arguments, name: string, fallback: number, least: number, most: number): number {
  const given = values[name];
  if (given === undefined) return fallback;
  const figure = Number(given);
  if (typeof given !== "string" || !/^\d{1,9}$/.test(given) || figure < least || figure > most)
    throw new UsageError(`--${name} takes a whole number from ${least} to ${most}`);
  return figure;
}

function table({
  flagged,
  threshold,
  conversations,
  customers,
  unattributed,
  from,
  to,
  truncated,
}: AbuseReport): string {
  const width = Math.max("customer".length, ...flagged.map((one) => printable(one.externalCustomerId).length)) + 2;
  const lines = flagged.map((one) => printable(one.externalCustomerId).padEnd(width) + one.conversationCount);
  const head = flagged.length > 0 ? [`${"customer".padEnd(width)}conversations`, ...lines, ""] : [];
  const sum = `${conversations} conversations of ${customers} customers, ${unattributed} of nobody known, from ${from} to ${to}`;
  const result = `${flagged.length} ${flagged.length === 1 ? "customer has" : "customers have"} more than ${threshold}`;
  return [...head, sum, truncated ? `${result}; there is more than was read: ask for fewer hours` : result].join("\n");
}

/** Ids come from outside: no line of the table is theirs to make. */
function printable(id: string): string {
  return id.replace(/\p{C}/gu, "?");
}
