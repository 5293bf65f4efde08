/**
 * Every state that a visitor can see the widget in, one after the other, on three pages. Knows how each is brought about;
 * what is then looked at, by axe or by a camera, is the caller's. Finds things by their parts, so that it works in any language.
 */
import type { BrowserContext, Page } from "@playwright/test";
import { expect, type Stage, type Widget } from "./fixtures.js";
import type { Words } from "./states.words.js";

export interface Walk {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly stage: Stage;
  readonly widget: Widget;
  readonly words: Words;
  /** The state of this name stands. */
  at(name: string): Promise<void>;
}

const AGENT = { nickname: "Robin", firstName: "Robin", lastName: "Hale" };
const BOT = { nickname: "Teabot" };
/** Longer than any look at it. */
const LONG_TYPING = { eventType: "Typing", typing: { type: "On", duration: 30_000 } };

const notice = (name: string, body: unknown = {}) => ({ type: "message", class: name, code: 200, body });

const agent = ({ stage }: Walk, text: string, content?: unknown[]) =>
  stage.simulator.say({ text, from: AGENT, ...(content ? { content } : {}) });
const bot = ({ stage }: Walk, text: string, content: unknown[]) =>
  stage.simulator.say({ text, content, from: BOT, entity: "Bot" });

/** A goodbye of the agent's after which nobody may write. */
const disconnect = (readOnly: boolean) => ({
  type: "message",
  class: "StructuredMessage",
  code: 200,
  body: {
    id: `end-${readOnly}`,
    type: "Event",
    direction: "Outbound",
    channel: { time: new Date().toISOString(), from: AGENT },
    metadata: { readOnly: String(readOnly) },
    events: [{ eventType: "Presence", presence: { type: "Disconnect" } }],
  },
});

/** The platform's word that the session ends in a few minutes unless somebody writes. */
export const endsSoon = (now: number) => ({
  type: "message",
  class: "StructuredMessage",
  code: 200,
  body: {
    id: "0123456789abcdef0123456789abcdef",
    type: "Event",
    direction: "Outbound",
    channel: { time: new Date(now).toISOString(), type: "Private" },
    metadata: { durationSeconds: "259200", expirationDate: String(Math.round(now / 1000) + 241) },
    events: [{ eventType: "Typing", typing: { type: "On", duration: 10 } }],
  },
});

/** Not waited for: what comes of it is what is looked at. */
async function call({ page }: Walk, method: string): Promise<void> {
  await page.evaluate((name) => {
    const { Guestpass } = globalThis as unknown as { Guestpass(what: string): Promise<void> | undefined };
    Guestpass(name)?.catch(() => {});
  }, method);
}

async function open(walk: Walk): Promise<void> {
  const { widget } = walk;
  await call(walk, "show");
  await expect(widget.panel).toBeVisible();
  await expect.poll(() => widget.get("conversationState")).toBe("open");
}

async function say({ widget }: Walk, text: string): Promise<void> {
  const before = await widget.panel.locator('[part~="sent"]').count();
  await widget.say(text);
  await expect(widget.panel.locator('[part~="sent"]')).toHaveCount(before + 1);
}

const shown = ({ widget }: Walk, selector: string) => expect(widget.panel.locator(selector).last()).toBeVisible();
const gone = ({ widget }: Walk, selector: string) => expect(widget.panel.locator(selector)).toHaveCount(0);

/** From the closed launcher through a conversation, its menu and its end. */
export async function talking(walk: Walk): Promise<void> {
  const { widget, words, at, stage } = walk;
  await expect(widget.launcher).toBeVisible();
  await at("closed");
  await open(walk);
  await at("empty");
  await say(walk, words.question);
  agent(walk, words.answer);
  await expect(widget.messages).toHaveCount(2);
  await say(walk, words.more);
  agent(walk, words.moreAnswer);
  agent(walk, words.withLink);
  await expect(widget.messages).toHaveCount(5);
  await shown(walk, ".bubble a");
  await at("conversation");
  stage.simulator.say({ from: AGENT, events: [LONG_TYPING] });
  await shown(walk, ".typing .bubble");
  await at("typing");
  agent(walk, words.markdown);
  await shown(walk, ".md ul");
  await at("markdown");
  await widget.input.fill("There is so much to say about tea. ".repeat(118));
  await shown(walk, "#over:not(:empty)");
  await at("too-long");
  await widget.input.fill("");
  await widget.panel.locator(".more").click();
  await shown(walk, ".item");
  await at("menu");
  await widget.panel.locator(".item").first().click();
  await shown(walk, ".confirm");
  await at("end-question");
  await widget.panel.locator(".confirm .strong").click();
  await shown(walk, ".notice");
  await at("ended-by-you");
}

/** Everything that is more than text. */
export async function rich(walk: Walk): Promise<void> {
  const { widget, words, at, stage } = walk;
  const media = (name: string) => `${stage.simulator.url}/media/${name}`;
  const link = { type: "Link", text: words.readMore, url: "https://example.com/teas/assam" };
  const card = (name: string, about: string) => ({
    title: name,
    description: about,
    image: media(`${name.toLowerCase()}.svg`),
    defaultAction: link,
    actions: [link, { type: "Postback", text: words.order, payload: name }],
  });
  const [assam, sencha, rooibos] = [
    card("Assam", words.about[0]),
    card("Sencha", words.about[1]),
    card("Rooibos", words.about[2]),
  ];
  const file = (id: string, filename: string, mediaType: string, mime: string, fileSize: number) => ({
    contentType: "Attachment",
    attachment: { id, url: media(filename), filename, mediaType, mime, fileSize },
  });
  await open(walk);
  await say(walk, words.question);
  const replies = words.choices.map((text) => ({
    contentType: "QuickReply",
    quickReply: { text, payload: text, action: "Message" },
  }));
  bot(walk, words.choose, replies);
  await shown(walk, ".replies button");
  await at("quick-replies");
  await widget.panel.locator(".replies button").first().click();
  await gone(walk, ".replies");
  bot(walk, words.card, [{ contentType: "Card", card: assam }]);
  await shown(walk, ".card .action");
  await at("card");
  bot(walk, words.carousel, [{ contentType: "Carousel", carousel: { cards: [assam, sencha, rooibos] } }]);
  await shown(walk, ".carousel");
  await at("carousel");
  const times = [1, 2].flatMap((day) => ["09:00", "10:30", "15:00"].map((time) => `2030-03-0${day}T${time}:00.000Z`));
  const availableTimes = times.map((dateTime) => ({ dateTime, duration: 1800 }));
  const datePicker = { title: words.pick, subtitle: words.half, availableTimes };
  bot(walk, words.when, [{ contentType: "DatePicker", datePicker }]);
  await shown(walk, ".day-times");
  await at("date-picker");
  const items = words.choices.map((title, n) => ({ id: title, title, subtitle: words.about[n % 3] }));
  const sections = [
    { title: words.one, multipleSelection: false, items: items.slice(0, 2) },
    { title: words.any, multipleSelection: true, items: items.slice(2) },
  ];
  const listPicker = { sections, receivedMessage: { title: words.list, subtitle: words.half } };
  bot(walk, words.choose, [{ contentType: "ListPicker", listPicker }]);
  await shown(walk, "fieldset input");
  await widget.panel.locator("fieldset input").first().check();
  await at("list-picker");
  agent(walk, words.picture, [file("p", "teapot.svg", "Image", "image/svg+xml", 900)]);
  await widget.panel.locator(".picture").scrollIntoViewIfNeeded();
  await expect
    .poll(() => widget.panel.locator(".picture img").evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBeGreaterThan(0);
  agent(walk, words.prices, [file("f", "prices.txt", "File", "text/plain", 14_336)]);
  await shown(walk, ".transcript a.file");
  await at("picture-and-file");
  agent(walk, words.hear, [file("s", "chime.wav", "Audio", "audio/wav", 16_044)]);
  agent(walk, words.see, [file("v", "kettle.webm", "Video", "video/webm", 1_172)]);
  await shown(walk, "video");
  await at("sound-and-film");
  const part = (id: string, title: string, more = {}) => ({ id, title, isRequired: true, ...more });
  const form = {
    cannedResponseId: "tasting",
    receivedMessage: { title: words.form, subtitle: words.half },
    formPages: [
      {
        title: words.you,
        pageComponents: [
          { formComponentType: "Input", input: part("name", words.name, { placeholderText: "Ada Byron" }) },
          { formComponentType: "WheelPicker", wheelPicker: part("what", words.list, { items: items.slice(0, 3) }) },
        ],
      },
      { title: words.one, pageComponents: [{ formComponentType: "ListPicker", listPicker: { id: "l", sections } }] },
    ],
  };
  bot(walk, words.choose, [{ contentType: "Form", form }]);
  await shown(walk, "form.form select");
  await at("form");
  await widget.panel.locator("form.form .strong").click();
  await shown(walk, "form.form [aria-invalid='true']");
  await at("form-with-something-missing");
  agent(walk, "", [{ contentType: "OfALaterVersion" }]);
  await shown(walk, ".unknown");
  await at("not-shown");
  stage.simulator.fault({ path: "/uploads/*", hang: true });
  const chosen = { name: "my order.txt", mimeType: "text/plain", buffer: Buffer.from("tea ".repeat(500)) };
  await widget.panel.locator("input[type=file]").setInputFiles(chosen);
  await shown(walk, ".files progress");
  await at("uploading");
  await widget.panel.locator(".files .round").click();
  await gone(walk, ".files progress");
  stage.simulator.clearFaults();
  await widget.panel
    .locator("input[type=file]")
    .setInputFiles({ ...chosen, name: "a.exe", mimeType: "application/x-msdownload" });
  await shown(walk, ".files .over:not(:empty)");
  await at("file-refused");
  await widget.panel.locator("input[type=file]").setInputFiles(chosen);
  await shown(walk, ".files small");
  await at("file-ready");
  await widget.panel.locator('[part="send"]').click();
  await expect(widget.panel.locator(".transcript a.file", { hasText: "my order.txt" })).toHaveCount(1);
}

/** What goes wrong, and what comes while nobody looks. */
export async function trouble(walk: Walk): Promise<void> {
  const { page, context, widget, words, at, stage } = walk;
  const { simulator } = stage;
  // The visitor has opened it, and the endpoint takes its time.
  simulator.fault({ path: "/v1", delayMs: 1_500, times: 1 });
  await call(walk, "show");
  await shown(walk, ".line.busy");
  await at("starting");
  await expect.poll(() => widget.get("conversationState")).toBe("open");
  await say(walk, words.question);
  simulator.fault({ path: "/v1/onMessage", status: 400 });
  await widget.say(words.more);
  await shown(walk, ".meta.bad");
  await at("not-sent");
  simulator.clearFaults();
  await widget.panel.locator(".meta.bad button").click();
  await gone(walk, ".meta.bad");

  await widget.panel.locator(".close").click();
  await expect(widget.panel).toBeHidden();
  agent(walk, words.answer);
  agent(walk, words.moreAnswer);
  await expect.poll(() => widget.get("unread")).toBe(2);
  await at("unread");
  await open(walk);
  await shown(walk, ".rule.new");
  await at("unread-divider");

  for (let line = 1; line <= 30; line += 1) agent(walk, `${words.answer} (${line})`);
  await expect(widget.messages).toHaveCount(34);
  await widget.transcript.evaluate(async (element) => {
    const scrolled = new Promise((done) => element.addEventListener("scroll", done, { once: true }));
    element.scrollTop = element.scrollHeight / 2;
    await scrolled;
  });
  agent(walk, words.moreAnswer);
  await shown(walk, ".jump");
  await at("new-messages");
  await widget.panel.locator(".jump").click();
  await gone(walk, ".jump");

  await context.setOffline(true);
  await shown(walk, ".notice");
  await at("offline");
  await context.setOffline(false);
  await gone(walk, ".notice");
  simulator.fault({ path: "/v1", status: 503 });
  simulator.dropSockets();
  await expect.poll(() => widget.get("conversationState")).toBe("reconnecting");
  await at("reconnecting");
  simulator.clearFaults();
  await expect.poll(() => widget.get("conversationState"), { timeout: 20_000 }).toBe("open");

  simulator.send(endsSoon(simulator.now()));
  await shown(walk, ".notice.bad");
  await at("ends-soon");
  await say(walk, words.more);
  await gone(walk, ".notice.bad");

  // After a reload the newest page is there; the one before it takes its time.
  await page.reload();
  await expect(widget.launcher).toBeVisible();
  await open(walk);
  await expect(widget.messages.first()).toBeVisible();
  await shown(walk, ".older");
  simulator.fault({ path: "/api/v2/webmessaging/messages", hang: true });
  await widget.panel.locator(".older").click();
  await shown(walk, ".older .spinner");
  await at("older-loading");
  simulator.clearFaults();

  simulator.send(disconnect(false));
  await expect(widget.panel.locator(".notice, .rule.ended").last()).toBeVisible();
  await at("ended-by-agent");
  await say(walk, words.more);
  simulator.send(disconnect(true));
  await expect(widget.input).toBeDisabled();
  await at("read-only");
  await widget.panel.locator(".notice button").click();
  await expect(widget.input).toBeEnabled();
}

/** Each way in which a conversation is over for good; each page is new, as these are never seen one after the other. */
export async function over(walk: Walk): Promise<void> {
  const { page, widget, words, at, stage } = walk;
  // Pages come and go here: the script has to be there before it is asked.
  const reload = async () => {
    await page.evaluate(() => {
      sessionStorage.clear();
      localStorage.clear();
    });
    await page.reload();
    await expect(widget.launcher).toBeVisible();
  };
  for (const [name, frame] of [
    ["expired", notice("SessionExpiredEvent")],
    ["cleared", notice("SessionClearedEvent")],
    ["signed-in-elsewhere", notice("ConnectionClosedEvent", { reason: "signedIn" })],
    ["open-elsewhere", notice("ConnectionClosedEvent")],
    ["signed-out", notice("LogoutEvent")],
  ] as const) {
    await reload();
    await open(walk);
    await say(walk, words.question);
    agent(walk, words.answer);
    await expect(widget.messages).toHaveCount(2);
    stage.simulator.send(frame);
    await shown(walk, ".notice");
    await at(name);
  }
  await reload();
  await page.evaluate(() =>
    document.querySelector("guestpass-messenger")?.setAttribute("deployment-id", crypto.randomUUID()),
  );
  await call(walk, "show");
  await shown(walk, ".notice.bad");
  await at("unavailable");
  // From a site that the endpoint does not know: to a page that is no answer at all.
  await page.goto(page.url().replace("127.0.0.1", "localhost"));
  await expect(widget.launcher).toBeVisible();
  await call(walk, "show");
  await shown(walk, ".notice.busy");
  await at("cannot-connect");
}
