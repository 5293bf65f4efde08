/** The panel by keyboard, on a phone, in other languages, themes and places. */
import { readFileSync } from "node:fs";
import { expect, tag, test } from "./fixtures.js";
import { endsSoon } from "./states.js";

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
  await expect(widget.panel.getByRole("menuitem").nth(1)).toBeFocused();
  await page.keyboard.press("End");
  await expect(widget.panel.getByRole("menuitemcheckbox")).toBeFocused();
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
    // The on-screen keyboard leaves less of the page to be seen.
    await page.evaluate(() => {
      const { visualViewport: seen } = globalThis;
      for (const [name, value] of Object.entries({ height: 430, offsetTop: 12 })) {
        Object.defineProperty(seen, name, { value, configurable: true });
      }
      seen?.dispatchEvent(new Event("resize"));
    });
    await expect.poll(() => widget.panel.boundingBox()).toEqual({ x: 0, y: 12, width: 390, height: 430 });
    await expect(widget.input).toBeInViewport();
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
  expect(scripts.flatMap((path) => /\/strings-([a-z-]+)-[\w-]{8}\.js$/.exec(path)?.[1] ?? [])).toEqual(["de"]);
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
      guestpass-messenger::part(header) { border-bottom: 5px solid rgb(1, 2, 3); }
      ${["launcher", "panel", "transcript", "message", "composer", "input", "send"]
        .map((part, at) => `guestpass-messenger::part(${part}) { outline: 5px solid rgb(4, 5, ${at}); }`)
        .join("\n")}`);
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
  await widget.converse("Earl Grey?");
  await expect(widget.input).toBeFocused();
  for (const [at, part] of ["launcher", "panel", "transcript", "message", "composer", "input", "send"].entries())
    expect(await style(part, "outline-color"), part).toBe(`rgb(4, 5, ${at})`);
  // What stands on a light accent is dark by itself.
  expect(await style("launcher", "color")).toMatch(/oklch\(0 |rgb\(0, 0, 0\)|color\(/);
});

test("any word may be the page's own, and numbers are written as the language does", async ({
  page,
  stage,
  widget,
}) => {
  await page.goto(stage.page(tag()));
  await widget.call("set", { strings: { title: "Ask Lumen", placeholder: "Your question", end: "Done" } });
  await expect(widget.launcher).toHaveAccessibleName("Ask Lumen");
  await widget.open();
  await expect(page.getByRole("dialog", { name: "Ask Lumen" })).toBeVisible();
  await expect(widget.input).toHaveAttribute("placeholder", "Your question");
  await widget.input.fill("a".repeat(4097));
  await expect(widget.panel.getByText("This message is too long by 1 character.")).toBeVisible();
  await widget.input.fill("a".repeat(6096));
  await expect(widget.panel.getByText("This message is too long by 2,000 characters.")).toBeVisible();
  await widget.say("hello");
  await expect(widget.messages.first()).toHaveText("hello");
  await widget.panel.getByRole("button", { name: "More options" }).click();
  await widget.panel.getByRole("menuitem", { name: "End conversation" }).click();
  await expect(widget.panel.getByRole("button", { name: "Done" })).toBeVisible();
  await expect(widget.panel.getByRole("button", { name: "Cancel" })).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await expect(widget.panel.getByRole("button", { name: "Done" })).toBeFocused();
  expect(await widget.input.evaluate((input) => input.closest("[inert]") !== null)).toBe(true);
  await page.keyboard.press("Escape");
  await widget.element.evaluate((element) => element.setAttribute("lang", "de"));
  await expect(widget.input).toHaveAccessibleName("Nachricht");
  await expect(widget.input).toHaveAttribute("placeholder", "Your question");
  await widget.panel.getByRole("button", { name: "Weitere Optionen" }).click();
  await expect(widget.panel.getByRole("menuitem", { name: "Gespräch beenden" })).toBeVisible();
});

test("a draft is there after a reload, and gone when it was sent or the page forgets", async ({
  page,
  stage,
  widget,
}) => {
  const kept = (): Promise<string[]> =>
    page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.endsWith(":draft")));
  const url = stage.page(tag());
  await page.goto(url);
  await widget.open();
  await widget.converse("hello");
  await widget.input.fill("half a\nthought");
  await page.reload();
  await widget.open();
  await expect(widget.input).toHaveValue("half a\nthought");
  await expect(widget.panel.getByRole("button", { name: "Send" })).toBeEnabled();
  await widget.input.press("Enter");
  await expect(widget.messages.filter({ hasText: "half a" }).first()).toBeVisible();
  expect(await kept()).toEqual([]);
  await widget.input.fill("a secret");
  expect(await kept()).toHaveLength(1);
  await page.reload();
  await widget.call("reset");
  expect(await kept()).toEqual([]);
  await page.goto(stage.page(tag('data-persist="none"')));
  await widget.open();
  await widget.input.fill("not kept");
  expect(await kept()).toEqual([]);
});

test("alerts are off until somebody wants them; then there are a sound and a title, and the choice stays", async ({
  page,
  stage,
  widget,
}) => {
  // Who wants less motion has a title that stands still.
  await page.emulateMedia({ reducedMotion: "no-preference" });
  await page.addInitScript(() => {
    const { start } = OscillatorNode.prototype;
    Object.assign(globalThis, { tones: 0 });
    OscillatorNode.prototype.start = function (...args) {
      (globalThis as unknown as { tones: number }).tones += 1;
      return start.apply(this, args);
    };
  });
  const tones = (): Promise<number> => page.evaluate(() => (globalThis as unknown as { tones: number }).tones);
  await page.goto(stage.page(tag()));
  await widget.open();
  await widget.converse("hello");
  await widget.call("hide");
  stage.simulator.say({ text: "unheard" });
  await expect.poll(() => widget.get("unread")).toBe(1);
  expect(await page.title()).toBe("Shop");
  await widget.open();
  await widget.panel.getByRole("button", { name: "More options" }).click();
  const alerts = widget.panel.getByRole("menuitemcheckbox", { name: "Alert me to new messages" });
  await expect(alerts).not.toBeChecked();
  expect(await tones()).toBe(0);
  await alerts.click();
  await expect(alerts).toBeChecked();
  await expect.poll(tones).toBe(2);
  await page.keyboard.press("Escape");
  await widget.call("hide");
  stage.simulator.say({ text: "heard" });
  await expect.poll(() => page.title()).toBe("Unread messages: 1");
  await expect.poll(tones).toBe(4);
  await expect.poll(() => page.title()).toBe("Shop");
  await expect.poll(() => page.title()).toBe("Unread messages: 1");
  await widget.open();
  expect(await page.title()).toBe("Shop");
  await page.reload();
  await expect.poll(() => widget.get("conversationState")).toBe("open");
  stage.simulator.say({ text: "after a reload" });
  await expect.poll(() => page.title()).toBe("Unread messages: 1");
  await widget.call("reset");
  await expect.poll(() => page.title()).toBe("Shop");
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
});

test("the visitor takes a copy along, also from a page that allows nothing", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag()));
  await widget.open();
  const more = widget.panel.getByRole("button", { name: "More options" });
  await more.click();
  await expect(widget.panel.getByRole("menuitem", { name: "Download transcript" })).toBeDisabled();
  await page.keyboard.press("Escape");
  await widget.say("hello\nthere");
  await expect(page.getByText("You wrote: hello")).toBeVisible();
  await widget.say("file");
  await expect(widget.panel.getByRole("link", { name: /prices\.txt/ })).toBeVisible();
  await more.click();
  const coming = page.waitForEvent("download");
  await widget.panel.getByRole("menuitem", { name: "Download transcript" }).click();
  const download = await coming;
  expect(download.suggestedFilename()).toMatch(/^Chat with us \d{4}-\d\d-\d\d\.txt$/);
  const text = readFileSync(await download.path(), "utf8");
  expect(text).toMatch(/\] You: hello\r\n {4}there\r\n/);
  expect(text).toMatch(/\] Robin: You wrote: hello/);
  expect(text).toContain("[prices.txt]");
  await expect(more).toBeFocused();
  expect(await widget.violations()).toEqual([]);
});

test("before the session runs out it is said, and taken back when somebody writes", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag()));
  await widget.open();
  await widget.converse("hello");
  stage.simulator.send(endsSoon(stage.simulator.now()));
  const warning = widget.panel.getByText("This conversation ends in 4 minutes unless you write.");
  await expect(warning).toBeVisible();
  await widget.say("I am still here");
  await expect(warning).toHaveCount(0);
  stage.simulator.say({ events: [{ eventType: "Presence", presence: { type: "SignIn" } }] });
  await expect(widget.panel.getByText("You are signed in.")).toBeVisible();
});
