/** A list to choose from: one or several in a section, confirmed together. Holds what is ticked until then. */
import type { Content, ListItem, ListSection } from "@guestpass/protocol";
import { html, nothing, type TemplateResult } from "lit";
import type { RichView } from "./rich-view.js";
import { safeImage } from "./safe-url.js";

type ListPicker = Extract<Content, { contentType: "ListPicker" }>["listPicker"];

export class ListChoice {
  readonly #messageId: string;
  readonly #view: RichView;
  readonly #chosen = new Map<ListSection, Set<ListItem>>();

  constructor(messageId: string, view: RichView) {
    this.#messageId = messageId;
    this.#view = view;
  }

  render(picker: ListPicker, canAnswer: boolean): TemplateResult {
    const { strings } = this.#view;
    const title = picker.receivedMessage?.title || strings.choose;
    const subtitle = picker.receivedMessage?.subtitle;
    return html`<div part="card" class="card picker" role="group" aria-label=${title}>
      <div class="words">
        <div class="card-title" dir="auto">${title}</div>
        ${subtitle ? html`<p dir="auto">${subtitle}</p>` : nothing}
      </div>
      ${picker.sections.map(
        (section, index) => html`<fieldset ?disabled=${!canAnswer}>
          ${section.title ? html`<legend>${section.title}</legend>` : nothing}
          ${section.items.map((item) => this.#item(item, section, index))}
        </fieldset>`,
      )}
      ${
        canAnswer
          ? html`<button class="action" ?disabled=${this.#items.length === 0} @click=${() => this.#confirm()}>
              ${strings.confirm}
            </button>`
          : nothing
      }
    </div>`;
  }

  #item(item: ListItem, section: ListSection, index: number): TemplateResult {
    const image = safeImage(item.imageUrl);
    return html`<label class="item-row">
      <input
        type=${section.multipleSelection ? "checkbox" : "radio"}
        name=${`${this.#messageId} ${index}`}
        .checked=${this.#chosen.get(section)?.has(item) ?? false}
        @change=${() => this.#tick(item, section)}
      />
      ${image ? html`<img src=${image} alt="" referrerpolicy="no-referrer" />` : nothing}
      <span dir="auto"><b>${item.title}</b>${item.subtitle ? html`<small>${item.subtitle}</small>` : nothing}</span>
    </label>`;
  }

  get #items(): ListItem[] {
    return [...this.#chosen.values()].flatMap((items) => [...items]);
  }

  #tick(item: ListItem, section: ListSection): void {
    const items = new Set(section.multipleSelection ? this.#chosen.get(section) : []);
    if (!items.delete(item)) items.add(item);
    this.#chosen.set(section, items);
    this.#view.host.requestUpdate();
  }

  #confirm(): void {
    const items = this.#items.map(({ title, id }) => ({ text: title, payload: id }));
    this.#view.respond({ kind: "list", messageId: this.#messageId, items });
  }
}
