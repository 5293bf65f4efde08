/** The main path in a real browser: launcher, panel, text both ways, and what survives. */
import { expect, tag, test } from "./fixtures.js";

test("nothing is fetched or stored before the visitor acts", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag()));
  await expect(widget.launcher).toBeVisible();
  await page.waitForLoadState("networkidle");
  expect(stage.calls).toEqual([]);
  expect(stage.simulator.requests().filter(({ headers }) => "origin" in headers)).toEqual([]);
  expect(
    await page.evaluate(async () => [
      localStorage.length,
      sessionStorage.length,
      (await indexedDB.databases()).length,
      document.cookie,
    ]),
  ).toEqual([0, 0, 0, ""]);
  expect(await widget.get("state")).toBe("idle");
});

test("a visitor opens the panel, writes and is answered", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag()));
  await widget.open();
  await widget.say("Do you ship to Oslo?");
  await expect(widget.messages.first()).toHaveText("Do you ship to Oslo?");
  await expect(widget.element.locator('[part~="received"]').first()).toBeVisible();
  stage.simulator.say({ text: "We do, within three days." });
  await expect(page.getByText("We do, within three days.")).toBeVisible();
  await expect(widget.panel.getByText("Delivered")).toBeVisible();
  const names = await widget.names();
  for (const name of ["before-open", "open", "ready", "conversation-started", "message"]) expect(names).toContain(name);
  expect(names.filter((name) => name === "ready")).toHaveLength(1);
  expect(names).not.toContain("error");
  expect(await widget.violations()).toEqual([]);
});
