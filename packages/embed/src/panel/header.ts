/** The panel's head: who one talks to, how the connection is, what can be done about the conversation. */
import { html, nothing, type TemplateResult } from "lit";
import { fill } from "../strings/strings.js";
import type { View } from "./host.js";
import { closeIcon, moreIcon } from "./icons.js";
import type { Status } from "./rules/status.js";

export interface HeaderView extends View {
  readonly status: Status;
  /** The agent that spoke last. */
  readonly agent: string | undefined;
  readonly menuOpen: boolean;
  /** There is a conversation that can be ended. */
  readonly canEnd: boolean;
  toggleMenu(): void;
  askEnd(): void;
  startNew(): void;
  close(): void;
}

export function headerTemplate(view: HeaderView): TemplateResult {
  const { strings, status, agent, menuOpen, canEnd } = view;
  const line = status.line ? strings[status.line] : agent ? fill(strings.withAgent, { name: agent }) : "";
  return html`<header part="header" class="head">
    <div class="who">
      <slot name="header"><div class="title">${strings.title}</div></slot>
      <div class="line ${status.line ? status.tone : ""}" role="status">${line ? html`<span>${line}</span>` : nothing}</div>
    </div>
    <button
      class="round more"
      aria-label=${strings.more}
      aria-haspopup="menu"
      aria-expanded=${menuOpen ? "true" : "false"}
      @click=${() => view.toggleMenu()}
    >
      ${moreIcon}
    </button>
    <button class="round close" aria-label=${strings.close} @click=${() => view.close()}>${closeIcon}</button>
    ${
      menuOpen
        ? html`<div class="menu" role="menu" @keydown=${walk}>
            <button role="menuitem" class="item" ?disabled=${!canEnd} @click=${() => view.askEnd()}>
              ${strings.endConversation}
            </button>
            <button role="menuitem" class="item" @click=${() => view.startNew()}>${strings.startNew}</button>
          </div>`
        : nothing
    }
  </header>`;
}

/** Arrow keys move within the menu, and round its ends. */
function walk(event: KeyboardEvent): void {
  const items = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>(".item:not(:disabled)")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const at = items.indexOf(event.target as HTMLElement);
  const to = event.key === "Home" ? 0 : event.key === "End" ? -1 : step === undefined ? undefined : at + step;
  if (to === undefined) return;
  event.preventDefault();
  items.at(to % items.length)?.focus();
}
