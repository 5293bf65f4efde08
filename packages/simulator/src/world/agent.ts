/**
 * The agent at the other end: what is said to it in, what it says and when out. Pure and deterministic: the same words
 * get the same answer after the same time.
 */

export const AGENT = { firstName: "Robin", lastName: "Hale", nickname: "Robin" };
export const BOT = { nickname: "Guestpass Bot" };

export const TYPING_MS = 5000;

export interface AgentLine {
  /** Milliseconds after the line before. */
  afterMs: number;
  by: "agent" | "bot";
  text?: string;
  content?: unknown[];
  events?: unknown[];
}

export interface AgentSurroundings {
  /** Milliseconds. */
  now: number;
  /** Origin that serves the pictures. */
  origin: string;
}

const typing: AgentLine = {
  afterMs: 150,
  by: "agent",
  events: [{ eventType: "Typing", typing: { type: "On", duration: TYPING_MS } }],
};

/** How the agent comes into a conversation. */
export function greeting(): AgentLine[] {
  return [typing, { afterMs: 150, by: "agent", text: "Hello, this is Robin. How can I help?" }];
}

/** How the agent answers. */
export function answer(heard: string, around: AgentSurroundings): AgentLine[] {
  const chosen = /^chosen: (.*)$/s.exec(heard)?.[1];
  if (chosen !== undefined) return [typing, says(`Thank you, I have noted: ${chosen}`)];
  const word = heard.toLowerCase().match(KEYWORD)?.[0];
  const rich = word === undefined ? undefined : RICH[word];
  if (rich) return [typing, ...rich(around)];
  return [typing, says(`You wrote: ${heard}`, heard)];
}

/** Between 150 and 450 ms, by the length of what is answered. */
function says(text: string, heard = text): AgentLine {
  return { afterMs: 150 + (heard.length % 7) * 50, by: "agent", text };
}

function shows(text: string, content: unknown[]): AgentLine[] {
  return [{ afterMs: 200, by: "bot", text, content }];
}

const RICH: Record<string, (around: AgentSurroundings) => AgentLine[]> = {
  menu: () =>
    shows(
      "What would you like to see?",
      ["card", "carousel", "date", "list"].map((text) => quickReply(text)),
    ),
  card: ({ origin }) => shows("Our tea of the day", [{ contentType: "Card", card: card("Assam", origin) }]),
  carousel: ({ origin }) =>
    shows("Three teas", [
      {
        contentType: "Carousel",
        carousel: { cards: ["Assam", "Sencha", "Rooibos"].map((name) => card(name, origin)) },
      },
    ]),
  image: ({ origin }) =>
    shows("Here is a picture", [attachment("picture", "teapot.svg", "Image", "image/svg+xml", origin)]),
  file: ({ origin }) =>
    shows("Here is the price list", [attachment("prices", "prices.txt", "File", "text/plain", origin)]),
  date: ({ now }) => shows("When may we call you?", [datePicker(now)]),
  list: () => shows("What is it about?", [{ contentType: "ListPicker", listPicker: listPicker() }]),
  form: ({ now }) => shows("", [{ contentType: "Form", form: form(now) }]),
  audio: ({ origin }) => shows("Listen to this", [attachment("chime", "chime.wav", "Audio", "audio/wav", origin)]),
  video: ({ origin }) => shows("How we brew it", [attachment("kettle", "kettle.webm", "Video", "video/webm", origin)]),
  long: () => [says(LONG)],
  markdown: () => [says(MARKDOWN)],
  bye: () => [
    says("Goodbye, and thank you for writing."),
    { afterMs: 50, by: "agent", events: [{ eventType: "Presence", presence: { type: "Disconnect" } }] },
  ],
};

const KEYWORD = new RegExp(`\\b(?:${Object.keys(RICH).join("|")})\\b`);

function quickReply(text: string): unknown {
  return { contentType: "QuickReply", quickReply: { text, payload: text, action: "Message" } };
}

function card(name: string, origin: string): Record<string, unknown> {
  return {
    title: name,
    description: `A pot of ${name}, for two.`,
    image: `${origin}/media/${name.toLowerCase()}.svg`,
    defaultAction: { type: "Link", text: "Read more", url: `https://example.com/teas/${name.toLowerCase()}` },
    actions: [
      { type: "Link", text: "Read more", url: `https://example.com/teas/${name.toLowerCase()}` },
      { type: "Postback", text: `Order ${name}`, payload: `order-${name.toLowerCase()}` },
    ],
  };
}

function attachment(id: string, filename: string, mediaType: string, mime: string, origin: string): unknown {
  return {
    contentType: "Attachment",
    attachment: { id, url: `${origin}/media/${filename}`, filename, mediaType, mime },
  };
}

/** Three whole hours on each of the next three days. */
function datePicker(now: number): unknown {
  const midnight = Math.floor(now / 86_400_000) * 86_400_000;
  const availableTimes = [1, 2, 3].flatMap((day) =>
    [9, 11, 15].map((hour) => ({
      dateTime: new Date(midnight + day * 86_400_000 + hour * 3_600_000).toISOString(),
      duration: 1800,
    })),
  );
  return {
    contentType: "DatePicker",
    datePicker: {
      title: "A time that suits you",
      subtitle: "Half an hour",
      dateMinimum: availableTimes.at(0)?.dateTime,
      dateMaximum: availableTimes.at(-1)?.dateTime,
      availableTimes,
    },
  };
}

function listPicker(): object {
  const item = (id: string, title: string, subtitle: string) => ({ id, title, subtitle });
  return {
    id: "topic",
    sections: [
      {
        title: "Orders",
        multipleSelection: false,
        items: [item("late", "My order is late", "Where is it?"), item("wrong", "It is the wrong one", "Swap it")],
      },
      {
        title: "Teas",
        multipleSelection: true,
        items: [
          item("black", "Black", "Strong"),
          item("green", "Green", "Light"),
          item("herbal", "Herbal", "No caffeine"),
        ],
      },
    ],
    receivedMessage: { title: "Choose a topic", subtitle: "One order question, any teas" },
    replyMessage: { title: "Your choice", subtitle: "" },
  };
}

/** Each kind of part that a form may have, on two pages. */
function form(now: number): unknown {
  const day = (days: number): string => new Date(now + days * 86_400_000).toISOString();
  const input = (id: string, title: string, more: object = {}) => ({
    formComponentType: "Input",
    input: { id, title, isRequired: true, isMultipleLine: false, ...more },
  });
  return {
    cannedResponseId: "tasting",
    introduction: { title: "A tea tasting", subtitle: "It takes a minute", buttonText: "Begin" },
    receivedMessage: { title: "Book a tea tasting", subtitle: "It takes a minute" },
    replyMessage: { title: "My tasting" },
    showSummary: true,
    formPages: [
      {
        title: "About you",
        subtitle: "So that we can write to you",
        pageComponents: [
          input("name", "Your name", { autoCompleteType: "Name", placeholderText: "Ada Byron" }),
          input("mail", "E-mail", { keyboardType: "Email", autoCompleteType: "Email" }),
          input("note", "Anything else?", { isRequired: false, isMultipleLine: true }),
        ],
      },
      {
        title: "The tasting",
        subtitle: "",
        pageComponents: [
          {
            formComponentType: "DatePicker",
            datePicker: {
              id: "day",
              title: "Which day?",
              dateMinimum: day(1),
              dateMaximum: day(30),
              dateDisplayFormat: "dayMonthYear",
            },
          },
          {
            formComponentType: "WheelPicker",
            wheelPicker: {
              id: "guests",
              title: "How many guests?",
              items: ["1", "2", "3"].map((id) => ({ id, title: `${id} guests` })),
            },
          },
          { formComponentType: "ListPicker", listPicker: listPicker() },
        ],
      },
    ],
  };
}

/** As long as an agent may write. */
const LONG = "All about tea, in full. ".repeat(167).slice(0, 4000);

const MARKDOWN = [
  "**Opening hours**",
  "",
  "- Monday to Friday: *9 to 5*",
  "- Saturday: `10:00` to `14:00`",
  "",
  "See [our page](https://example.com/hours). <b>This is not markup.</b>",
].join("\n");
