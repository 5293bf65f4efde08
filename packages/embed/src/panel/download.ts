/**
 * The visitor's own copy of what was said, as a text file that the page makes itself. Loaded with the first one. Older
 * pages of the history are fetched first, as far as a visitor waits for.
 */
import type { Conversation, TranscriptMessage } from "@guestpass/messaging";
import type { Content } from "@guestpass/protocol";
import type { Strings } from "../strings/strings.js";
import type { PanelHost, View } from "./host.js";
import { senderName } from "./message.js";
import { formOf, readAnswers, readForm } from "./rules/form.js";
import { endedWord } from "./rules/status.js";
import { format, timeOf } from "./times.js";

/** Of 25 messages each; the platform gives ten a minute. */
const MAX_PAGES = 8;
/** The browser reads the file after the click. */
const KEEP_MS = 60_000;

export async function downloadTranscript({ host, strings, language }: View & { host: PanelHost }): Promise<void> {
  const talk = host.conversation?.conversation;
  for (let page = 0; page < MAX_PAGES && talk?.hasOlder; page += 1) await older(talk);
  const { messages = [], breaks = new Map() } = host.conversation ?? {};
  const lines = [strings.title];
  if (talk?.hasOlder) lines.push(strings.earlierMissing);
  let day = "";
  for (const message of messages) {
    const today = format(message.at, language, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
    if (today !== day) lines.push("", today, "");
    day = today;
    lines.push(lineOf(message, strings, language, messages));
    const reason = breaks.get(message.id);
    if (reason) lines.push("", strings[endedWord(reason)], "");
  }
  save(`${lines.join("\r\n")}\r\n`, `${strings.title} ${new Date().toISOString().slice(0, 10)}.txt`);
}

/** What cannot be had is missing, and said to be. */
function older(talk: Conversation): Promise<void> {
  return talk.loadOlder().catch(() => {});
}

function lineOf(
  message: TranscriptMessage,
  strings: Strings,
  language: string,
  messages: readonly TranscriptMessage[],
): string {
  const { at, direction, from, text, content, status } = message;
  const name = direction === "received" ? senderName(from, strings) : strings.you;
  const parts = [text, ...content.flatMap((item) => wordsOf(item, strings, messages))].filter((part) => part);
  const words = parts.join("\n").replace(/\s*\n/g, "\r\n    ");
  const fate = status === "failed" ? ` (${strings.failed})` : "";
  return `[${timeOf(at, language)}] ${name}: ${words}${fate}`;
}

/** The words of rich content; an answer's are the message's own. */
function wordsOf(item: Content, strings: Strings, messages: readonly TranscriptMessage[]): (string | undefined)[] {
  switch (item.contentType) {
    case "Attachment":
      return [`[${item.attachment.filename || strings.file}]`];
    case "Card":
      return [item.card.title, item.card.description];
    case "Carousel":
      return item.cards.flatMap(({ title, description }) => [title, description]);
    case "DatePicker":
      return [item.datePicker.title, item.datePicker.subtitle];
    case "Form":
      return [
        readForm(item.form).title,
        ...readAnswers(item.form, formOf(item.form, messages)).map(({ label, value }) => `${label}: ${value}`),
      ];
    case "ListPicker":
      return [item.listPicker.receivedMessage?.title];
    default:
      return [];
  }
}

function save(text: string, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  link.download = name.replace(/[^\p{L}\p{N} ._-]+/gu, "");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEEP_MS);
}
