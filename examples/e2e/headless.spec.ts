/** `node examples/headless/serve.mjs`, as a visitor would use it: another chat SDK that is fed with guest tokens. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";

let example: ChildProcess;
let url = "";

test.beforeAll(async () => {
  const script = fileURLToPath(new URL("../headless/serve.mjs", import.meta.url));
  example = spawn(process.execPath, [script, "--port", "0", "--token-life", "10"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  url = await new Promise<string>((resolve, reject) => {
    example.stdout?.on("data", (chunk: Buffer) => {
      const found = /http:\/\/\S+/.exec(chunk.toString("utf8"));
      if (found) resolve(found[0]);
    });
    example.once("exit", (code) => reject(new Error(`the example ended with ${code}`)));
  });
});

test.afterAll(async () => {
  const ended = new Promise((resolve) => example.once("exit", resolve));
  example.kill("SIGTERM");
  expect(await ended).toBe(0);
});

test("headless: the keeper alone feeds another chat SDK, and the chat outlives its token", async ({ page }) => {
  const complaints: string[] = [];
  const asked: string[] = [];
  const tokens = new Set<string>();
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => request.url().includes("/v1/") && asked.push(request.method()));
  page.on("websocket", (socket) =>
    socket.on("framesent", ({ payload }) => {
      tokens.add((JSON.parse(String(payload)) as { token: string }).token);
    }),
  );
  await page.goto(url);
  expect(asked).toEqual([]);
  const say = async (text: string) => {
    await page.getByLabel("Your message").fill(text);
    await page.getByRole("button", { name: "Send" }).click();
    await expect(page.locator(".mine", { hasText: text })).toBeVisible();
    await expect(page.locator(".theirs", { hasText: text })).toBeVisible();
  };
  await say("in the first life");
  await expect(page.locator("#state")).toHaveText("ready");
  expect(tokens.size).toBe(1);
  await expect.poll(() => tokens.size, { timeout: 20_000 }).toBe(2);
  await say("in the second life");
  await page.evaluate(() => void dispatchEvent(new Event("chat-closed")));
  expect(complaints).toEqual([]);
  expect(await page.evaluate(() => localStorage.length)).toBe(1);
});
