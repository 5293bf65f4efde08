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

/** Path of a Chromium, installing one where there is none. */
export async function browser() {
  const found = findBrowser();
  if (found) return found;
  say("no browser found; asking Playwright for its Chromium");
  await run(bin("playwright"), ["install", "chromium"], {
    quiet: true,
    label: "playwright install",
    timeoutMs: 300_000,
  });
  const own = findBrowser();
  if (own) return own;
  for (const name of [SHELL, "chromium"]) {
    await debian(name);
    const system = findBrowser();
    if (system) return system;
  }
  throw new Error(
    "No Chromium could be found or installed. Install Chromium or Chrome, or set CHROME_PATH to one, and run this again.",
  );
}

/** Path of a redis-server, installing Debian's where there is none. */
export async function redisServer() {
  const found = onPath(["redis-server"]);
  if (found) return found;
  await debian("redis-server");
  const system = onPath(["redis-server"]);
  if (system) return system;
  throw new Error("No redis-server could be found or installed. Install Redis 7 and run this again.");
}

async function debian(name) {
  if (!onPath(["apt-get"])) return;
  const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  const apt = (...args) => {
    const [command, ...rest] = [...sudo, "apt-get", ...args];
    return run(command, rest, {
      quiet: true,
      label: `apt-get ${args[0]}`,
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  };
  say(`installing Debian's ${name}`);
  await apt("update");
  await apt("install", "-y", "--no-install-recommends", name);
}
