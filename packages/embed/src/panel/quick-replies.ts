/** Answers that the agent or bot offers. They go when one has been given. */
import { html, nothing, type TemplateResult } from "lit";
import type { RichView } from "./rich-view.js";
import { safeImage } from "./safe-url.js";

export interface QuickReply {
  text: string;
  payload: string;
  image?: string;
}

export function quickRepliesTemplate(replies: readonly QuickReply[], view: RichView): TemplateResult {
  return html`<div class="replies" role="group" aria-label=${view.strings.choose}>
    ${replies.map(({ text, payload, image }) => {
      const picture = safeImage(image);
      return html`<button part="reply" class="chip" @click=${() => view.respond({ kind: "quick-reply", text, payload })}>
        ${picture ? html`<img src=${picture} alt="" referrerpolicy="no-referrer" />` : nothing}${text}
      </button>`;
    })}
  </div>`;
}
