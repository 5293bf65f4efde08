// The demo in its own process and a browser to look at it with, for whatever takes pictures.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { chromium } from "playwright";
import { browser } from "./browser.mjs";
import { root } from "./steps.mjs";

/** Hands the demo's URL and a running Chromium to `work`; both are gone afterwards, whatever became of it. */
export async function withDemo(tokenLife, work) {
  const args = [join(root, "examples/demo/serve.mjs"), "--port", "0", "--token-life", String(tokenLife)];
  const demo = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const url = await new Promise((resolve, reject) => {
      demo.stdout.on("data", (chunk) => {
        const found = /http:\S+/.exec(String(chunk));
        if (found) resolve(found[0]);
      });
      demo.once("exit", (code) => reject(new Error(`The demo ended with ${code}`)));
    });
    const chrome = await chromium.launch({ executablePath: await browser() });
    try {
      await work(url, chrome);
    } finally {
      await chrome.close();
    }
  } finally {
    demo.kill();
  }
}
