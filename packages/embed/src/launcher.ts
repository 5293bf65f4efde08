/** The button that opens the panel, with the count of what is unread. Draws; knows no session. */
import { html, nothing, type TemplateResult } from "lit";
import type { GuestpassTrigger } from "./events.js";
import { icon } from "./icon.js";
import { findLanguage, LAUNCHER } from "./strings/language.js";
import { type CoreStrings, fill } from "./strings/strings.js";

export const bubbleIcon = icon(
  "M9.6 4.5h12.8a6.1 6.1 0 0 1 6.1 6.1v7.6a6.1 6.1 0 0 1-6.1 6.1h-5.2l-6.4 4.6a1.3 1.3 0 0 1-2.1-1.1v-3.5a6.1 6.1 0 0 1-5.2-6v-7.7a6.1 6.1 0 0 1 6.1-6.1Zm.6 7.3a1.4 1.4 0 0 0 0 2.8h11.6a1.4 1.4 0 0 0 0-2.8Zm0 5.2a1.4 1.4 0 0 0 0 2.8h7a1.4 1.4 0 0 0 0-2.8Z",
  32,
  0,
  32,
);
const downIcon = icon("m8 12.5 8 8 8-8", 28, 3, 32);

export interface LauncherView {
  /** BCP 47. */
  readonly language: string;
  /** The language's table, once it is loaded. */
  readonly words: CoreStrings | undefined;
  /** The page's own words. */
  readonly strings: Partial<CoreStrings> | undefined;
  readonly open: boolean;
  readonly busy: boolean;
  readonly inline: boolean;
  readonly unread: number;
  press(): void;
  toggle(trigger: GuestpassTrigger): Promise<void>;
}

export function launcherTemplate(view: LauncherView): TemplateResult {
  const { open, unread, language } = view;
  const words: Partial<CoreStrings> = { ...view.words, ...view.strings };
  const { title = LAUNCHER[findLanguage(language)], close = title } = words;
  const news = unread > 0 && words.unread ? fill(words.unread, { count: unread }, language) : "";
  const label = open ? close : news ? `${title}. ${news}` : title;
  return html`<button
      part="launcher"
      class="launcher"
      aria-label=${label}
      aria-haspopup="dialog"
      aria-expanded=${open}
      aria-busy=${view.busy}
      @pointerdown=${() => view.press()}
      @click=${() => void view.toggle("launcher").catch(() => {})}
    >
      <span class="when-closed"><slot name="launcher">${bubbleIcon}</slot></span>
      ${view.inline ? html`<span class="text">${title}</span>` : nothing}
      <span class="when-open">${downIcon}</span>
      ${unread > 0 ? html`<span part="badge" class="badge" aria-hidden="true">${unread > 99 ? "99+" : unread}</span>` : nothing}
    </button>
    <div class="sr" role="status">${open ? "" : news}</div>`;
}
