/** One field of a form: its label, what is entered in it, and what is wrong with that. Draws; judges nothing. */
import { html, nothing, type TemplateResult } from "lit";
import type { Strings } from "../strings/strings.js";
import type { Field, Option } from "./rules/form.js";

export interface FieldView {
  /** Unique in the panel. */
  readonly name: string;
  readonly values: readonly string[];
  /** What is wrong, in words. */
  readonly wrong: string | undefined;
  readonly required: boolean;
  readonly strings: Strings;
  enter(values: readonly string[]): void;
}

/** More is not taken: a form's answer is small. */
const MAX_LENGTH = 300;
const MAX_LONG = 2000;

const TYPES: Readonly<Record<string, string>> = { Email: "email", Phone: "tel", URL: "url", Websearch: "search" };
const KEYBOARDS: Readonly<Record<string, string>> = {
  Number: "numeric",
  NumberPunctuation: "text",
  Decimal: "decimal",
};
/** HTML's tokens, where they are not the platform's own words with hyphens. */
const AUTOCOMPLETE: Readonly<Record<string, string>> = {
  Prefix: "honorific-prefix",
  Suffix: "honorific-suffix",
  MiddleName: "additional-name",
  Title: "organization-title",
  Addressline1: "address-line1",
  Addressline2: "address-line2",
  City: "address-level2",
  State: "address-level1",
  Country: "country-name",
  Phone: "tel",
  Location: "off",
  DateTime: "off",
  FlightNumber: "off",
  PaymentCardNumber: "cc-number",
  PaymentCardExpiration: "cc-exp",
  PaymentCardExpirationMonth: "cc-exp-month",
  PaymentCardExpirationYear: "cc-exp-year",
  PaymentCardSecurityCode: "cc-csc",
  PaymentCardType: "cc-type",
  PaymentCardName: "cc-name",
  PaymentCardGivenName: "cc-given-name",
  PaymentCardMiddleName: "cc-additional-name",
  PaymentCardFamilyName: "cc-family-name",
  Birthdate: "bday",
  BirthdateDay: "bday-day",
  BirthdateMonth: "bday-month",
  BirthdateYear: "bday-year",
};

export function fieldTemplate(field: Field, view: FieldView): TemplateResult {
  if (field.kind === "list") return listTemplate(field, view);
  const error = `${view.name} wrong`.replaceAll(" ", "-");
  return html`<label class="field">
      ${labelTemplate(field, view)} ${controlTemplate(field, view, error)}
    </label>
    <div class="over" id=${error}>${view.wrong ?? nothing}</div>`;
}

function labelTemplate({ title, subtitle }: Field, { required, strings }: FieldView): TemplateResult {
  return html`<span dir="auto"><b>${title}</b>${required ? nothing : html` <small>(${strings.optional})</small>`}</span>
    ${subtitle ? html`<small dir="auto">${subtitle}</small>` : nothing}`;
}

function controlTemplate(field: Exclude<Field, { kind: "list" }>, view: FieldView, error: string): TemplateResult {
  const { name, values, wrong, required } = view;
  const [value = ""] = values;
  const enter = (event: Event): void => view.enter([(event.target as HTMLInputElement).value]);
  const invalid = wrong !== undefined;
  if (field.kind === "wheel") {
    return html`<select name=${name} aria-invalid=${invalid} aria-describedby=${error} @change=${enter}>
      <option value=""></option>
      ${field.options.map(({ id, title }) => html`<option value=${id} ?selected=${id === value}>${title}</option>`)}
    </select>`;
  }
  if (field.kind === "text" && field.long) {
    return html`<textarea
      class="long"
      name=${name}
      rows="3"
      dir="auto"
      maxlength=${MAX_LONG}
      placeholder=${field.placeholder ?? nothing}
      aria-required=${required}
      aria-invalid=${invalid}
      aria-describedby=${error}
      .value=${value}
      @input=${enter}
    ></textarea>`;
  }
  const { keyboard = "", autocomplete = "", placeholder } = field.kind === "text" ? field : {};
  const date = field.kind === "date" ? field : undefined;
  return html`<input
    name=${name}
    type=${date ? "date" : (TYPES[keyboard] ?? "text")}
    inputmode=${KEYBOARDS[keyboard] ?? nothing}
    autocomplete=${date ? nothing : tokenOf(autocomplete)}
    dir=${date ? nothing : "auto"}
    min=${date?.min ?? nothing}
    max=${date?.max ?? nothing}
    maxlength=${date ? nothing : MAX_LENGTH}
    placeholder=${placeholder ?? nothing}
    aria-required=${required}
    aria-invalid=${invalid}
    aria-describedby=${error}
    .value=${value}
    @input=${enter}
  />`;
}

function listTemplate(field: Extract<Field, { kind: "list" }>, view: FieldView): TemplateResult {
  const { name, values } = view;
  return html`<div class="field" role="group" aria-label=${field.title}>
    ${labelTemplate(field, view)}
    ${field.sections.map(({ title, multiple, options }, index) => {
      const others = options.map(({ id }) => id);
      const tick = (id: string): void => {
        const kept = multiple
          ? values.filter((value) => value !== id)
          : values.filter((value) => !others.includes(value));
        view.enter(values.includes(id) && multiple ? kept : [...kept, id]);
      };
      return html`${title ? html`<div class="hint">${title}</div>` : nothing}${options.map((option) =>
        optionTemplate(option, `${name} ${index}`, multiple, values.includes(option.id), tick),
      )}`;
    })}
  </div>`;
}

function optionTemplate(
  { id, title, subtitle }: Option,
  name: string,
  multiple: boolean,
  checked: boolean,
  tick: (id: string) => void,
): TemplateResult {
  return html`<label class="item-row">
    <input type=${multiple ? "checkbox" : "radio"} name=${name} .checked=${checked} @change=${() => tick(id)} />
    <span dir="auto"><b>${title}</b>${subtitle ? html`<small>${subtitle}</small>` : nothing}</span>
  </label>`;
}

/** `GivenName` is `given-name`. */
function tokenOf(word: string): string {
  if (!word) return "off";
  return AUTOCOMPLETE[word] ?? word.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase();
}
