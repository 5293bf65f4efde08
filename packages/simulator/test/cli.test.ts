import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { EXIT, main } from "../src/cli.js";
import { call, DEPLOYMENT, start } from "./call.js";

async function run(...argv: string[]) {
  const said = { out: [] as string[], err: [] as string[] };
  const code = await main(argv, {
    out: (line) => said.out.push(line),
    err: (line) => said.err.push(line),
    ended: Promise.resolve(),
  });
  return { code, out: said.out.join("\n"), err: said.err.join("\n") };
}

test("--help lists every option, --version says the version", async () => {
  const help = await run("--help");
  expect(help.code).toBe(EXIT.ok);
  for (const flag of [
    "port",
    "token-life",
    "oauth-life",
    "guest-quota",
    "clients",
    "deployments",
    "queues",
    "read-only",
    "auto-start",
    "no-clear",
    "session-duration",
    "allowed-domains",
    "quiet-agent",
  ]) {
    expect(help.out).toContain(`--${flag}`);
  }
  expect(await run("--version")).toMatchObject({ code: 0, out: "0.1.0" });
});

test("prints one line with its URL when it is ready, and ends when asked to", async () => {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const lines: string[] = [];
  const ready = new EventTarget();
  const code = main(
    ["--", "--port", "0", "--token-life", "60", "--clients", "a:b:c, d:e", "--deployments", DEPLOYMENT, "--no-clear"],
    {
      out: (line) => {
        lines.push(line);
        ready.dispatchEvent(new Event("line"));
      },
      err: (line) => lines.push(line),
      ended,
    },
  );
  await once(ready, "line");
  const url = /http:\/\/127\.0\.0\.1:\d+$/.exec(lines[0] ?? "")?.[0] ?? "";
  const basic = `Basic ${Buffer.from("a:b:c").toString("base64")}`;
  const answer = await fetch(`${url}/oauth/token`, {
    method: "POST",
    headers: { authorization: basic },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
  expect(answer.status).toBe(200);
  end();
  expect(await code).toBe(EXIT.ok);
  expect(lines).toHaveLength(1);
});

test.each([
  [["--prot", "1"], "--prot"],
  [["--port", "abc"], '--port must be a whole number, not "abc"'],
  [["--port", "70000"], "port must be a whole number from 0 to 65535"],
  [["--clients", "nosecret"], "--clients: item 1 is not id:secret"],
  [["--queues", "support"], 'queues must list UUIDs, and "support" is none'],
  [["--queues", ","], "--queues must list something"],
  [["extra"], "extra"],
])("%j is a usage error", async (argv, message) => {
  const { code, out, err } = await run(...argv);
  expect(code).toBe(EXIT.usage);
  expect(err).toContain(message);
  expect(out).toBe("");
});

test("a taken port is said by its number", async () => {
  const simulator = await start();
  const { code, err } = await run("--port", String(simulator.port));
  expect(code).toBe(EXIT.unavailable);
  expect(err).toContain(`port ${simulator.port} is taken`);
  expect((await call(simulator, "GET", "/_sim/now")).status).toBe(200);
});

// As `npx pnpm simulator` does: npx, a shell, pnpm, a shell, the program. npx ends its own shell, and no more.
test.runIf(process.platform === "linux")(
  "a program in a checkout ends with the npx that brought its pnpm",
  async () => {
    const starters = JSON.stringify(new URL("../../../tools/setup/starters.mjs", import.meta.url).href);
    const program = `import(${starters}).then(({ watchStarters }) => {
    const isAlone = watchStarters();
    const timer = setInterval(() => { if (isAlone()) { console.log("alone"); clearInterval(timer); } }, 20);
    setTimeout(process.exit, 15_000).unref();
    console.log("watching", process.pid, isAlone());
  })`;
    const started = (script: string) => `spawn("sh", ["-c", process.argv0 + " -e \\"$SCRIPT\\"; true"], {
    env: { ...process.env, SCRIPT: ${JSON.stringify(script)} }, stdio: ["ignore", "inherit", "ignore"] })`;
    const pnpm = `require("node:child_process").${started(program)}`;
    const npx = `process.title = "npm exec pnpm@10"; const shell = require("node:child_process").${started(pnpm)};
    process.on("SIGTERM", () => { shell.kill(); process.exit(143); })`;
    const child = spawn(process.execPath, ["-e", npx], { stdio: ["ignore", "pipe", "inherit"] });
    child.stdout.setEncoding("utf8");
    let said = "";
    const heard = (word: string) =>
      new Promise<void>((resolve) => {
        child.stdout.on("data", (text: string) => {
          said += text;
          if (said.includes(word)) resolve();
        });
      });
    await heard("watching");
    expect(said).toContain("false");
    const alone = heard("alone");
    child.kill("SIGTERM");
    await alone;
  },
);
