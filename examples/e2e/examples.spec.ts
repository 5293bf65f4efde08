/** Each example, run as a visitor would see it. */
import { expect, test } from "./stage.js";

test("script-tag: one tag, a launcher, an answer", async ({ page, stage }) => {
  await page.goto(stage.page("script-tag/"));
  await page.getByRole("button", { name: "Need help?" }).click();
  await page.getByRole("textbox").fill("Good morning");
  await page.getByRole("textbox").press("Enter");
  await expect(page.locator("guestpass-messenger")).toHaveCount(1);
  await expect(page.getByText("Good morning", { exact: true })).toBeVisible();
  await expect.poll(() => stage.simulator.requests().some(({ path }) => path === "/api/v2/guest-tokens")).toBe(true);
});

test("strict-csp: nothing violates a policy that allows no inline code and requires Trusted Types", async ({
  page,
  stage,
}) => {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(stage.page("strict-csp/"));
  await page.getByRole("button", { name: "Need help?" }).click();
  await page.getByRole("textbox").fill("menu");
  await page.getByRole("textbox").press("Enter");
  await expect(page.getByText("menu", { exact: true })).toBeVisible();
  await expect
    .poll(() =>
      page.evaluate(
        () =>
          (window as unknown as { Guestpass: { element: { unread: number; state: string } } }).Guestpass.element.state,
      ),
    )
    .toBe("ready");
  await page.evaluate(() =>
    (window as unknown as { Guestpass: (name: string) => Promise<void> }).Guestpass("refreshToken"),
  );
  expect(await page.evaluate(() => (window as unknown as { violations: string[] }).violations)).toEqual([]);
  expect(complaints).toEqual([]);
});
