/** Chromium by the DevTools protocol and Firefox by WebDriver BiDi, both through puppeteer-core. */
import { type Browser, launch, type Page } from "puppeteer-core";
import type { Engine, Tab } from "./engine.js";

export interface PuppeteerTab extends Tab {
  readonly page: Page;
}

export interface PuppeteerEngine extends Engine {
  readonly browser: Browser;
  open(): Promise<PuppeteerTab>;
}

export async function openPuppeteer(name: "chrome" | "firefox", executablePath: string): Promise<PuppeteerEngine> {
  const browser = await launch({
    browser: name,
    executablePath,
    headless: true,
    // As root Chromium does not start with its sandbox; the pages are our own.
    args: name === "chrome" ? ["--no-sandbox", "--disable-dev-shm-usage"] : [],
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });
  return {
    name: (await browser.version()).replace("/", " "),
    // Chromium's headless shell has no such cache.
    keepsPages: !(await browser.version()).startsWith("HeadlessChrome"),
    browser,
    open: async () => wrap(await browser.newPage(), name),
    close: () => browser.close(),
  };
}

function wrap(page: Page, name: "chrome" | "firefox"): PuppeteerTab {
  const written: string[] = [];
  const errors: string[] = [];
  page.on("console", (message) => written.push(message.text()));
  // Firefox counts as an error what others only write to the console.
  page.on("pageerror", (error) => String(error).includes("Cross-Origin Request Blocked") || errors.push(String(error)));
  return {
    page,
    console: written,
    errors,
    goto: async (url) => void (await page.goto(url)),
    reload: async () => void (await page.reload()),
    // By BiDi it would wait for a load that a kept page does not have.
    back: async () => void (await (name === "firefox" ? page.evaluate(() => history.back()) : page.goBack())),
    run: (work, ...args) => page.evaluate(work as (...given: unknown[]) => never, ...args),
    close: () => page.close(),
  };
}
