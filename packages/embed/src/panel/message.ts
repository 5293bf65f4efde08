/**
 * One sender's group of messages: name, picture, bubbles, time, and what became of them. The text is untrusted: it is
 * put into the page as text, and its links are made here.
 */
import type { TranscriptMessage } from "@guestpass/messaging";
import { html, nothing, type TemplateResult } from "lit";
import type { Strings } from "../strings/strings.js";
import { alertIcon } from "./icons.js";
import { keyed } from "./keyed.js";
import type { PanelView } from "./rooms.js";
import type { Group } from "./rules/rows.js";
import { safeImage } from "./safe-url.js";
import { timeOf } from "./times.js";

/** What may be Markdown. */
const MARK = /[*_`~[#]|^\s{0,3}(?:[-+]|\d{1,3}[.)])\s/m;
/** What may be a link in it: worth a closer look. */
const LINK = /\/\/|www\.|\w@\w/i;

export interface MessageView extends PanelView {
  /** The newest own message: the one that says whether it has arrived. */
  readonly lastSent: string | undefined;
  retry(message: TranscriptMessage): void;
}

export function senderName(from: TranscriptMessage["from"], strings: Strings): string {
  return from.name ?? (from.bot ? strings.assistant : strings.agent);
}

export function groupTemplate(group: Group, view: MessageView): TemplateResult {
  const { strings } = view;
  const received = group.direction === "received";
  const name = received ? senderName(group.from, strings) : strings.you;
  return html`<div class="group ${group.direction}" role="group" aria-label=${name}>
    ${received ? html`<div class="name">${name}</div>${avatar(group.from, name)}` : nothing}
    ${keyed(
      group.messages,
      ({ id }) => id,
      (message) => messageTemplate(message, view),
    )}
    ${footer(group, view)}
  </div>`;
}

function messageTemplate(message: TranscriptMessage, view: MessageView): TemplateResult {
  const { text, direction, status, content } = message;
  const { host, rooms } = view;
  const marked = host.conversation?.markdown && isMarked(message) ? rooms.enter("markdown")?.(text) : undefined;
  const linked = marked || !LINK.test(text) ? undefined : rooms.enter("link")?.(message);
  return html`${
    text
      ? html`<div part="message ${direction}" class="bubble ${status} ${marked ? "md" : ""}" dir="auto">${marked ?? linked ?? text}</div>`
      : nothing
  }${content.length > 0 ? rooms.enter("rich")?.render(message) : nothing}${status === "failed" ? failure(message, view) : nothing}`;
}

/** Only what agents and bots write: a guest's own words are shown as they were written. */
function isMarked({ text, direction }: TranscriptMessage): boolean {
  return direction === "received" && MARK.test(text);
}

function failure(message: TranscriptMessage, view: MessageView): TemplateResult {
  const { strings } = view;
  const why = message.error?.code === "message_rate_limited" ? strings.tooFast : strings.failed;
  return html`<div class="meta bad">
    ${alertIcon}<span>${why}</span><button class="link" @click=${() => view.retry(message)}>${strings.retry}</button>
  </div>`;
}

function footer({ messages, direction }: Group, { strings, language, lastSent }: MessageView): unknown {
  const last = messages.at(-1);
  if (!last || last.status === "failed") return nothing;
  const isLastSent = direction === "sent" && last.id === lastSent;
  const status = last.status === "sending" ? strings.sending : isLastSent ? strings.delivered : "";
  return html`<div class="meta" aria-live="off">
    <time datetime=${new Date(last.at).toISOString()}>${timeOf(last.at, language)}</time
    >${status ? html`<span class="status">${status}</span>` : nothing}
  </div>`;
}

function avatar(from: TranscriptMessage["from"], name: string): TemplateResult {
  const image = safeImage(from.image);
  return html`<div part="avatar" class="avatar" aria-hidden="true">
    ${initials(name)}${image ? html`<img src=${image} alt="" referrerpolicy="no-referrer" @error=${hideImage} />` : nothing}
  </div>`;
}

/** The initials are below it. */
function hideImage(event: Event): void {
  (event.target as HTMLElement).hidden = true;
}

/** The first letters of the first and the last word. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = [words[0], words.slice(1).at(-1)].map((word = "") => Array.from(word)[0]);
  return letters.join("").toLocaleUpperCase();
}
