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

test("a reload brings the conversation back, without a word said twice", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag()));
  await widget.open();
  await widget.converse("remember this");
  await page.reload();
  await expect.poll(() => widget.get("state")).toBe("ready");
  await widget.open();
  await expect(page.getByText("remember this", { exact: true })).toHaveCount(1);
  await expect(page.getByText("You wrote: remember this")).toHaveCount(1);
  expect(stage.calls.filter((call) => call === "POST /v1/sessions 201")).toHaveLength(1);
});

test("what comes while the panel is closed is counted, and stands below a line when it is opened", async ({
  page,
  stage,
  widget,
}) => {
  await page.goto(stage.page(tag()));
  await widget.open();
  await widget.converse("hello");
  await page.keyboard.press("Escape");
  await expect(widget.panel).toBeHidden();
  stage.simulator.say({ text: "one" });
  stage.simulator.say({ text: "two" });
  const badge = widget.element.locator('[part="badge"]');
  await expect(badge).toHaveText("2");
  expect(await widget.get("unread")).toBe(2);
  await expect(widget.launcher).toHaveAccessibleName("Chat with us. Unread messages: 2");
  await widget.open();
  await expect(badge).toHaveCount(0);
  await expect(widget.transcript.getByText("New messages")).toBeVisible();
  expect((await widget.heard("unread")).map(({ count }) => count)).toEqual([1, 2, 0]);
});

test("who signs in in the middle of a conversation goes on with it", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag()));
  await widget.open();
  await widget.converse("not signed in yet");
  await widget.call("set", { authorization: { code: "ann.lee", redirectUri: "https://shop.example/back" } });
  await expect(widget.panel.getByText("You are signed in.")).toBeVisible();
  await expect(page.getByText("You wrote: not signed in yet")).toHaveCount(1);
  await widget.converse("signed in");
  expect(stage.simulator.sessions()).toMatchObject([{ guest: "user:ann.lee" }]);
  expect(await widget.names()).not.toContain("error");
  await page.reload();
  await widget.open();
  await expect(page.getByText("You wrote: signed in")).toHaveCount(1);
  await expect(page.getByText("You wrote: not signed in yet")).toHaveCount(1);
});

test("the visitor ends the conversation, and begins another", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag()));
  await widget.open();
  await widget.converse("hello");
  await widget.panel.getByRole("button", { name: "More options" }).click();
  await widget.panel.getByRole("menuitem", { name: "End conversation" }).click();
  await widget.panel.getByRole("button", { name: "End", exact: true }).click();
  await expect(widget.panel.getByText("You ended the conversation.")).toBeVisible();
  await expect(widget.input).toBeDisabled();
  expect((await widget.heard("conversation-ended")).map(({ reason }) => reason)).toEqual(["guest"]);
  expect(await widget.get("state")).toBe("ended");
  expect(stage.calls).toContain("DELETE /v1/sessions 204");
  await widget.panel.getByRole("button", { name: "Start a new conversation" }).click();
  await expect(widget.input).toBeEnabled();
  await widget.converse("once more");
  expect(stage.calls.filter((call) => call === "POST /v1/sessions 201")).toHaveLength(2);
});

test("when the agent leaves, one may just write on", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag()));
  await widget.open();
  await widget.say("bye");
  await expect(widget.transcript.getByText("The conversation has ended.")).toBeVisible();
  expect((await widget.heard("conversation-ended")).map(({ reason }) => reason)).toEqual(["agent"]);
  await widget.converse("one more question");
  const order = (await widget.transcript.textContent()) ?? "";
  expect(order.indexOf("The conversation has ended.")).toBeLessThan(order.indexOf("one more question"));
});

test.describe("a deployment that is read-only after the agent has left", () => {
  test.use({ stageOptions: { simulator: { readOnly: true } } });
  test("says so, and offers a new conversation", async ({ page, stage, widget }) => {
    await page.goto(stage.page(tag()));
    await widget.open();
    await widget.say("bye");
    await expect(widget.input).toBeDisabled();
    await expect(widget.panel.getByText("This conversation is closed to new messages.")).toBeVisible();
    expect(await widget.get("conversationState")).toBe("read-only");
    await widget.panel.getByRole("button", { name: "Start a new conversation" }).click();
    await expect(widget.input).toBeEnabled();
    await widget.converse("again");
  });

  test("in the page's own words, with a button that has its name all the same", async ({ page, stage, widget }) => {
    await page.goto(stage.page(tag()));
    await widget.call("set", { strings: { readOnly: "That is all for today." } });
    await widget.open();
    await widget.say("bye");
    await expect(widget.panel.getByText("That is all for today.")).toBeVisible();
    await expect(widget.panel.getByRole("button", { name: "Start a new conversation" })).toBeVisible();
  });
});

test("while the network is away, what is written waits, and goes by itself when it is back", async ({
  page,
  context,
  stage,
  widget,
}) => {
  await page.goto(stage.page(tag()));
  await widget.open();
  await widget.converse("before");
  await context.setOffline(true);
  stage.cut();
  await expect(widget.panel.getByText("Offline", { exact: true })).toBeVisible();
  await widget.say("meanwhile");
  await expect(widget.messages.filter({ hasText: /^meanwhile$/ })).toBeVisible();
  await expect(widget.panel.getByText("Sending…")).toBeVisible();
  stage.restore();
  await context.setOffline(false);
  await expect(page.getByText("You wrote: meanwhile")).toBeVisible({ timeout: 30_000 });
  await expect(widget.messages.filter({ hasText: /^meanwhile$/ })).toHaveCount(1);
});

test("a platform that is down is said, and what was written goes when it is up again", async ({
  page,
  stage,
  widget,
}) => {
  stage.simulator.fault({ path: "/v1", status: 503 });
  await page.goto(stage.page(tag()));
  await widget.open();
  await widget.say("anybody there?");
  await expect(widget.messages.filter({ hasText: "anybody there?" })).toBeVisible();
  await expect(widget.panel.getByText(/Connecting…|Reconnecting…/)).toBeVisible();
  stage.simulator.clearFaults();
  await expect(page.getByText("You wrote: anybody there?")).toBeVisible({ timeout: 40_000 });
});

test("a text that is too long is kept, not cut, and said", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag()));
  await widget.open();
  const text = "ä".repeat(2060);
  await widget.say(text);
  await expect(widget.panel.getByText("This message is too long by 12 characters.")).toBeVisible();
  await expect(widget.input).toHaveValue(text);
  await expect(widget.messages).toHaveCount(0);
  expect(await widget.call("sendMessage", text)).toMatchObject({ code: "message_too_long", error: "GuestpassError" });
});

test("the agent's typing is shown, and what is untrusted stays text", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag()));
  await widget.open();
  await widget.say("<img src=x onerror=alert(1)> see https://example.com/a?b=1, or javascript:alert(1)");
  const bubble = widget.messages.first();
  await expect(bubble).toContainText("<img src=x onerror=alert(1)> see https://example.com/a?b=1");
  await expect(bubble.locator("img")).toHaveCount(0);
  await expect(bubble.locator("a")).toHaveCount(1);
  await expect(bubble.locator("a")).toHaveAttribute("href", "https://example.com/a?b=1");
  await expect(bubble.locator("a")).toHaveAttribute("rel", /noopener/);
  // The agent has answered, and types on.
  await expect(widget.messages.filter({ hasText: "You wrote:" })).toHaveCount(1);
  stage.simulator.say({ events: [{ eventType: "Typing", typing: { type: "On", duration: 5000 } }] });
  await expect(widget.panel.getByText(/is typing$/)).toBeAttached();
});

test("older messages come when the reader scrolls up, and the place is kept", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag()));
  await widget.open();
  await widget.converse("hello");
  for (let n = 1; n <= 60; n += 1) stage.simulator.say({ text: `line ${n} of sixty` });
  await expect(page.getByText("line 60 of sixty")).toBeVisible();
  await page.reload();
  await widget.open();
  await expect(page.getByText("line 60 of sixty")).toBeVisible();
  await expect(page.getByText("line 20 of sixty")).toHaveCount(0);
  const transcript = widget.transcript;
  await transcript.evaluate((element) => {
    element.scrollTop = 10;
  });
  await expect(page.getByText("line 20 of sixty")).toBeAttached();
  const top = await transcript.evaluate((element) => element.scrollTop);
  expect(top).toBeGreaterThan(200);
  stage.simulator.say({ text: "news" });
  await expect(widget.panel.getByRole("button", { name: "New messages" })).toBeVisible();
  await widget.panel.getByRole("button", { name: "New messages" }).click();
  await expect(page.getByText("news", { exact: true })).toBeInViewport();
});

test("of a long conversation a part is drawn, more for who scrolls up, and less again at the end", async ({
  page,
  stage,
  widget,
}) => {
  await page.goto(stage.page(tag()));
  await widget.open();
  await widget.converse("hello");
  for (let n = 1; n <= 250; n += 1) stage.simulator.say({ text: `number ${n}` });
  await expect(page.getByText("number 250", { exact: true })).toBeVisible();
  await expect(widget.messages).toHaveCount(100);
  const top = (): Promise<number> => widget.transcript.evaluate((element) => element.scrollTop);
  await widget.transcript.evaluate((element) => element.scrollTo(0, 0));
  await expect(widget.messages).toHaveCount(200);
  // What was at the top is still what is seen.
  await expect.poll(top).toBeGreaterThan(500);
  await expect(page.getByText("number 151", { exact: true })).toBeInViewport();
  stage.simulator.say({ text: "number 251" });
  await expect(widget.panel.getByRole("button", { name: "New messages" })).toBeVisible();
  await expect(page.getByText("number 151", { exact: true })).toBeInViewport();
  await widget.panel.getByRole("button", { name: "New messages" }).click();
  await expect(page.getByText("number 251", { exact: true })).toBeInViewport();
  await expect(widget.messages).toHaveCount(100);
});

test("an end that comes from elsewhere is said, with the way out of it", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag()));
  await widget.open();
  const tell = (name: string, body: object): void =>
    stage.simulator.send({ type: "message", class: name, code: 200, body });
  const again = async (text: string): Promise<void> => {
    await widget.say(text);
    await expect(page.getByText(`You wrote: ${text}`)).toBeVisible();
  };
  await again("first");
  tell("ConnectionClosedEvent", {});
  await expect(widget.panel.getByText("This conversation is open in another window.")).toBeVisible();
  await widget.panel.getByRole("button", { name: "Continue here" }).click();
  await again("second");
  tell("LogoutEvent", {});
  await expect(widget.panel.getByText("You have been signed out.")).toBeVisible();
  await expect(widget.input).toBeDisabled();
  await widget.panel.getByRole("button", { name: "Start a new conversation" }).click();
  await again("third");
  tell("SessionExpiredEvent", {});
  const expired = "This conversation has expired. Your next message starts a new one.";
  await expect(widget.panel.getByText(expired).first()).toBeVisible();
  await again("fourth");
  tell("ConnectionClosedEvent", { reason: "signedIn" });
  await expect(widget.panel.getByText("This conversation continues on another device.")).toBeVisible();
  await expect(widget.panel.getByRole("button", { name: "Continue here" })).toBeVisible();
  expect((await widget.heard("conversation-ended")).map(({ reason }) => reason)).toEqual([
    "logout",
    "expired",
    "signed-in-elsewhere",
  ]);
});
