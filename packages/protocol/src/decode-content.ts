/** Rich content and events of a message: unknown JSON in, a closed union out. */
import type { Attachment, Card, CardAction, Content, ListItem, ListSection, MessageEventBody } from "./frames-in.js";
import { bool, type Json, list, num, optional, record, str } from "./json.js";

const TYPING_DEFAULT_MS = 5000;

export function decodeContent(value: unknown): Content {
  const item = record(value);
  const name = str(item["contentType"]) ?? "";
  switch (name) {
    case "Attachment":
      return { contentType: "Attachment", attachment: decodeAttachment(record(item["attachment"])) };
    case "QuickReply": {
      const reply = record(item["quickReply"]);
      const text = str(reply["text"]) ?? "";
      return {
        contentType: "QuickReply",
        quickReply: { text, payload: str(reply["payload"]) ?? text, ...optional({ image: str(reply["image"]) }) },
      };
    }
    case "ButtonResponse": {
      const answer = record(item["buttonResponse"]);
      return {
        contentType: "ButtonResponse",
        buttonResponse: {
          type: str(answer["type"]) ?? "Button",
          ...optional({ text: str(answer["text"]), payload: str(answer["payload"]) }),
        },
      };
    }
    case "Card":
      return { contentType: "Card", card: decodeCard(record(item["card"])) };
    case "Carousel":
      return {
        contentType: "Carousel",
        cards: list(record(item["carousel"])["cards"]).map((card) => decodeCard(record(card))),
      };
    case "DatePicker":
      return { contentType: "DatePicker", datePicker: decodeDatePicker(record(item["datePicker"])) };
    case "ListPicker":
      return { contentType: "ListPicker", listPicker: decodeListPicker(record(item["listPicker"])) };
    case "Form":
      return { contentType: "Form", form: { ...record(item["form"]) } };
    default:
      return { contentType: "Unknown", name };
  }
}

export function decodeEvent(value: unknown): MessageEventBody {
  const event = record(value);
  const name = str(event["eventType"]) ?? "";
  if (name === "Presence") return { eventType: "Presence", presence: str(record(event["presence"])["type"]) ?? "" };
  if (name === "Typing") {
    const typing = record(event["typing"]);
    return {
      eventType: "Typing",
      durationMs: num(typing["duration"]) ?? num(typing["durationMs"]) ?? TYPING_DEFAULT_MS,
    };
  }
  return { eventType: "Unknown", name };
}

function decodeAttachment(attachment: Json): Attachment {
  return {
    id: str(attachment["id"]) ?? "",
    mediaType: str(attachment["mediaType"]) ?? "File",
    ...optional({
      url: str(attachment["url"]),
      filename: str(attachment["filename"]),
      fileSize: num(attachment["fileSize"]),
      mime: str(attachment["mime"]),
      text: str(attachment["text"]),
    }),
  };
}

function decodeAction(value: unknown): CardAction {
  const action = record(value);
  return {
    type: str(action["type"]) ?? "",
    text: str(action["text"]) ?? "",
    ...optional({ url: str(action["url"]), payload: str(action["payload"]) }),
  };
}

function decodeCard(card: Json): Card {
  return {
    title: str(card["title"]) ?? "",
    actions: list(card["actions"]).map(decodeAction),
    ...optional({
      description: str(card["description"]),
      image: str(card["image"]),
      video: str(card["video"]),
      defaultAction: card["defaultAction"] === undefined ? undefined : decodeAction(card["defaultAction"]),
    }),
  };
}

function decodeDatePicker(picker: Json): Extract<Content, { contentType: "DatePicker" }>["datePicker"] {
  return {
    availableTimes: list(picker["availableTimes"]).map((value) => {
      const time = record(value);
      return { dateTime: str(time["dateTime"]) ?? "", ...optional({ durationSeconds: num(time["duration"]) }) };
    }),
    ...optional({
      title: str(picker["title"]),
      subtitle: str(picker["subtitle"]),
      imageUrl: str(picker["imageUrl"]),
      dateMinimum: str(picker["dateMinimum"]),
      dateMaximum: str(picker["dateMaximum"]),
    }),
  };
}

function decodeItem(value: unknown): ListItem {
  const item = record(value);
  return {
    id: str(item["id"]) ?? "",
    title: str(item["title"]) ?? "",
    ...optional({ subtitle: str(item["subtitle"]), imageUrl: str(item["imageUrl"]) }),
  };
}

function decodeSection(value: unknown): ListSection {
  const section = record(value);
  return {
    multipleSelection: bool(section["multipleSelection"]),
    items: list(section["items"]).map(decodeItem),
    ...optional({ title: str(section["title"]) }),
  };
}

function decodeListPicker(picker: Json): Extract<Content, { contentType: "ListPicker" }>["listPicker"] {
  return {
    sections: list(picker["sections"]).map(decodeSection),
    ...optional({
      id: str(picker["id"]),
      receivedMessage: picker["receivedMessage"] === undefined ? undefined : decodeItem(picker["receivedMessage"]),
      replyMessage: picker["replyMessage"] === undefined ? undefined : decodeItem(picker["replyMessage"]),
    }),
  };
}
