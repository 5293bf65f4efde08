/** Cards side by side: swiped, scrolled by keyboard, or moved by two buttons. */
import type { Card } from "@guestpass/protocol";
import { html, type TemplateResult } from "lit";
import { cardTemplate } from "./card.js";
import { nextIcon } from "./rich-icons.js";
import type { RichView } from "./rich-view.js";

export function carouselTemplate(cards: readonly Card[], view: RichView, canAnswer: boolean): TemplateResult {
  return html`<div class="carousel" role="group" aria-roledescription="carousel" aria-label=${cards.map(({ title }) => title).join(", ")}>
    <div class="cards" tabindex="0">${cards.map((card) => cardTemplate(card, view, canAnswer))}</div>
    <button class="step back" aria-hidden="true" tabindex="-1" @click=${(event: Event) => step(event, -1)}>${nextIcon}</button>
    <button class="step" aria-hidden="true" tabindex="-1" @click=${(event: Event) => step(event, 1)}>${nextIcon}</button>
  </div>`;
}

/** Moves by one card; the row itself is what the keyboard scrolls. */
function step(event: Event, ways: 1 | -1): void {
  const row = (event.currentTarget as HTMLElement).parentElement?.querySelector<HTMLElement>(".cards");
  const card = row?.firstElementChild;
  if (!row || !card) return;
  const sign = getComputedStyle(row).direction === "rtl" ? -ways : ways;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  row.scrollBy({ left: sign * (card.clientWidth + 10), behavior: calm ? "instant" : "smooth" });
}
