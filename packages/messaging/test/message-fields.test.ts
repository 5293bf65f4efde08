/** Every field of a message that the platform sends, said by the simulator on its socket, and what the transcript shows. */
import { type Simulator, startSimulator } from "@guestpass/simulator";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { texts, visitor } from "./rig.js";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ quietAgent: true });
});
beforeEach(() => simulator.clearRequests());
afterAll(() => void simulator.close());

const AT = "2026-01-01T10:00:00.000Z";
let count = 0;

/** A message of the agent on the wire; each has an id of its own unless it says otherwise. */
function said(body: Record<string, unknown>, more: Record<string, unknown> = {}): unknown {
  count += 1;
  const whole = { id: `m${count}`, type: "Text", text: "hi", direction: "Outbound", channel: { time: AT }, ...body };
  return { type: "message", class: "StructuredMessage", code: 200, body: whole, ...more };
}

async function talk() {
  const rig = visitor(simulator.url);
  await rig.conversation.connect();
  return rig;
}

/** What a guest sees of one frame, once the platform has said something after it. */
async function seen(...frames: unknown[]) {
  const { conversation, ears } = await talk();
  for (const frame of frames) simulator.send(frame);
  simulator.send(said({ id: "last", text: "last", channel: { time: "2027-01-01T00:00:00.000Z" } }));
  await ears.until(() => texts(conversation).includes("last"));
  return { messages: conversation.transcript.slice(0, -1), ears };
}

describe("the field", () => {
  it("id: two with the same are one", async () => {
    const { messages } = await seen(said({ id: "a", text: "first" }), said({ id: "a", text: "first" }));
    expect(messages).toMatchObject([{ id: "a", text: "first" }]);
  });

  it("channel.messageId comes before id", async () => {
    const channel = { time: AT, messageId: "u1" };
    const { messages } = await seen(said({ channel }), said({ channel }), said({ channel: { time: AT } }));
    expect(messages).toHaveLength(2);
    expect(messages[0]?.id).toBe("u1");
  });

  it.each([
    ["Text", 1],
    ["Structured", 1],
    ["Message", 1],
    ["ATypeOfALaterVersion", 1],
    ["Event", 0],
    ["Receipt", 0],
  ])("type %s", async (type, shown) => {
    expect((await seen(said({ type }))).messages).toHaveLength(shown);
  });

  it.each([
    ["Inbound", "sent"],
    ["Outbound", "received"],
  ])("direction %s", async (direction, side) => {
    expect((await seen(said({ direction }))).messages).toMatchObject([{ direction: side, status: "delivered" }]);
  });

  it.each([
    ["Human", false],
    ["Bot", true],
    ["Somebody", false],
  ])("originatingEntity %s", async (originatingEntity, bot) => {
    expect((await seen(said({ originatingEntity }))).messages[0]?.from.bot).toBe(bot);
  });

  it("channel.time puts messages in order, whatever order they come in", async () => {
    const at = (second: number) => ({ channel: { time: `2026-01-01T10:00:0${second}.000Z` } });
    const { messages } = await seen(
      said({ text: "c", ...at(3) }),
      said({ text: "a", ...at(1) }),
      said({ text: "b", ...at(2) }),
    );
    expect(messages.map(({ text }) => text)).toEqual(["a", "b", "c"]);
    expect(messages[0]?.at).toBe(Date.parse("2026-01-01T10:00:01.000Z"));
  });

  it.each([
    [{ nickname: "Ann", firstName: "Anna", lastName: "Lee" }, "Ann"],
    [{ firstName: "Anna", lastName: "Lee" }, "Anna Lee"],
    [{ firstName: "Anna" }, "Anna"],
    [{}, undefined],
  ])("channel.from %j is the name", async (from, name) => {
    const image = "https://example.com/a.png";
    const { messages } = await seen(said({ channel: { time: AT, from: { ...from, image } } }));
    expect(messages[0]?.from).toMatchObject({ image });
    expect(messages[0]?.from.name).toBe(name);
  });

  it("metadata.customMessageId and the tracing id tell an own message", async () => {
    const { conversation } = await talk();
    const sending = conversation.send("mine");
    await expect.poll(() => simulator.frames().some(({ frame }) => JSON.stringify(frame).includes("mine"))).toBe(true);
    await sending;
    const [{ id } = { id: "" }] = conversation.transcript;
    const own = said({ direction: "Inbound", text: "mine", metadata: { customMessageId: id } });
    simulator.send(own);
    simulator.send(said({ text: "after" }));
    await expect.poll(() => texts(conversation)).toContain("after");
    expect(texts(conversation).filter((text) => text === "mine")).toHaveLength(1);
  });

  it.each([
    ["correlationId", { correlationId: "c" }],
    ["authenticated", { authenticated: "true" }],
    ["parentMessageId", { parentMessageId: "p" }],
    ["id", { id: "x" }],
    ["__proto__", JSON.parse('{"__proto__": "x"}')],
  ])("metadata.%s is taken without a word", async (_name, metadata) => {
    const { messages, ears } = await seen(said({ metadata }));
    expect(texts({ transcript: messages } as never)).toEqual(["hi"]);
    expect(ears.of("error")).toEqual([]);
  });

  it("metadata.durationSeconds and metadata.expirationDate, numbers as text, move the warning", async () => {
    const { conversation, ears, clock } = await talk();
    const expirationDate = String(Math.floor(simulator.now() / 1000) + 200);
    simulator.say({ text: "soon over", metadata: { durationSeconds: "3600", expirationDate } });
    await ears.until(() => texts(conversation).length === 1);
    clock.advance(1_000);
    expect(ears.of("expiring")).toHaveLength(1);
  });

  it.each([
    ["true", "read-only"],
    ["false", "open"],
  ])("metadata.readOnly %s on a Disconnect", async (readOnly, state) => {
    const { conversation, ears } = await talk();
    const events = [{ eventType: "Presence", presence: { type: "Disconnect" } }];
    simulator.send(said({ type: "Event", metadata: { readOnly }, events }));
    await ears.next("ended", 0);
    expect(conversation.state).toBe(state);
  });
});

describe("content of type", () => {
  const card = {
    title: "Assam",
    description: "A pot",
    image: "https://example.com/a.png",
    video: "https://example.com/a.mp4",
    defaultAction: { type: "Link", text: "More", url: "https://example.com/" },
    actions: [
      { type: "Link", text: "More", url: "https://example.com/" },
      { type: "Postback", text: "Order", payload: "order" },
    ],
  };
  const attachment = (mediaType: string) => ({
    id: "a1",
    url: "https://example.com/f",
    filename: "f.bin",
    fileSize: 7,
    mediaType,
    mime: "application/octet-stream",
    text: "a file",
  });
  const picker = { title: "Pick", subtitle: "one", imageUrl: "https://example.com/p.png" };
  const whole: [string, string, object][] = [
    ["QuickReply", "quickReply", { text: "Yes", payload: "yes", image: "https://example.com/y.png" }],
    ["ButtonResponse", "buttonResponse", { type: "Button", text: "Yes", payload: "yes" }],
    ["Card", "card", card],
    [
      "DatePicker",
      "datePicker",
      { ...picker, dateMinimum: AT, dateMaximum: AT, availableTimes: [{ dateTime: AT, durationSeconds: 1800 }] },
    ],
    [
      "ListPicker",
      "listPicker",
      {
        id: "l",
        sections: [{ title: "S", multipleSelection: true, items: [{ id: "i", ...picker }] }],
        receivedMessage: { id: "", title: "Choose" },
        replyMessage: { id: "", title: "Thanks" },
      },
    ],
    ...["Image", "Video", "Audio", "File", "Link"].map((type): [string, string, object] => [
      "Attachment",
      "attachment",
      attachment(type),
    ]),
  ];

  it.each(whole)("%s: %s with every field", async (contentType, field, value) => {
    // On the wire a time's length is called duration.
    const wire = JSON.parse(JSON.stringify(value).replaceAll("durationSeconds", "duration"));
    const { messages } = await seen(said({ type: "Structured", text: "", content: [{ contentType, [field]: wire }] }));
    expect(messages[0]?.content).toEqual([{ contentType, [field]: value }]);
  });

  it("Carousel: its cards", async () => {
    const content = [{ contentType: "Carousel", carousel: { cards: [card, card] } }];
    const { messages } = await seen(said({ type: "Structured", content }));
    expect(messages[0]?.content).toEqual([{ contentType: "Carousel", cards: [card, card] }]);
  });

  it.each(["Form", "GenericTemplate", "Reactions", "AContentOfALaterVersion"])(
    "%s does no harm",
    async (contentType) => {
      const content = [{ contentType, [contentType]: { deep: [{}] } }, "no object", null];
      const { messages, ears } = await seen(said({ type: "Structured", content }));
      expect(messages).toMatchObject([{ text: "hi" }]);
      expect(ears.of("error")).toEqual([]);
    },
  );
});

describe("an event of type", () => {
  it.each([
    "Join",
    "Disconnect",
    "Clear",
    "SignIn",
    "SessionExpired",
    "Authenticate",
    "AuthenticateCancel",
    "AuthenticateFailure",
    "APresenceOfALaterVersion",
  ])("Presence %s is told", async (type) => {
    const { ears } = await talk();
    simulator.say({ events: [{ eventType: "Presence", presence: { type } }] });
    expect(await ears.next("presence", 0)).toMatchObject({ presence: type, name: "Robin" });
  });

  it.each([
    [{ duration: 3000 }, 3000],
    [{ durationMs: 2000 }, 2000],
    [{}, 5000],
    [{ duration: 9e9 }, 30_000],
  ])("Typing %j", async (length, ms) => {
    const { ears, clock } = await talk();
    simulator.say({ events: [{ eventType: "Typing", typing: { type: "On", ...length } }] });
    await ears.next("typing", 0);
    clock.advance(ms - 1);
    expect(ears.of("typing")).toHaveLength(1);
    clock.advance(1);
    expect(ears.of("typing").map(({ active }) => active)).toEqual([true, false]);
  });

  it.each(["CoBrowse", "Video", "Reactions", "AnEventOfALaterVersion"])("%s does no harm", async (eventType) => {
    const { messages, ears } = await seen(said({ type: "Event", events: [{ eventType, x: {} }, null] }));
    expect(messages).toEqual([]);
    expect([...ears.of("error"), ...ears.of("presence"), ...ears.of("ended")]).toEqual([]);
  });
});
