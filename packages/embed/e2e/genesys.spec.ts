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

test("the page's sign-in and its attributes reach it, at the start and in the middle", async ({
  page,
  stage,
  widget,
}) => {
  const attributes = (): string[] =>
    stage.simulator.frames().flatMap(({ frame }) => JSON.stringify(frame)?.match(/"plan":"\w+"/g) ?? []);
  await widget.call("set", {
    customAttributes: { plan: "gold" },
    authorization: { code: "ann.lee", redirectUri: "https://shop.example/back" },
  });
  await widget.call("sendMessage", "one");
  expect(stage.simulator.sessions().map(({ guest }) => guest)).toEqual(["user:ann.lee"]);
  expect(attributes().at(-1)).toBe('"plan":"gold"');
  await widget.call("set", { customAttributes: { plan: "silver" } });
  await widget.call("sendMessage", "two");
  await expect.poll(() => attributes().at(-1)).toBe('"plan":"silver"');
  const official = page.locator("#genesys-messenger");
  await expect(official).toBeAttached();
  await widget.element.evaluate((element) => element.remove());
  await expect(official).toHaveCount(0);
  expect(
    await page.evaluate(() => ["Genesys" in globalThis, document.querySelector('script[src*="genesys-bootstrap"]')]),
  ).toEqual([false, null]);
});

test("who signs in while chatting goes on chatting; a code is used once, and the next one asked for", async ({
  page,
  stage,
  widget,
}) => {
  await widget.call("sendMessage", "who am I?");
  await widget.call("set", { authorization: { code: "bo.lin", redirectUri: "https://shop.example/back" } });
  await expect.poll(() => stage.simulator.sessions().map(({ guest }) => guest)).toContain("user:bo.lin");
  const ask = (): Promise<unknown> =>
    page.evaluate(
      () =>
        new Promise((resolve, reject) => {
          const { Genesys } = globalThis as unknown as { Genesys: (...args: unknown[]) => void };
          Genesys("command", "AuthProvider.getAuthCode", { forceUpdate: true }, resolve, reject);
        }),
    );
  const next = ask();
  await expect
    .poll(async () => (await widget.heard("error")).map(({ code }) => code))
    .toEqual(["authorization_invalid"]);
  await widget.call("set", {
    authorization: { code: "bo.lin.2", redirectUri: "https://shop.example/back", nonce: "n" },
  });
  expect(await next).toEqual({ authCode: "bo.lin.2", redirectUri: "https://shop.example/back", nonce: "n" });
});

test.describe("on a domain that it may not run on", () => {
  test.use({ stageOptions: { official: true, simulator: { allowedDomains: ["shop.example"] } } });
  test("it is said at once", async ({ widget }) => {
    expect(await widget.call("show")).toMatchObject({ code: "origin_not_allowed" });
  });
});
