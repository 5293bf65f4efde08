/** What axe finds in each state of the widget, in light and dark: nothing. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import type { AxeResults } from "axe-core";
import { expect, tag, test } from "./fixtures.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

async function check(page: Page): Promise<void> {
  await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(root: string, options: object): Promise<AxeResults> } }).axe.run(
      "guestpass-messenger",
      { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
    ),
  );
  expect(
    violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(" | ")}`,
    ),
  ).toEqual([]);
  expect(passes.length).toBeGreaterThan(5);
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, contextOptions: { reducedMotion: "reduce" } });

    test("launcher, empty panel, conversation, menu, question, end", async ({ page, stage, widget }) => {
      await page.goto(stage.page(tag()));
      await expect(widget.launcher).toBeVisible();
      await check(page);
      await widget.open();
      await expect.poll(() => widget.get("conversationState")).toBe("open");
      await check(page);
      await widget.say("see https://example.com");
      await expect(page.getByText("You wrote: see")).toBeVisible();
      await check(page);
      await widget.input.fill("ä".repeat(2060));
      await expect(widget.panel.getByText(/too long/)).toBeVisible();
      await check(page);
      await widget.panel.getByRole("button", { name: "More options" }).click();
      await check(page);
      await widget.panel.getByRole("menuitem", { name: "End conversation" }).click();
      await check(page);
      await widget.panel.getByRole("button", { name: "End", exact: true }).click();
      await expect(widget.panel.getByText("You ended the conversation.")).toBeVisible();
      await check(page);
    });

    test("rich content and files", async ({ page, stage, widget }) => {
      await page.goto(stage.page(tag()));
      await widget.open();
      for (const [words, seen] of [
        ["menu", ".replies"],
        ["carousel", ".carousel"],
        ["date", ".day-times"],
        ["list", "fieldset"],
        ["image", ".picture"],
        ["file", "a.file"],
      ] as const) {
        await widget.say(words);
        await expect(widget.panel.locator(seen).first()).toBeAttached();
        await check(page);
      }
    });

    test("trouble: not sent, refused, offline", async ({ page, context, stage, widget }) => {
      await page.goto(stage.page(tag()));
      await widget.open();
      await widget.say("hello");
      await expect(page.getByText("You wrote: hello")).toBeVisible();
      stage.simulator.fault({ path: "/v1/onMessage", status: 400 });
      await widget.say("refused");
      await expect(widget.panel.getByText("Not sent")).toBeVisible();
      await check(page);
      stage.simulator.clearFaults();
      await widget.panel.getByRole("button", { name: "Try again" }).click();
      await expect(page.getByText("You wrote: refused")).toBeVisible();
      await expect(widget.panel.getByText("Not sent")).toHaveCount(0);
      await context.setOffline(true);
      await expect(widget.panel.getByText("Offline", { exact: true })).toBeVisible();
      await check(page);
    });
  });
}
