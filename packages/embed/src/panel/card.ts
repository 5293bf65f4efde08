/** A card: picture, words and what can be done with it. A link opens beside the page; a postback is an answer. */
import type { Card, CardAction } from "@guestpass/protocol";
import { html, nothing, type TemplateResult } from "lit";
import type { RichView } from "./rich-view.js";
import { safeImage, safeUrl } from "./safe-url.js";

export function cardTemplate(card: Card, view: RichView, canAnswer: boolean): TemplateResult {
  const image = safeImage(card.image);
  const film = safeImage(card.video);
  const link = card.defaultAction?.type === "Link" ? safeUrl(card.defaultAction.url) : undefined;
  const picture = image
    ? html`<img class="cover" src=${image} alt="" loading="lazy" referrerpolicy="no-referrer" @error=${hide} />`
    : nothing;
  return html`<article part="card" class="card" aria-label=${card.title}>
    ${
      link && image
        ? html`<a href=${link} target="_blank" rel="noopener noreferrer nofollow" tabindex="-1" aria-hidden="true">${picture}</a>`
        : picture
    }
    ${film ? html`<video class="cover" controls playsinline preload="none" src=${film} aria-label=${card.title}></video>` : nothing}
    <div class="words">
      <div class="card-title" dir="auto">
        ${
          link && !image
            ? html`<a href=${link} target="_blank" rel="noopener noreferrer nofollow">${card.title}<span class="sr"> (${view.strings.opensNewTab})</span></a>`
            : card.title
        }
      </div>
      ${card.description ? html`<p dir="auto">${card.description}</p>` : nothing}
    </div>
    ${card.actions.map((action) => actionTemplate(action, view, canAnswer))}
  </article>`;
}

function actionTemplate(action: CardAction, view: RichView, canAnswer: boolean): unknown {
  const { text, payload = text } = action;
  if (action.type === "Link") {
    const href = safeUrl(action.url);
    return href
      ? html`<a class="action" href=${href} target="_blank" rel="noopener noreferrer nofollow">
          ${text}<span class="sr"> (${view.strings.opensNewTab})</span>
        </a>`
      : nothing;
  }
  return html`<button
    class="action"
    ?disabled=${!canAnswer}
    @click=${() => view.respond({ kind: "postback", text, payload })}
  >
    ${text}
  </button>`;
}

function hide(event: Event): void {
  (event.target as HTMLElement).hidden = true;
}
