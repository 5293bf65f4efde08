/** `pnpm demo`, as a person would use it: its own process, one URL, the shop, the machinery. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";

let demo: ChildProcess;
let url = "";

test.beforeAll(async () => {
  demo = spawn(
    process.execPath,
    [fileURLToPath(new URL("../demo/serve.mjs", import.meta.url)), "--port", "0", "--token-life", "15"],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  url = await new Promise<string>((resolve, reject) => {
    demo.stdout?.on("data", (chunk: Buffer) => {
      const found = /http:\/\/\S+/.exec(chunk.toString("utf8"));
      if (found) resolve(found[0]);
    });
    demo.once("exit", (code) => reject(new Error(`the demo ended with ${code}`)));
  });
});

test.afterAll(async () => {
  const ended = new Promise((resolve) => demo.once("exit", resolve));
  demo.kill("SIGTERM");
  expect(await ended).toBe(0);
});

test("silent refresh can be watched happening", async ({ page }) => {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(url);
  await expect(page.locator("#state")).toHaveText("idle");
  await page.getByRole("button", { name: "Ask a lamp maker" }).click();
  await page.getByRole("textbox").fill("Do you ship to Oslo?");
  await page.getByRole("textbox").press("Enter");
  await expect(page.getByText("Do you ship to Oslo?", { exact: true })).toBeVisible();
  await expect(page.locator("#state")).toHaveText("ready");
  await expect(page.locator("#refreshes")).toHaveText("1", { timeout: 20_000 });
  await expect(page.locator("#timeline .life")).toHaveCount(2);
  await expect(page.locator("#timeline .due").first()).toBeAttached();
  await expect(page.locator("#log li[data-kind='refreshed']")).toHaveCount(1);

  // The same words as in a debug report, once they are asked for.
  const decided = (what: string) => page.locator("#log [data-kind='decision']", { hasText: what }).first();
  await expect(decided("sent refresh")).toBeHidden();
  await page.getByRole("checkbox", { name: "and decisions" }).check();
  await expect(decided("sent refresh")).toBeVisible();
  await expect(decided("scheduled in")).toBeVisible();
  await expect(page.locator("#timeline .asked").first()).toBeAttached();

  await page.getByLabel("Endpoint").selectOption("failing");
  await expect(page.locator("#state")).toHaveText("degraded", { timeout: 20_000 });
  await expect(decided("deferred")).toBeVisible();
  await expect(page.locator("#timeline .deferred").first()).toBeAttached();
  await page.getByLabel("Endpoint").selectOption("fine");
  await expect(page.locator("#state")).toHaveText("ready", { timeout: 30_000 });
  expect(complaints).toEqual([]);
});
