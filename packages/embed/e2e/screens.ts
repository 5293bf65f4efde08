/**
 * Takes a picture of every state of the widget, in light, dark, on a phone and from right to left: `node tools/screens.mjs`.
 * Not one of the tests; it walks the same states as they do.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { expect, tag, test } from "./fixtures.js";
import { over, rich, talking, trouble, type Walk } from "./states.js";
import { arabic, english } from "./states.words.js";

const OUT = new URL("../../../docs/screens/states/", import.meta.url).pathname;
mkdirSync(OUT, { recursive: true });

const DESKTOP = { width: 500, height: 740 };
const PHONE = { width: 360, height: 660 };
const LOOKS = [
  { how: "light", words: english },
  { how: "dark", words: english, colorScheme: "dark" },
  { how: "phone", words: english, viewport: PHONE, hasTouch: true, isMobile: true },
  { how: "rtl", words: arabic, lang: "ar", locale: "ar" },
] as const;
/** An empty page to stand on, in the colours of its theme; a caret would blink. */
const SHEET = `:root { color-scheme: light dark; background: light-dark(#e9edf3, #0c0d11); caret-color: transparent }`;

/** What differs from one taking to the next is made equal: the clock in the transcript. */
async function still(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const root = document.querySelector("guestpass-messenger")?.shadowRoot;
    for (const time of root?.querySelectorAll(".meta time") ?? []) {
      const shown = [...time.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
      if (shown) (shown as Text).data = document.documentElement.lang === "ar" ? "10:24 ص" : "10:24 AM";
    }
    await document.fonts.ready;
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  });
}

for (const { how, words, ...look } of LOOKS) {
  const lang = "lang" in look ? look.lang : "en";
  test.describe(how, () => {
    test.use({
      stageOptions: { simulator: { quietAgent: true } },
      viewport: "viewport" in look ? look.viewport : DESKTOP,
      colorScheme: "colorScheme" in look ? look.colorScheme : "light",
      hasTouch: "hasTouch" in look,
      isMobile: "isMobile" in look,
      locale: "locale" in look ? look.locale : "en-US",
      timezoneId: "Europe/Oslo",
      contextOptions: { reducedMotion: "reduce" },
    });
    for (const walk of [talking, rich, trouble, over]) {
      test(walk.name, async ({ page, context, stage, widget }) => {
        test.setTimeout(180_000);
        const camera = await context.newCDPSession(page);
        const at: Walk["at"] = async (state) => {
          await still(page);
          await page.mouse.move(1, 1);
          // A third of the weight of what Playwright itself can write.
          const { data } = await camera.send("Page.captureScreenshot", { format: "webp", quality: 84 });
          writeFileSync(`${OUT}${state}.${how}.webp`, Buffer.from(data, "base64"));
        };
        await page.addInitScript((css) => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(css);
          document.addEventListener("DOMContentLoaded", () => document.adoptedStyleSheets.push(sheet));
        }, SHEET);
        await page.goto(stage.page(tag("", "<p></p>").replace('lang="en"', `lang="${lang}"`)));
        await expect(widget.launcher).toBeVisible();
        await walk({ page, context, stage, widget, words, at });
      });
    }
  });
}
