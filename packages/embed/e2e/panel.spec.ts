/** The panel by keyboard, on a phone, in other languages, themes and places. */
import { expect, tag, test } from "./fixtures.js";

test("by keyboard alone: open, write, menu, close, and the focus is back where it was", async ({
  page,
  stage,
  widget,
}) => {
  await page.goto(stage.page(tag()));
  await expect(widget.launcher).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(widget.launcher).toBeFocused();
  await expect(widget.launcher).toHaveAttribute("aria-expanded", "false");
  await page.keyboard.press("Space");
  await expect(widget.input).toBeFocused();
  await expect(widget.launcher).toHaveAttribute("aria-expanded", "true");
  await expect(page.getByRole("dialog", { name: "Chat with us" })).toBeVisible();
  await page.keyboard.type("first line");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("second line");
  await expect(widget.input).toHaveValue("first line\nsecond line");
  await page.keyboard.press("Enter");
  await expect(widget.input).toHaveValue("");
  await expect(widget.input).toBeFocused();
  await expect(widget.messages.first()).toHaveText("first line\nsecond line");
  const more = widget.panel.getByRole("button", { name: "More options" });
  await more.focus();
  await page.keyboard.press("Enter");
  await expect(widget.panel.getByRole("menuitem").first()).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(widget.panel.getByRole("menuitem").last()).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(widget.panel.getByRole("menuitem").first()).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(widget.panel.getByRole("menu")).toHaveCount(0);
  await expect(more).toBeFocused();
  await expect(widget.panel).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(widget.panel).toBeHidden();
  await expect(widget.launcher).toBeFocused();
  expect((await widget.heard("open")).map(({ trigger }) => trigger)).toEqual(["launcher"]);
  expect((await widget.heard("close")).map(({ trigger }) => trigger)).toEqual(["escape"]);
  await page.keyboard.press("Enter");
  await expect(widget.input).toBeFocused();
});

test("Enter that belongs to an input method sends nothing", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag()));
  await widget.open();
  await widget.input.fill("にほんご");
  await widget.input.evaluate((input) => {
    for (const more of [{ isComposing: true }, { keyCode: 229 }]) {
      input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...more }));
    }
  });
  await expect(widget.input).toHaveValue("にほんご");
  await expect(widget.messages).toHaveCount(0);
});

test("what is typed survives closing, and the field grows with it to a limit", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag()));
  await widget.open();
  const height = async (): Promise<number> => (await widget.input.boundingBox())?.height ?? 0;
  const one = await height();
  await widget.input.fill("a\nb\nc");
  expect(await height()).toBeGreaterThan(one + 30);
  await widget.input.fill("a\n".repeat(40));
  expect(await height()).toBeLessThan(150);
  await widget.input.fill("a draft");
  await widget.panel.getByRole("button", { name: "Close chat" }).click();
  await expect(widget.panel).toBeHidden();
  await widget.open();
  await expect(widget.input).toHaveValue("a draft");
});

test("the panel fits its place on a desktop", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag()));
  await widget.open();
  const box = await widget.panel.boundingBox();
  expect(box?.width).toBeGreaterThan(360);
  expect(box?.width).toBeLessThan(420);
  expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(1280 - 20);
  expect(box?.y).toBeGreaterThanOrEqual(0);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true });
  test("the panel covers the screen, and holds the focus", async ({ page, stage, widget }) => {
    await page.goto(stage.page(tag("", "<h1>Shop</h1><a href='#x'>a link behind</a>")));
    await widget.launcher.tap();
    await expect(widget.panel).toBeVisible();
    await expect.poll(() => widget.panel.boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 780 });
    await expect(widget.panel).toHaveAttribute("aria-modal", "true");
    await expect(widget.panel).toBeFocused();
    await widget.input.focus();
    for (let n = 0; n < 8; n += 1) {
      await page.keyboard.press("Tab");
      const inside = await widget.element.evaluate(
        (element) => element.shadowRoot?.activeElement?.closest(".panel") !== null,
      );
      expect(inside).toBe(true);
    }
    await widget.panel.getByRole("button", { name: "Close chat" }).tap();
    await expect(widget.launcher).toBeVisible();
  });
});

test("German, and only German, is loaded for a German page", async ({ page, stage, widget }) => {
  const scripts: string[] = [];
  page.on("request", (request) => scripts.push(new URL(request.url()).pathname));
  await page.goto(stage.page(tag('data-lang="de-CH"')));
  await expect(widget.launcher).toHaveAccessibleName("Chat mit uns");
  await widget.open();
  await expect(widget.panel.getByText("Wie können wir helfen?")).toBeVisible();
  expect(
    scripts.filter((path) => /\/(?:[a-z]{2}|zh-hant)-[\w-]{8}\.js$/.test(path)).map((path) => path.slice(7, 9)),
  ).toEqual(["de"]);
  await widget.say("Guten Tag");
  await expect(widget.panel.getByText("Zugestellt")).toBeVisible();
  await expect(widget.panel.getByText("Heute")).toBeVisible();
});

test("Arabic runs from right to left, unless the page says otherwise", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag('data-lang="ar"')));
  await widget.open();
  const launcherX = async (): Promise<number> => (await widget.launcher.boundingBox())?.x ?? -1;
  expect(await launcherX()).toBeLessThan(100);
  expect(await widget.panel.evaluate((panel) => getComputedStyle(panel).direction)).toBe("rtl");
  const set = (change: { dir?: string; lang?: string }): Promise<unknown> =>
    widget.element.evaluate((element, to) => void Object.assign(element, to), change);
  await set({ dir: "ltr" });
  await expect.poll(launcherX).toBeGreaterThan(1000);
  await widget.element.evaluate((element) => element.removeAttribute("dir"));
  await expect.poll(launcherX).toBeLessThan(100);

  // The property says it as the attribute does, and shows in it.
  await set({ lang: "de" });
  await expect(widget.panel.getByText("Wie können wir helfen?")).toBeVisible();
  await widget.call("hide");
  await expect(widget.launcher).toHaveAccessibleName("Chat mit uns");
  await expect(widget.element).toHaveAttribute("lang", "de");
  await expect.poll(launcherX).toBeGreaterThan(1000);
});

test("placement: at the start, and inline within the page", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag('data-placement="start"')));
  await expect(widget.launcher).toBeVisible();
  expect((await widget.launcher.boundingBox())?.x).toBeLessThan(100);
  const inline =
    '<div style="padding:0"></div><guestpass-messenger endpoint="{{endpoint}}" deployment-id="{{deployment}}" placement="inline"></guestpass-messenger>';
  await page.goto(stage.page(tag("", inline)));
  await widget.launcher.click();
  await expect(widget.panel).toBeVisible();
  await expect(widget.launcher).toBeHidden();
  expect((await widget.panel.boundingBox())?.width).toBeGreaterThan(1000);
  await widget.input.fill("hello");
  await page.keyboard.press("Escape");
  await expect(widget.launcher).toBeFocused();
});

test("theme: dark on request, whatever the machine prefers", async ({ page, stage, widget }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto(stage.page(tag('data-theme="dark"')));
  await widget.open();
  const background = await widget.panel.evaluate((panel) => getComputedStyle(panel).backgroundColor);
  expect(background).toBe("rgb(24, 26, 32)");
});

test("parts, properties and slots are the page's to use", async ({ page, stage, widget }) => {
  const body = `<link rel="stylesheet" href="/none.css"><guestpass-messenger endpoint="{{endpoint}}" deployment-id="{{deployment}}">
    <b slot="launcher">?</b><b slot="header">Tea desk</b><i slot="empty">Ask about tea</i></guestpass-messenger>`;
  await page.goto(stage.page(tag("", body)));
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`guestpass-messenger { --guestpass-color-accent: rgb(255, 221, 0); --guestpass-radius: 3px; }
      guestpass-messenger::part(header) { border-bottom: 5px solid rgb(1, 2, 3); }`);
    document.adoptedStyleSheets.push(sheet);
  });
  await widget.open();
  await expect(page.getByText("Tea desk")).toBeVisible();
  await expect(page.getByText("Ask about tea")).toBeVisible();
  const style = (part: string, property: string): Promise<string> =>
    widget.element
      .locator(`[part~="${part}"]`)
      .first()
      .evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property);
  expect(await style("launcher", "background-color")).toBe("rgb(255, 221, 0)");
  expect(await style("panel", "border-start-start-radius")).toBe("3px");
  expect(await style("header", "border-bottom-color")).toBe("rgb(1, 2, 3)");
  // What stands on a light accent is dark by itself.
  expect(await style("launcher", "color")).toMatch(/oklch\(0 |rgb\(0, 0, 0\)|color\(/);
});
