/** The panel's head: who one talks to, how the connection is, what can be done about the conversation. */
import { html, nothing, type TemplateResult } from "lit";
import { fill } from "../strings/strings.js";
import { closeIcon, moreIcon } from "./icons.js";
import type { PanelView } from "./rooms.js";

export interface HeaderView extends PanelView {
  /** The agent that spoke last. */
  readonly agent: string | undefined;
}

export function headerTemplate(view: HeaderView): TemplateResult {
  const { strings, status, agent, rooms } = view;
  const { questions } = rooms.here;
  const line = status.line ? strings[status.line] : agent ? fill(strings.withAgent, { name: agent }) : "";
  return html`<div part="header" class="head">
    <div class="who">
      <slot name="header"><div class="title">${strings.title}</div></slot>
      <div class="line ${status.line ? status.tone : ""}" role="status">${line ? html`<span>${line}</span>` : nothing}</div>
    </div>
    <button
      class="round more"
      aria-label=${strings.more}
      aria-haspopup="menu"
      aria-expanded=${questions?.menuOpen ?? false}
      @click=${() => rooms.use("questions", (room) => room.toggleMenu())}
    >
      ${moreIcon}
    </button>
    <button class="round close" aria-label=${strings.close} @click=${() => void view.host.hide("close-button")}>${closeIcon}</button>
    ${questions?.renderMenu()}
  </div>`;
}
