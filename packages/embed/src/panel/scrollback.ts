/** The ways through a long transcript: to what is older, and back to what is new. Loaded with the first need of one. */
import { css, html, type TemplateResult } from "lit";
import { icon } from "../icon.js";
import type { View } from "./host.js";

export interface ScrollView extends View {
  readonly hasOlder: boolean;
  readonly loadingOlder: boolean;
  /** Messages that came while the reader was further up. */
  readonly below: number;
  loadOlder(): void;
  toEnd(): void;
}

/** What this room needs to look as it should. */
export const styles = [
  css`
    .older {
      align-self: center;
      display: inline-flex;
      align-items: center;
      gap: 8px;
      min-block-size: 32px;
      color: var(--_mute);
      font-size: 12.5px;
      font-weight: 500;
    }
    .spinner {
      inline-size: 14px;
      block-size: 14px;
      border: 2px solid var(--_line);
      border-block-start-color: var(--_accent);
      border-radius: 50%;
      animation: turn 0.8s linear infinite;
    }
    .jump {
      position: absolute;
      inset-block-end: 12px;
      inset-inline: 0;
      display: flex;
      align-items: center;
      gap: 6px;
      inline-size: fit-content;
      min-block-size: 36px;
      margin-inline: auto;
      padding-inline: 16px 12px;
      border-radius: 18px;
      background: var(--_text);
      color: var(--_surface);
      box-shadow: 0 6px 18px -2px rgb(0 0 0 / 0.34);
      font-size: 13px;
      font-weight: 600;
      animation: rise 0.2s var(--_ease);
    }
    .jump svg {
      inline-size: 15px;
      block-size: 15px;
    }
    @media (forced-colors: active) {
      .jump {
        border: 1px solid CanvasText;
      }
    }
  `,
];

const downIcon = icon("M12 5.5V19M5.8 12.8 12 19l6.2-6.2");

function olderTemplate(view: ScrollView): TemplateResult {
  const { strings } = view;
  return view.loadingOlder
    ? html`<div class="older"><span class="spinner"></span>${strings.loading}</div>`
    : html`<button class="older link" @click=${() => view.loadOlder()}>${strings.earlier}</button>`;
}

function jumpTemplate(view: ScrollView): TemplateResult {
  return html`<button class="jump" @click=${() => view.toEnd()}>${view.strings.newMessages}${downIcon}</button>`;
}

export function room() {
  return { olderTemplate, jumpTemplate };
}
