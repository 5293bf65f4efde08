// Finds a Chromium for the browser tests, or installs one. In this order: CHROME_PATH, Playwright's own, a system
// browser, `playwright install chromium`, Debian's packages. The headless shell comes first: the same engine without
// the window around it, with a third less work for the processor.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "@playwright/test";
import { bin, run, say } from "./steps.mjs";

const SHELL = "chromium-headless-shell";
const NAMES = [SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Path of a Chromium that is there, or undefined. */
export function findBrowser(env = process.env) {
  if (env.CHROME_PATH) {
    if (existsSync(env.CHROME_PATH)) return env.CHROME_PATH;
    throw new Error(`CHROME_PATH names ${env.CHROME_PATH}, which is not there. Correct it or unset it.`);
  }
  const own = chromium.executablePath();
  if (own && existsSync(own)) return own;
  return onPath(NAMES, env);
}

/** Path of the first of these commands that is on PATH. */
export function onPath(names, env = process.env) {
  const folders = [...(env.PATH ?? "").split(delimiter), "/usr/bin", "/usr/local/bin"];
  for (const name of names) {
    for (const folder of folders) {
      if (folder && existsSync(join(folder, name))) return join(folder, name);
    }
  }
  return undefined;
}

/**
 * Path of a Chromium, installing one where there is none. Playwright's own is asked for first: it is the version that
 * Playwright knows, needs no root and changes nothing in the system.
 */
export async function browser() {
  const found = findBrowser();
  if (found) return found;
  say("no browser found; asking Playwright for its Chromium");
  const failures = [await download()];
  const own = findBrowser();
  if (own) return own;
  say("Playwright's Chromium could not be downloaded; taking Debian's package instead");
  for (const name of [SHELL, "chromium"]) {
    failures.push(await debian(name));
    const system = findBrowser();
    if (system) return system;
  }
  throw new Error(
    missing("Chromium", "Install Chromium or Chrome, or set CHROME_PATH to one, and run this again.", failures),
  );
}

/** Path of a redis-server, installing Debian's where there is none. */
export async function redisServer() {
  const found = onPath(["redis-server"]);
  if (found) return found;
  const failure = await debian("redis-server");
  const system = onPath(["redis-server"]);
  if (system) return system;
  throw new Error(missing("redis-server", "Install Redis 7 and run this again.", [failure]));
}

/** What each step that failed has said, and last what there is to do. */
function missing(what, advice, failures) {
  return [`No ${what} could be found or installed:`, ...failures, advice].filter(Boolean).join("\n");
}

/** Playwright's download; gives what a failure has said. A host that does not answer is given up after seconds. */
async function download() {
  const label = "playwright install";
  const { status, output } = await run(bin("playwright"), ["install", "chromium"], {
    silent: true,
    label,
    timeoutMs: 180_000,
    env: { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: "5000", ...process.env },
  });
  return status === 0 ? "" : `${label}: ${output}`;
}

/** Installs a package, with the lists that are there or else with new ones; gives what a failure has said. */
async function debian(name) {
  if (!onPath(["apt-get"])) return `apt-get, for ${name}: not on this machine`;
  const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  const apt = async (...args) => {
    const [command, ...rest] = [...sudo, "apt-get", ...args];
    const { status, output } = await run(command, rest, {
      silent: true,
      label: `apt-get ${args[0]}`,
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
    return status === 0 ? "" : `apt-get ${args.join(" ")}: ${output}`;
  };
  say(`installing Debian's ${name}`);
  const install = ["install", "-y", "--no-install-recommends", name];
  if (!(await apt(...install))) return "";
  const failures = [await apt("update"), await apt(...install)];
  return failures[1] && failures.join("\n");
}
