/**
 * What axe finds in each state of the widget: nothing. Every state is looked at in light with every rule; and as it is in
 * the dark, in forced colours, and on 320 pixels from right to left with the rules that these change.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import type { AxeResults } from "axe-core";
import { expect, tag, test } from "./fixtures.js";
import { over, rich, talking, trouble, type Walk } from "./states.js";
import { english } from "./states.words.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WIDE = { width: 1280, height: 800 };
const EVERYTHING = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const LOOKS = [
  { how: "light", rules: EVERYTHING },
  { how: "dark", media: { colorScheme: "dark" }, rules: ["color-contrast"] },
  { how: "forced colours", media: { forcedColors: "active" }, rules: ["color-contrast"] },
  {
    how: "320 px, right to left",
    size: { width: 320, height: 640 },
    direction: "rtl",
    rules: ["target-size", "scrollable-region-focusable"],
  },
] as const;

/** Looks at the page as it is now, in every way; gives what was found. */
async function faults(page: Page, state: string): Promise<string[]> {
  const found: string[] = [];
  if (await page.evaluate(() => !("axe" in globalThis))) await page.evaluate(AXE);
  for (const look of LOOKS) {
    const { how, rules } = look;
    const size = "size" in look ? look.size : WIDE;
    await page.emulateMedia({ colorScheme: "light", forcedColors: "none", ...("media" in look ? look.media : {}) });
    if (page.viewportSize()?.width !== size.width) await page.setViewportSize(size);
    const direction = "direction" in look ? look.direction : "ltr";
    const { violations, passes, wide } = await page.evaluate(
      async ([direction, rules, tags]) => {
        const element = document.querySelector("guestpass-messenger") as HTMLElement;
        if (element.dir !== direction) element.dir = direction;
        // What the page looks like is known when it has been drawn.
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        const { axe } = globalThis as unknown as { axe: { run(root: string, options: object): Promise<AxeResults> } };
        const runOnly = { type: tags ? "tag" : "rule", values: rules };
        const results = await axe.run("guestpass-messenger", { runOnly, resultTypes: ["violations"] });
        const { violations, passes } = results;
        return { violations, passes: passes.length, wide: document.documentElement.scrollWidth > innerWidth };
      },
      [direction, [...rules] as string[], how === "light"] as const,
    );
    for (const { id, nodes } of violations) {
      for (const { html, failureSummary } of nodes) found.push(`${state}, ${how}: ${id} ${html} ${failureSummary}`);
    }
    if (wide) found.push(`${state}, ${how}: the page scrolls sideways`);
    if (how === "light") expect(passes, state).toBeGreaterThan(5);
  }
  await page.evaluate(() => {
    (document.querySelector("guestpass-messenger") as HTMLElement).dir = "";
  });
  await page.setViewportSize(WIDE);
  return found;
}

test.use({
  stageOptions: { simulator: { quietAgent: true } },
  trace: "off",
});

for (const [name, walk, least] of [
  ["a conversation from its launcher to its end", talking, 9],
  ["everything that is more than text", rich, 10],
  ["what goes wrong", trouble, 11],
  ["what is over", over, 6],
] as const) {
  test(`axe finds nothing: ${name}`, async ({ page, context, stage, widget }) => {
    // A walk through many states, each looked at four times: a busy machine takes its time.
    test.setTimeout(180_000);
    const seen: string[] = [];
    const found: string[] = [];
    const at: Walk["at"] = async (state) => {
      seen.push(state);
      found.push(...(await faults(page, state)));
    };
    await page.goto(stage.page(tag()));
    await walk({ page, context, stage, widget, words: english, at });
    expect(found).toEqual([]);
    expect(new Set(seen).size).toBeGreaterThanOrEqual(least);
  });
}
