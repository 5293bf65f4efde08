/** `guestpass check`: says of each thing that can be wrong whether it is, and what to do about it. */
import { type Config, ConfigError, readConfig } from "../config.js";
import type { Mistake } from "../environment.js";
import { redactor } from "../redact.js";
import { type Command, EXIT, say } from "./command.js";
import { explainVariables } from "./explain.js";
import type { Finding } from "./finding.js";

export const check: Command = {
  name: "check",
  summary: "says what is wrong, and what to do about it",
  details: explainVariables,
  options: {
    json: { type: "boolean", help: "for machines: {ok, findings: [{name, status, detail, mend?}]}" },
    "no-issue": { type: "boolean", help: "do not start a session to see whether one can be started" },
  },
  async run({ values }, env, io) {
    const findings = await findingsOf(env, values["no-issue"] !== true);
    const ok = findings.every((finding) => finding.status !== "fault");
    const text = values["json"] ? JSON.stringify({ ok, findings }, null, 2) : table(findings);
    say(io.stdout, text);
    return ok ? EXIT.ok : EXIT.fault;
  },
};

async function findingsOf(env: NodeJS.ProcessEnv, issue: boolean): Promise<Finding[]> {
  let config: Config;
  try {
    config = readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes.map(mistaken);
    throw error;
  }
  const redact = redactor(config.secretValues);
  const findings: Finding[] = [
    { name: "configuration", status: "ok", detail: `GUEST_API=${config.guestApi}, ${placeOf(config)}` },
    ...config.warnings.map((detail): Finding => ({ name: "configuration", status: "warning", detail })),
  ];
  const { inspect } = await import("./inspect.js");
  try {
    for await (const finding of inspect(config, issue)) findings.push(finding);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    findings.push(...error.mistakes.map(mistaken));
  }
  return findings.map((finding) => ({ ...finding, detail: redact(finding.detail) }));
}

function mistaken({ name, message }: Mistake): Finding {
  return { name: "configuration", status: "fault", detail: `${name} ${message}`, variable: name };
}

function placeOf({ platform }: Config): string {
  return platform.baseUrl === undefined ? `region ${platform.region}` : `platform at ${platform.baseUrl}`;
}

const MARKS: Record<Finding["status"], string> = {
  ok: "ok     ",
  warning: "warning",
  fault: "FAULT  ",
  skipped: "skipped",
};

function table(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map((finding) => finding.name.length)) + 2;
  return findings
    .map(({ name, status, detail, mend }) => {
      const indent = " ".repeat(MARKS.ok.length + width + 1);
      return `${MARKS[status]} ${name.padEnd(width)}${detail}${mend ? `\n${indent}-> ${mend}` : ""}`;
    })
    .join("\n");
}
