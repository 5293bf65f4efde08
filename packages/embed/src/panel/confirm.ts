/** Asks before a conversation is ended. */
import { html, type TemplateResult } from "lit";
import type { Strings } from "../strings/strings.js";

export function confirmTemplate(strings: Strings, answer: (yes: boolean) => void): TemplateResult {
  return html`<div class="veil" @click=${() => answer(false)}></div>
    <div class="confirm" role="alertdialog" aria-label=${strings.endQuestion}>
      <p>${strings.endQuestion}</p>
      <div>
        <button class="pill" @click=${() => answer(false)}>${strings.cancel}</button>
        <button class="pill strong" @click=${() => answer(true)}>${strings.end}</button>
      </div>
    </div>`;
}
