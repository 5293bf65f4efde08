/**
 * A form to fill in, page by page, and what was answered. Holds what is entered until it is sent; says what is missing
 * and goes there. Loaded with the first form.
 */
import type { TranscriptMessage } from "@guestpass/messaging";
import { html, nothing, type TemplateResult } from "lit";
import { formStyles } from "./form.styles.js";
import { fieldTemplate } from "./form-field.js";
import type { RichView } from "./rich-view.js";
import { type Field, type Form, formOf, isRequired, readAnswers, readForm, responseOf, shown } from "./rules/form.js";
import { safeImage } from "./safe-url.js";

/** What this room needs to look as it should. */
export const styles = [formStyles];

type RawForm = Readonly<Record<string, unknown>>;

export class FormFill {
  readonly #view: RichView;
  readonly #message: TranscriptMessage;
  readonly #form: Form;
  readonly #values = new Map<string, readonly string[]>();
  /** What is wrong, by the field's id. */
  readonly #wrong = new Map<string, string>();
  #page = 0;
  #sent = false;

  constructor(message: TranscriptMessage, form: RawForm, view: RichView) {
    this.#message = message;
    this.#form = readForm(form);
    this.#view = view;
  }

  render(): TemplateResult {
    const { strings, host } = this.#view;
    const { title = strings.fillIn, subtitle, imageUrl, pages } = this.#form;
    if (pages.length === 0) return html`<div class="bubble unknown">${strings.notShown}</div>`;
    const image = safeImage(imageUrl);
    const isDone = this.#sent || answerTo(this.#message.id, host.conversation?.messages ?? []) !== undefined;
    return html`<form part="card" class="card form" novalidate aria-live="off" aria-label=${title} @submit=${(event: Event) => this.#submit(event)}>
      ${image ? html`<img class="cover" src=${image} alt="" referrerpolicy="no-referrer" />` : nothing}
      <div class="words">
        <div class="card-title" dir="auto">${title}</div>
        ${subtitle ? html`<p dir="auto">${subtitle}</p>` : nothing}
      </div>
      ${isDone ? nothing : this.#step(!this.#view.writable)}
    </form>`;
  }

  /** The pages, and their summary where the form has one. */
  get #steps(): number {
    return this.#form.pages.length + (this.#form.showSummary ? 1 : 0);
  }

  #step(disabled: boolean): TemplateResult {
    const { strings } = this.#view;
    const { pages } = this.#form;
    const page = pages[this.#page];
    const last = this.#page === this.#steps - 1;
    const count = this.#steps > 1 ? html`<span class="count">${this.#page + 1} / ${this.#steps}</span>` : nothing;
    return html`<fieldset ?disabled=${disabled}>
        <legend tabindex="-1" dir="auto">${page ? page.title : strings.yourAnswers} ${count}</legend>
        ${page?.subtitle ? html`<p class="hint" dir="auto">${page.subtitle}</p>` : nothing}
        ${page ? page.fields.map((field, index) => this.#field(field, index)) : answersTemplate(this.#summary())}
      </fieldset>
      <div class="steps">
        ${
          this.#page > 0
            ? html`<button class="pill" type="button" ?disabled=${disabled} @click=${(event: Event) => this.#turn(event, -1)}>
                ${strings.back}
              </button>`
            : nothing
        }
        <button class="pill strong" ?disabled=${disabled}>${last ? strings.sendAnswers : strings.next}</button>
      </div>`;
  }

  #field(field: Field, index: number): unknown {
    return fieldTemplate(field, {
      name: `${this.#message.id} ${this.#page} ${index}`,
      values: this.#values.get(field.id) ?? [],
      wrong: this.#wrong.get(field.id),
      required: isRequired(field),
      strings: this.#view.strings,
      enter: (values) => this.#enter(field, values),
    });
  }

  #summary(): { label: string; value: string }[] {
    return this.#form.pages.flatMap(({ title = "", fields }) =>
      fields.map((field) => ({
        label: field.title || title,
        value: shown(field, this.#values).join(", ") || "—",
      })),
    );
  }

  #enter(field: Field, values: readonly string[]): void {
    this.#values.set(field.id, values);
    this.#wrong.delete(field.id);
    this.#view.host.requestUpdate();
  }

  #submit(event: Event): void {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    if (!this.#check(form)) {
      this.#focus(form, "[aria-invalid='true']");
      return;
    }
    if (this.#page < this.#steps - 1) this.#turn(event, 1);
    else this.#send();
  }

  /** What the browser finds wrong (no mail address, a day out of range), and what is missing. */
  #check(form: HTMLFormElement): boolean {
    const { strings } = this.#view;
    this.#wrong.clear();
    for (const field of this.#form.pages[this.#page]?.fields ?? []) {
      const index = this.#form.pages[this.#page]?.fields.indexOf(field);
      const control = form.elements.namedItem(`${this.#message.id} ${this.#page} ${index}`);
      const valid = !(control instanceof HTMLInputElement) || control.validity.valid;
      if (!valid) this.#wrong.set(field.id, strings.invalid);
      else if (isRequired(field) && shown(field, this.#values).length === 0)
        this.#wrong.set(field.id, strings.required);
    }
    return this.#wrong.size === 0;
  }

  #turn(event: Event, by: 1 | -1): void {
    this.#page += by;
    this.#focus((event.currentTarget as Element).closest("form"), "legend");
  }

  #focus(form: HTMLFormElement | null, selector: string): void {
    const { host } = this.#view;
    host.requestUpdate();
    void host.updateComplete.then(() => form?.querySelector<HTMLElement>(selector)?.focus());
  }

  #send(): void {
    const { cannedResponseId, reply } = this.#form;
    this.#sent = true;
    this.#view.respond({
      kind: "form",
      messageId: this.#message.id,
      response: responseOf(this.#form, this.#values),
      ...(cannedResponseId === undefined ? {} : { cannedResponseId }),
      text: reply || this.#view.strings.yourAnswers,
    });
    this.#view.focusInput();
  }
}

/** The guest's own answer, by the labels of the form that it answers. */
export function formAnswerTemplate(answer: RawForm, { host }: RichView): unknown {
  const form = formOf(answer, host.conversation?.messages ?? []);
  return html`<div part="card" class="card answers">${answersTemplate(readAnswers(answer, form))}</div>`;
}

function answersTemplate(answers: readonly { label: string; value: string }[]): TemplateResult {
  return html`<dl>
    ${answers.map(({ label, value }) => html`<dt dir="auto">${label}</dt><dd dir="auto">${value}</dd>`)}
  </dl>`;
}

/** The answer that has been given to a form, if one has. */
function answerTo(id: string, messages: readonly TranscriptMessage[]): TranscriptMessage | undefined {
  return messages.find(({ content }) =>
    content.some((item) => item.contentType === "Form" && item.form["originatingMessageId"] === id),
  );
}
