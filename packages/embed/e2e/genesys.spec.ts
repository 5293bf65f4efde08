/** The official Messenger, driven through the same element; the simulator serves its bootstrap. */
import { expect, tag, test } from "./fixtures.js";

test.use({ stageOptions: { official: true } });

test.beforeEach(async ({ page, stage }) => {
  await page.goto(stage.page(tag('data-messenger="genesys"')));
});

test("nothing of it is loaded before the visitor acts; then it opens with the guest's token", async ({
  page,
  stage,
  widget,
}) => {
  await expect(widget.launcher).toBeVisible();
  expect(stage.simulator.requests().filter(({ path }) => path.includes("bootstrap"))).toEqual([]);
  await widget.launcher.click();
  const official = page.locator("#genesys-messenger");
  await expect(official.getByRole("textbox")).toBeVisible();
  await expect(widget.launcher).toHaveCount(0);
  expect(await widget.get("open")).toBe(true);
  expect(await widget.get("state")).toBe("ready");
  await expect.poll(() => widget.get("conversationState")).toBe("open");
  const tokens = stage.simulator.sessions().map(({ guest }) => guest);
  expect(tokens).toHaveLength(1);
  expect(stage.calls).toContain("POST /v1/sessions 201");
  await official.getByRole("button", { name: "Close" }).click();
  await expect.poll(() => widget.get("open")).toBe(false);
  expect((await widget.heard("close")).map(({ trigger }) => trigger)).toEqual(["messenger"]);
  expect(await widget.violations()).toEqual([]);
});

test("messages are sent and heard through it, unread ones counted", async ({ page, stage, widget }) => {
  const sent = (await widget.call("sendMessage", "by method")) as { id: string };
  expect(sent.id).toMatch(/\w{8,}/);
  await expect
    .poll(async () => (await widget.heard("message")).map(({ direction, text }) => `${direction} ${text}`))
    .toEqual(expect.arrayContaining(["sent by method", "received You wrote: by method"]));
  expect(await widget.get("unread")).toBeGreaterThan(0);
  await widget.call("show");
  await expect(page.locator("#genesys-messenger").getByText("by method", { exact: true })).toBeVisible();
  expect(await widget.get("unread")).toBe(0);
  await widget.call("hide");
  await expect(page.locator("#genesys-messenger").getByRole("textbox")).toBeHidden();
  stage.simulator.say({ text: "one more" });
  await expect.poll(() => widget.get("unread")).toBe(1);
});

test("a bootstrap that cannot be had is said, and tried again", async ({ page, stage, widget }) => {
  stage.simulator.fault({ path: "/genesys-bootstrap/*", status: 503, times: 1 });
  expect(await widget.call("show")).toMatchObject({ code: "messenger_failed", error: "GuestpassError" });
  expect(await widget.get("open")).toBe(false);
  await widget.call("show");
  await expect(page.locator("#genesys-messenger").getByRole("textbox")).toBeVisible();
});

test.describe("with tokens that live 12 s", () => {
  test.use({
    stageOptions: {
      official: true,
      env: { GUEST_API: "guest-tokens", REFRESH_LEAD: "5" },
      simulator: { tokenLife: 12 },
    },
  });
  test("the renewed token reaches it, and the conversation goes on", async ({ page, widget }) => {
    await widget.launcher.click();
    const official = page.locator("#genesys-messenger");
    await expect(official.getByRole("textbox")).toBeVisible();
    await expect.poll(async () => (await widget.heard("token-refreshed")).length, { timeout: 35_000 }).toBe(2);
    await official.getByRole("textbox").fill("still here?");
    await official.getByRole("button", { name: "Send" }).click();
    await expect(official.getByText("You wrote: still here?")).toBeVisible();
    expect(await widget.names()).not.toContain("error");
  });
});

test("reset leaves nothing of it in the page's storage", async ({ page, widget }) => {
  await widget.call("sendMessage", "hello");
  await widget.call("show");
  await widget.call("reset");
  await expect.poll(() => page.evaluate(() => Object.keys(localStorage))).toEqual([]);
});
