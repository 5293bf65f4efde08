/** Rich content of a message: unknown JSON in, a closed union out. A part of its own, because most messages have none. */
import type { Attachment, Card, CardAction, Content, ListItem, ListSection } from "./frames-in.js";
import { flag, many, num, optional, type Reader, record, shape, str, text } from "./json.js";

/** What `read` gives, where there is anything to read. */
function maybe<T>(read: Reader<T>): Reader<T> {
  return (value) => (value === undefined ? undefined : read(value));
}

type Kinds = { [C in Content as C["contentType"]]: C };

const action = shape<CardAction>({ type: text, text, url: str, payload: str });

const card = shape<Card>({
  title: text,
  description: str,
  image: str,
  video: str,
  defaultAction: maybe(action),
  actions: many(action),
});

const item = shape<ListItem>({ id: text, title: text, subtitle: str, imageUrl: str });

const reply = shape<Kinds["QuickReply"]["quickReply"]>({ text, payload: str, image: str });

const time = (value: unknown): { dateTime: string; durationSeconds?: number } => {
  const { dateTime, duration } = record(value);
  return { dateTime: text(dateTime), ...optional({ durationSeconds: num(duration) }) };
};

/** What each contentType holds, in the field of its own name. */
const HOLDS: Record<string, Reader<unknown>> = {
  Attachment: shape<Attachment>({
    id: text,
    url: str,
    filename: str,
    fileSize: num,
    mediaType: (value) => str(value) ?? "File",
    mime: str,
    text: str,
  }),
  QuickReply: (value) => {
    const read = reply(value);
    return { ...read, payload: read.payload ?? read.text };
  },
  ButtonResponse: shape<Kinds["ButtonResponse"]["buttonResponse"]>({
    type: (value) => str(value) ?? "Button",
    text: str,
    payload: str,
  }),
  Card: card,
  DatePicker: shape<Kinds["DatePicker"]["datePicker"]>({
    title: str,
    subtitle: str,
    imageUrl: str,
    dateMinimum: str,
    dateMaximum: str,
    availableTimes: many(time),
  }),
  ListPicker: shape<Kinds["ListPicker"]["listPicker"]>({
    id: str,
    sections: many(shape<ListSection>({ title: str, multipleSelection: flag, items: many(item) })),
    receivedMessage: maybe(item),
    replyMessage: maybe(item),
  }),
  Form: record,
};

export function decodeContent(value: unknown): Content {
  const content = record(value);
  const contentType = text(content["contentType"]);
  if (contentType === "Carousel") return { contentType, cards: many(card)(record(content["carousel"])["cards"]) };
  const read = Object.hasOwn(HOLDS, contentType) ? HOLDS[contentType] : undefined;
  if (!read) return { contentType: "Unknown", name: contentType };
  const field = contentType.charAt(0).toLowerCase() + contentType.slice(1);
  return { contentType, [field]: read(content[field]) } as Content;
}
