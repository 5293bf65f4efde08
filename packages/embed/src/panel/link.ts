/**
 * Links of ours: beside the page, without telling where from, and said to be so. Loaded with the first text that may
 * have one.
 */
import type { TranscriptMessage } from "@guestpass/messaging";
import { css, html, type TemplateResult } from "lit";
import type { Strings } from "../strings/strings.js";
import type { View } from "./host.js";
import { linkify } from "./linkify.js";

/** What this room needs to look as it should. */
export const styles = [
  css`
    .bubble a {
      color: inherit;
      text-decoration-thickness: 1px;
      text-underline-offset: 2px;
    }
    .bubble a:focus-visible {
      outline-color: currentColor;
    }
  `,
];

/** @param href checked already: see `safeUrl`. */
export function linkTemplate(href: string, shown: unknown, strings: Strings): TemplateResult {
  return html`<a href=${href} target="_blank" rel="noopener noreferrer nofollow">${shown}<span class="sr"> (${strings.opensNewTab})</span></a>`;
}

/** Plain text with its addresses as links. */
export function linkTemplates(text: string, strings: Strings): unknown[] {
  return linkify(text).map(({ text: shown, href }) =>
    href === undefined ? shown : linkTemplate(href, shown, strings),
  );
}

const drawn = new WeakMap<TranscriptMessage, { strings: Strings; words: unknown }>();

/** The same for a message: looked for once, not each time that something is drawn. */
function linked(message: TranscriptMessage, strings: Strings): unknown {
  let kept = drawn.get(message);
  if (kept?.strings !== strings) {
    kept = { strings, words: linkTemplates(message.text, strings) };
    drawn.set(message, kept);
  }
  return kept.words;
}

export function room(view: View) {
  return (message: TranscriptMessage): unknown => linked(message, view.strings);
}
