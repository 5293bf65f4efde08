/** What agents and bots send besides text, and files both ways. */
import { expect, tag, test } from "./fixtures.js";

test.beforeEach(async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag()));
  await widget.open();
});

test.afterEach(async ({ widget }) => {
  expect(await widget.violations()).toEqual([]);
});

test("quick replies are offered, and go when one is given", async ({ page, widget }) => {
  await widget.say("menu");
  const replies = widget.panel.getByRole("group", { name: "Choose an answer" });
  await expect(replies.getByRole("button")).toHaveText(["card", "carousel", "date", "list"]);
  await replies.getByRole("button", { name: "list" }).click();
  await expect(replies).toHaveCount(0);
  await expect(widget.messages.filter({ hasText: /^list$/ })).toBeVisible();
  await expect(page.getByText(/You chose|I have noted|What is it about/).first()).toBeVisible();
});

test("a card has its picture, its link and its answer", async ({ page, stage, widget }) => {
  await widget.say("card");
  const card = widget.panel.getByRole("article", { name: "Assam" });
  await expect(card.getByText("A pot of Assam, for two.")).toBeVisible();
  await expect
    .poll(() => card.locator("img").evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBeGreaterThan(0);
  await expect(card.getByRole("link", { name: /Read more/ })).toHaveAttribute("href", "https://example.com/teas/assam");
  await card.getByRole("button", { name: "Order Assam" }).click();
  await expect(widget.messages.filter({ hasText: "Order Assam" }).first()).toBeVisible();
  await expect(card.getByRole("button", { name: "Order Assam" })).toBeDisabled();
  await expect(page.getByText("I have noted")).toBeVisible();
  expect(stage.simulator.requests().length).toBeGreaterThan(0);
});

test("a carousel can be moved", async ({ widget }) => {
  await widget.say("carousel");
  const cards = widget.panel.getByRole("article");
  await expect(cards).toHaveCount(3);
  const row = widget.panel.locator(".cards");
  await row.focus();
  await row.press("ArrowRight");
  await expect.poll(() => row.evaluate((element) => element.scrollLeft)).toBeGreaterThan(0);
});

test("a time is chosen in the reader's own words, and sent as an instant", async ({ page, stage, widget }) => {
  await widget.say("date");
  const picker = widget.panel.getByRole("group", { name: "A time that suits you" });
  await expect(picker.getByRole("button")).toHaveCount(9);
  await picker.getByRole("button").nth(4).click();
  await expect(page.getByText("I have noted")).toBeVisible();
  await expect(picker.getByRole("button").first()).toBeDisabled();
  const frame = JSON.stringify(stage.simulator.frames());
  expect(frame).toMatch(/"DatePicker"/);
  expect(frame).toMatch(/\d{4}-\d\d-\d\dT\d\d:00:00\.000Z/);
});

test("one or several of a list, confirmed together", async ({ page, widget }) => {
  await widget.say("list");
  const picker = widget.panel.getByRole("group", { name: "Choose a topic" });
  const confirm = picker.getByRole("button", { name: "Confirm" });
  await expect(confirm).toBeDisabled();
  await picker.getByRole("radio", { name: /My order is late/ }).check();
  await picker.getByRole("radio", { name: /It is the wrong one/ }).check();
  await picker.getByRole("checkbox", { name: /Black/ }).check();
  await picker.getByRole("checkbox", { name: /Herbal/ }).check();
  await confirm.click();
  await expect(widget.messages.filter({ hasText: "It is the wrong one, Black, Herbal" }).first()).toBeVisible();
  await expect(page.getByText("I have noted")).toBeVisible();
  await expect(confirm).toHaveCount(0);
});

test("pictures are shown, other files are links with their names", async ({ widget }) => {
  await widget.say("image");
  const picture = widget.panel.locator(".picture img");
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  await widget.say("file");
  await expect(widget.panel.getByRole("link", { name: /prices\.txt/ })).toHaveAttribute("href", /^http/);
});

test("content of a later version, and hostile content, stay harmless", async ({ stage, widget }) => {
  await widget.converse("hello");
  stage.simulator.say({ content: [{ contentType: "Hologram", hologram: { depth: 3 } }] });
  await expect(widget.panel.getByText("This message cannot be shown here.")).toBeVisible();
  stage.simulator.say({
    content: [
      {
        contentType: "Card",
        card: {
          title: "<b>bold</b>",
          image: "javascript:alert(1)",
          actions: [
            { type: "Link", text: "bad link", url: "javascript:alert(1)" },
            { type: "Link", text: "good link", url: "https://example.com/" },
          ],
        },
      },
      {
        contentType: "Attachment",
        attachment: { id: "x", url: "data:text/html,<script>1</script>", filename: "bad.html", mediaType: "File" },
      },
    ],
  });
  const card = widget.panel.getByRole("article");
  await expect(card.getByText("<b>bold</b>")).toBeVisible();
  await expect(card.getByText("bad link")).toHaveCount(0);
  await expect(card.getByText("good link")).toBeVisible();
  await expect(card.locator("img")).toHaveCount(0);
  await expect(widget.panel.getByText("bad.html")).toBeVisible();
  await expect(widget.panel.getByRole("link", { name: /bad\.html/ })).toHaveCount(0);
});

test("a file is brought over, and goes with the message", async ({ widget }) => {
  await widget.converse("hello");
  const field = widget.panel.locator('input[type="file"]');
  await field.setInputFiles({
    name: "receipt.png",
    mimeType: "image/png",
    buffer: Buffer.from("89504e470d0a1a0a", "hex"),
  });
  await expect(widget.panel.locator(".files").getByText("receipt.png")).toBeVisible();
  await expect(widget.panel.getByRole("button", { name: "Send" })).toBeEnabled();
  await field.setInputFiles({
    name: "second.png",
    mimeType: "image/png",
    buffer: Buffer.from("89504e470d0a1a0a", "hex"),
  });
  await expect(widget.panel.getByText("One file at a time, please. Send this one first.")).toBeVisible();
  await expect(widget.panel.locator(".files").getByText("receipt.png")).toBeVisible();
  await widget.say("Here is my receipt");
  await expect(widget.messages.filter({ hasText: "Here is my receipt" }).first()).toBeVisible();
  await expect(widget.panel.locator(".files .file")).toHaveCount(0);
  await expect(widget.panel.locator(".sent .picture, .sent .file")).toBeVisible();
});

test("a file that is too large, or of a wrong kind, is said and not sent", async ({ widget }) => {
  await widget.converse("hello");
  const field = widget.panel.locator('input[type="file"]');
  await field.setInputFiles({ name: "film.png", mimeType: "image/png", buffer: Buffer.alloc(11 * 1024 * 1024) });
  await expect(widget.panel.getByText(/This file is too large\. The limit is \d+ ?MB\./)).toBeVisible();
  await field.setInputFiles({ name: "tool.exe", mimeType: "application/x-msdownload", buffer: Buffer.from("MZ") });
  await expect(widget.panel.getByText("Files of this kind cannot be sent.")).toBeVisible();
  await expect(widget.panel.locator(".files .file")).toHaveCount(0);
});

test("Markdown of the agent is drawn, and nothing else of what it contains", async ({ page, stage, widget }) => {
  await widget.say("markdown");
  const bubble = widget.messages.filter({ hasText: "Opening hours" });
  await expect(bubble.locator("strong")).toHaveText("Opening hours");
  await expect(bubble.locator("li")).toHaveCount(2);
  await expect(bubble.locator("em")).toHaveText("9 to 5");
  await expect(bubble.locator("code").first()).toHaveText("10:00");
  await expect(bubble.locator("a")).toHaveAttribute("href", "https://example.com/hours");
  await expect(bubble).toContainText("<b>This is not markup.</b>");
  await expect(bubble.locator("b")).toHaveCount(0);
  stage.simulator.say({ text: "[click me](javascript:alert(1)) and **bold**" });
  const hostile = widget.messages.filter({ hasText: "click me" });
  await expect(hostile.locator("strong")).toHaveText("bold");
  await expect(hostile.locator("a")).toHaveCount(0);
  await widget.say("**my own** words");
  await expect(page.getByText("**my own** words", { exact: true })).toBeVisible();
});

test("a form is filled in page by page, by keyboard too, and cannot be sent twice", async ({ page, stage, widget }) => {
  await widget.say("form");
  const form = widget.panel.getByRole("form", { name: "Book a tea tasting" });
  await expect(form.getByText("1 / 3")).toBeVisible();
  await form.getByRole("button", { name: "Next" }).click();
  const name = form.getByLabel("Your name");
  await expect(name).toBeFocused();
  await expect(name).toHaveAttribute("aria-invalid", "true");
  await expect(name).toHaveAccessibleDescription("Please fill this in.");
  await expect(name).toHaveAttribute("autocomplete", "name");
  await name.fill("Ada");
  await form.getByLabel("E-mail").fill("nobody");
  await form.getByLabel("E-mail").press("Enter");
  await expect(form.getByLabel("E-mail")).toHaveAccessibleDescription("Please check this.");
  await form.getByLabel("E-mail").fill("ada@example.com");
  await form.getByLabel("E-mail").press("Enter");
  await expect(form.getByText("2 / 3")).toBeVisible();
  await widget.input.fill("one moment");
  await widget.input.press("Enter");
  await expect(page.getByText("You wrote: one moment")).toBeVisible();
  const day = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10);
  await form.getByLabel("Which day?").fill("2001-01-01");
  await form.getByRole("button", { name: "Next" }).click();
  await expect(form.getByLabel("Which day?")).toHaveAccessibleDescription("Please check this.");
  await form.getByLabel("Which day?").fill(day);
  await form.getByLabel("How many guests?").selectOption({ label: "2 guests" });
  await form.getByRole("radio", { name: /My order is late/ }).check();
  await form.getByRole("radio", { name: /It is the wrong one/ }).check();
  await form.getByRole("checkbox", { name: /Black/ }).check();
  await form.getByRole("button", { name: "Back" }).click();
  await expect(name).toHaveValue("Ada");
  await form.getByRole("button", { name: "Next" }).click();
  await form.getByRole("button", { name: "Next" }).click();
  await expect(form.getByText("Your answers")).toBeFocused();
  await expect(form.getByText("It is the wrong one, Black")).toBeVisible();
  await form.getByRole("button", { name: "Send answers" }).click();
  await expect(widget.input).toBeFocused();
  const answer = widget.panel.locator(".answers");
  await expect(answer.getByText("ada@example.com")).toBeVisible();
  await expect(answer.getByText("Which day?")).toBeVisible();
  await expect(form.getByRole("button")).toHaveCount(0);
  const [year, month, date] = day.split("-");
  const noted = widget.messages.filter({ hasText: "I have noted: Ada, ada@example.com" });
  await expect(noted).toContainText(`, ${date}/${month}/${year}, 2 guests`);
  const sent = stage.simulator
    .frames()
    .map(({ frame }) => JSON.stringify(frame))
    .find((frame) => frame?.includes('"cannedResponseId":"tasting"'));
  expect(sent).toContain('"originatingMessageId"');
  expect(sent).toContain('"text":"2 guests","payload":"2"');
  expect(sent).toContain(`"payload":"${day}T00:00:00.000Z"`);
  await page.reload();
  await widget.open();
  await expect(answer.getByText("ada@example.com")).toBeVisible();
  await expect(form.getByRole("button")).toHaveCount(0);
});

test("sound and film are played in place; what has no player left is a link", async ({ page, stage, widget }) => {
  await widget.say("audio");
  const audio = widget.panel.locator("audio");
  await expect.poll(() => audio.evaluate((player: HTMLAudioElement) => player.duration)).toBeCloseTo(0.5, 1);
  await expect(widget.panel.getByRole("link", { name: /chime\.wav/ })).toBeVisible();
  await widget.say("video");
  const video = widget.panel.locator("video");
  await expect.poll(() => video.evaluate((player: HTMLVideoElement) => player.videoWidth)).toBe(160);
  stage.simulator.say({
    content: [
      {
        contentType: "Attachment",
        attachment: {
          id: "gone",
          url: `${stage.simulator.url}/media/gone.mp3`,
          filename: "gone.mp3",
          mediaType: "Audio",
        },
      },
    ],
  });
  await expect(widget.panel.getByRole("link", { name: /gone\.mp3/ })).toBeVisible();
  await expect(audio).toHaveCount(1);
  stage.simulator.say({
    text: "Shall we go on?",
    content: ["Yes", "No"].map((text) => ({
      contentType: "ButtonResponse",
      buttonResponse: { type: "QuickReply", text, payload: text },
    })),
  });
  await widget.panel.getByRole("button", { name: "Yes" }).click();
  await expect(page.getByText("You wrote: Yes")).toBeVisible();
});

test("files come by drop and by paste; a pasted text stays a text", async ({ widget }) => {
  await widget.converse("hello");
  const give = (selector: string, type: "drop" | "paste", name?: string): Promise<boolean> =>
    widget.element.evaluate(
      (element, [where, what, file]) => {
        const data = new DataTransfer();
        if (file) data.items.add(new File(["x"], file, { type: "image/png" }));
        else data.setData("text/plain", "words");
        const options = { bubbles: true, cancelable: true, composed: true };
        const event =
          what === "drop"
            ? new DragEvent(what, { ...options, dataTransfer: data })
            : new ClipboardEvent(what, { ...options, clipboardData: data });
        return element.shadowRoot?.querySelector(where)?.dispatchEvent(event) ?? false;
      },
      [selector, type, name] as const,
    );
  expect(await give("textarea", "paste")).toBe(true);
  expect(await give("textarea", "paste", "pasted.png")).toBe(false);
  const files = widget.panel.locator(".files");
  await expect(files.getByText("pasted.png")).toBeVisible();
  await files.getByRole("button", { name: "Remove the file" }).click();
  await expect(files.getByText("pasted.png")).toHaveCount(0);
  expect(await give(".transcript", "drop", "dropped.png")).toBe(false);
  await expect(files.getByText("dropped.png")).toBeVisible();
});

test("a link that has expired is renewed: a picture by itself, a file when it is followed", async ({
  page,
  stage,
  widget,
}) => {
  const renewals = (): number =>
    stage.simulator.frames().filter(({ frame }) => JSON.stringify(frame)?.includes('"getAttachment"')).length;
  const send = async (name: string, mimeType: string, bytes: Buffer): Promise<void> => {
    await widget.panel.locator('input[type="file"]').setInputFiles({ name, mimeType, buffer: bytes });
    await expect(widget.panel.getByRole("button", { name: "Send" })).toBeEnabled();
    await widget.say(`here is ${name}`);
    await expect(page.getByText(`You wrote: here is ${name}`)).toBeVisible();
  };
  await widget.converse("hello");
  const dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  stage.simulator.fault({ path: "/downloads/*", status: 403, times: 1 });
  await send("dot.png", "image/png", Buffer.from(dot, "base64"));
  const picture = widget.panel.locator(".sent .picture img");
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1);
  expect(renewals()).toBe(1);
  await send("note.txt", "text/plain", Buffer.from("a note"));
  const link = widget.panel.getByRole("link", { name: /note\.txt/ });
  const first = await link.getAttribute("href");
  await page.clock.setSystemTime(Date.now() + 600_000);
  const opened = page.context().waitForEvent("page");
  await link.click();
  await opened;
  expect(renewals()).toBe(2);
  expect(await link.getAttribute("href")).not.toBe(first);
});
