/** With no pointer at all: everything that can be done, where the focus goes and comes back to, and what is read out, once. */
import type { Page } from "@playwright/test";
import { expect, type Stage, tag, test, type Widget } from "./fixtures.js";

test.use({ stageOptions: { simulator: { quietAgent: true } } });

/** Presses Tab, or Shift+Tab, until the focus is on what fits; it must come within a round. */
async function tabTo(page: Page, selector: string, key = "Tab"): Promise<void> {
  for (let pressed = 0; pressed < 60; pressed += 1) {
    const isThere = await page.evaluate((wanted) => {
      const root = document.querySelector("guestpass-messenger")?.shadowRoot;
      return root?.activeElement?.matches(wanted) ?? false;
    }, selector);
    if (isThere) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${selector} is not reached by ${key}`);
}

async function begin(page: Page, stage: Stage, widget: Widget): Promise<void> {
  await page.goto(stage.page(tag()));
  await expect(widget.launcher).toBeVisible();
  await tabTo(page, '[part="launcher"]');
  await page.keyboard.press("Enter");
  await expect(widget.input).toBeFocused();
  await page.keyboard.type("hello");
  await page.keyboard.press("Enter");
  await expect(widget.panel.getByText("Delivered")).toBeVisible();
}

test("each kind of content is answered, files are chosen, and a failure is mended, by keyboard alone", async ({
  page,
  stage,
  widget,
}) => {
  const { simulator } = stage;
  // Asked for long before the dialog: the browser is told asynchronously that a test wants it.
  const chooser = page.waitForEvent("filechooser");
  await begin(page, stage, widget);
  const sent = widget.panel.locator('[part~="sent"]');
  /** What was answered has reached the platform: what the agent says next comes after it. */
  const answered = async (text: string | RegExp) => {
    await expect(sent.last()).toHaveText(text);
    await expect(widget.panel.locator(".group.sent").last()).toContainText("Delivered");
  };

  const reply = (text: string) => ({
    contentType: "QuickReply",
    quickReply: { text, payload: text, action: "Message" },
  });
  simulator.say({ text: "Which?", content: [reply("One"), reply("Other")] });
  await expect(widget.panel.locator(".replies button")).toHaveCount(2);
  await tabTo(page, ".replies button", "Shift+Tab");
  await page.keyboard.press("Enter");
  await answered("Other");
  await expect(widget.input).toBeFocused();

  const action = { type: "Postback", text: "Order", payload: "order" };
  const card = { title: "Assam", actions: [action] };
  simulator.say({ text: "Teas", content: [{ contentType: "Carousel", carousel: { cards: [card, card, card] } }] });
  await expect(widget.panel.locator(".carousel")).toBeVisible();
  await tabTo(page, ".cards", "Shift+Tab");
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => widget.panel.locator(".cards").evaluate(({ scrollLeft }) => scrollLeft)).toBeGreaterThan(0);
  await tabTo(page, ".card .action");
  await page.keyboard.press("Space");
  await answered("Order");

  const availableTimes = [{ dateTime: "2030-03-01T09:00:00.000Z", duration: 1800 }];
  simulator.say({
    text: "When?",
    content: [{ contentType: "DatePicker", datePicker: { title: "T", availableTimes } }],
  });
  await expect(widget.panel.locator(".day-times")).toBeVisible();
  await tabTo(page, ".day-times .chip:not(:disabled)", "Shift+Tab");
  await page.keyboard.press("Enter");
  await answered(/March 1/);

  const items = ["Late", "Wrong"].map((title) => ({ id: title, title }));
  const sections = [{ title: "Order", multipleSelection: false, items }];
  simulator.say({ text: "What?", content: [{ contentType: "ListPicker", listPicker: { sections } }] });
  await expect(widget.panel.locator("fieldset input")).toHaveCount(2);
  await tabTo(page, "fieldset input", "Shift+Tab");
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowDown");
  await tabTo(page, ".picker > .action:not(:disabled)");
  await page.keyboard.press("Enter");
  await answered(/Late|Wrong/);

  // A file: chosen, taken away again. The focus has left the answered question first.
  await expect(widget.input).toBeFocused();
  await tabTo(page, ".attach");
  await page.keyboard.press("Enter");
  await (await chooser).setFiles({ name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("tea") });
  await expect(widget.panel.locator(".files small")).toBeVisible();
  await tabTo(page, ".files .round", "Shift+Tab");
  await page.keyboard.press("Enter");
  await expect(widget.panel.locator(".files .file")).toHaveCount(0);
  const inside = () =>
    widget.element.evaluate(({ shadowRoot }) => shadowRoot?.activeElement?.closest(".panel") != null);
  expect(await inside()).toBe(true);

  // A failure, mended.
  await tabTo(page, "textarea");
  simulator.fault({ path: "/v1/onMessage", status: 400 });
  await page.keyboard.type("again");
  await page.keyboard.press("Enter");
  await expect(widget.panel.getByText("Not sent")).toBeVisible();
  simulator.clearFaults();
  await tabTo(page, ".meta.bad button", "Shift+Tab");
  await page.keyboard.press("Enter");
  await expect(widget.panel.getByText("Not sent")).toHaveCount(0);
  expect(await inside()).toBe(true);

  // The end, and away.
  await tabTo(page, ".more", "Shift+Tab");
  await page.keyboard.press("Enter");
  await expect(widget.panel.locator(".item").first()).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(widget.panel.getByRole("button", { name: "Cancel" })).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(widget.panel.getByText("You ended the conversation.")).toBeVisible();
  expect(await inside()).toBe(true);
  await page.keyboard.press("Escape");
  await expect(widget.panel).toBeHidden();
  await expect(widget.launcher).toBeFocused();
});

test("a message is added to the live region once, whatever becomes of it, and history is not read out", async ({
  page,
  stage,
  widget,
}) => {
  const { simulator } = stage;
  await begin(page, stage, widget);
  /** Texts that came into the live region while it was one that is read out. */
  const listen = () =>
    widget.transcript.evaluate((log) => {
      const read: string[] = [];
      Object.assign(globalThis, { read });
      new MutationObserver((records) => {
        for (const { addedNodes, target } of records) {
          const node = target instanceof Element ? target : target.parentElement;
          if (node?.closest("[aria-live=off]")) continue;
          for (const added of addedNodes) if (added.textContent?.trim()) read.push(added.textContent.trim());
        }
      }).observe(log, { childList: true, subtree: true });
    });
  const times = async (text: string) => {
    const read = await page.evaluate(() => (globalThis as unknown as { read: string[] }).read);
    return read.filter((added) => added.includes(text)).length;
  };
  await expect(widget.transcript).toHaveAttribute("aria-live", "polite");
  await listen();
  await widget.say("my own words");
  await expect(widget.messages.filter({ hasText: "my own words" })).toHaveCount(1);
  simulator.say({ text: "the first answer" });
  simulator.say({ text: "the second answer" });
  await expect(widget.messages).toHaveCount(4);
  simulator.say({ events: [{ eventType: "Typing", typing: { type: "On", duration: 5000 } }] });
  await expect(widget.panel.locator(".typing")).toBeVisible();
  simulator.say({ text: "the third answer" });
  await expect(widget.panel.locator(".typing")).toHaveCount(0);
  const configured = () =>
    simulator.frames().filter(({ frame }) => JSON.stringify(frame).includes("configureSession")).length;
  const before = configured();
  simulator.dropSockets();
  await expect.poll(configured).toBe(before + 1);
  await expect.poll(() => widget.get("conversationState")).toBe("open");
  simulator.say({ text: "after the reconnect" });
  await expect(widget.messages).toHaveCount(6);
  for (const text of ["my own words", "first answer", "second answer", "third answer", "after the reconnect"]) {
    expect(await times(text), text).toBe(1);
  }

  // A reload: what was said before comes in, and is not news.
  await page.reload();
  await expect(widget.launcher).toBeVisible();
  await widget.launcher.click();
  await expect(widget.transcript).toBeVisible();
  await listen();
  await expect(widget.messages).toHaveCount(6);
  simulator.say({ text: "news indeed" });
  await expect(widget.messages).toHaveCount(7);
  expect(await times("news indeed")).toBe(1);
  expect(await times("first answer")).toBe(0);
});
