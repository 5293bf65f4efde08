/** The list of what was said: days, groups, ends of sessions, who is typing. Draws rows; does not make them. */
import { html, nothing, type TemplateResult } from "lit";
import { bubbleIcon } from "../launcher.js";
import { fill } from "../strings/strings.js";
import { keyed } from "./keyed.js";
import { groupTemplate, type MessageView } from "./message.js";
import type { Row } from "./rules/rows.js";
import { endedWord } from "./rules/status.js";
import type { ScrollView } from "./scrollback.js";
import { dayOf } from "./times.js";

export interface TranscriptView extends MessageView, ScrollView {
  readonly rows: readonly Row[];
  /** Whose typing is shown. */
  readonly typing: string | undefined;
  /** What comes in now is history: it is not read out. */
  readonly filling: boolean;
  scrolled(): void;
}

export function transcriptTemplate(view: TranscriptView): TemplateResult {
  const { strings, rows, typing } = view;
  return html`<div class="body">
    <div
      part="transcript"
      class="transcript"
      role="log"
      aria-live=${view.filling ? "off" : "polite"}
      aria-relevant="additions"
      aria-label=${strings.title}
      tabindex="0"
      @scroll=${() => view.scrolled()}
    >
      <div class="rows">
        ${view.hasOlder ? view.rooms.enter("scrollback")?.olderTemplate(view) : nothing}
        ${rows.length === 0 && !view.hasOlder ? empty(view) : nothing}
        ${keyed(
          rows,
          ({ key }) => key,
          (row) => rowTemplate(row, view),
        )}
        ${typing === undefined ? nothing : view.rooms.enter("typing")?.(fill(strings.typing, { name: typing }))}
      </div>
    </div>
    ${view.below > 0 ? view.rooms.enter("scrollback")?.jumpTemplate(view) : nothing}
  </div>`;
}

function rowTemplate(row: Row, view: TranscriptView): TemplateResult {
  const { strings, language } = view;
  switch (row.kind) {
    case "day":
      return html`<div class="rule day"><span>${dayOf(row.at, language)}</span></div>`;
    case "unread":
      return html`<div class="rule new"><span>${strings.newMessages}</span></div>`;
    case "ended":
      return html`<div class="rule ended"><span>${strings[endedWord(row.reason)]}</span></div>`;
    case "group":
      return groupTemplate(row, view);
  }
}

function empty({ strings }: TranscriptView): TemplateResult {
  return html`<div class="empty"><slot name="empty">
    <div class="hello">${bubbleIcon}</div>
    <p class="hello-title">${strings.emptyTitle}</p>
    <p>${strings.emptyText}</p>
  </slot></div>`;
}
