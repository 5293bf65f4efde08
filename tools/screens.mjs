// `node tools/screens.mjs`: takes the README's pictures from the running demo, and those of every state of the messenger
// from the states that the browser tests walk through (`--states` alone, or `--demo` alone), so that they show what there is.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { browser } from "./setup/browser.mjs";
import { withDemo } from "./setup/demo.mjs";
import { bin, root, run, say } from "./setup/steps.mjs";

const OUT = join(root, "docs/screens");
mkdirSync(OUT, { recursive: true });

if (!process.argv.includes("--demo")) {
  const { status } = await run(bin("playwright"), ["test", "--config", join(root, "tools/screens.config.mjs")], {
    env: { ...process.env, CHROME_PATH: await browser() },
  });
  if (status !== 0) process.exit(status);
  say("docs/screens/states");
}
if (process.argv.includes("--states")) process.exit(0);

async function talk(page, texts) {
  const box = page.getByRole("textbox");
  for (const text of texts) {
    await box.fill(text);
    await box.press("Enter");
    await page.getByText(text, { exact: true }).first().waitFor();
    await page.waitForTimeout(2500);
  }
}

async function screen(chrome, url, name, { texts, setUp, ...context }) {
  const page = await chrome.newPage(context);
  await page.goto(url);
  await setUp?.(page);
  await page.evaluate(() => globalThis.Guestpass("show"));
  await talk(page, texts);
  if (name === "demo") await page.waitForTimeout(24_000);
  await page.screenshot({ path: join(OUT, `${name}.png`) });
  await page.evaluate(() => globalThis.Guestpass("reset"));
  await page.close();
  say(`docs/screens/${name}.png`);
}

const desktop = { viewport: { width: 1440, height: 900 } };
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
await withDemo(15, async (url, chrome) => {
  const take = (name, look) => screen(chrome, url, name, look);
  await take("demo", { ...desktop, texts: ["Do you ship to Oslo?", "menu"] });
  await take("dark", { ...desktop, colorScheme: "dark", texts: ["Do you ship to Oslo?", "card"] });
  await take("phone", { ...phone, texts: ["Do you ship to Oslo?", "menu"] });
  await take("right-to-left", {
    ...desktop,
    locale: "ar",
    texts: ["مرحبا", "menu"],
    setUp: (page) => page.evaluate(() => document.querySelector("guestpass-messenger").setAttribute("lang", "ar")),
  });
});
