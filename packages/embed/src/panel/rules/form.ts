/**
 * A form of the platform: unknown JSON in, pages of fields out, and what was entered as the platform wants it. Pure. A
 * part that this version does not know is left out; a form is never refused for it.
 * Source: web-messaging-sdk-java, ConversationContentForm and its parts.
 */
import { type Content, list, record, str } from "@guestpass/protocol";

export interface Option {
  readonly id: string;
  readonly title: string;
  readonly subtitle?: string | undefined;
}

interface Labelled {
  /** Unique in its form. */
  readonly id: string;
  readonly title: string;
  readonly subtitle?: string | undefined;
}

export type Field = Labelled &
  (
    | {
        readonly kind: "text";
        readonly required: boolean;
        readonly long: boolean;
        readonly placeholder?: string | undefined;
        /** The platform's words, such as `Email` and `GivenName`. */
        readonly keyboard?: string | undefined;
        readonly autocomplete?: string | undefined;
      }
    | {
        readonly kind: "date";
        /** `YYYY-MM-DD`. */
        readonly min?: string | undefined;
        readonly max?: string | undefined;
        /** The platform's order of day, month and year. */
        readonly order?: string | undefined;
      }
    /** One of them. */
    | { readonly kind: "wheel"; readonly options: readonly Option[] }
    | {
        readonly kind: "list";
        readonly sections: readonly { title?: string | undefined; multiple: boolean; options: readonly Option[] }[];
      }
  );

export interface Page {
  readonly title?: string | undefined;
  readonly subtitle?: string | undefined;
  readonly fields: readonly Field[];
}

export interface Form {
  readonly cannedResponseId?: string | undefined;
  readonly title?: string | undefined;
  readonly subtitle?: string | undefined;
  readonly imageUrl?: string | undefined;
  /** What the answer says in the conversation. */
  readonly reply?: string | undefined;
  readonly showSummary: boolean;
  readonly pages: readonly Page[];
}

/** What was entered: a text, `YYYY-MM-DD`, or ids of options. */
export type Values = ReadonlyMap<string, readonly string[]>;

/** Each item as it is read; what cannot be read is left out. */
const many =
  <T>(read: (value: unknown) => T | undefined) =>
  (value: unknown): T[] =>
    list(value).flatMap((item) => read(item) ?? []);

export function readForm(value: Readonly<Record<string, unknown>>): Form {
  const intro = record(value["introduction"]);
  const prompt = record(value["receivedMessage"]);
  const pages = many(readPage)(value["formPages"]);
  return {
    cannedResponseId: str(value["cannedResponseId"]),
    title: str(prompt["title"]) || str(intro["title"]),
    subtitle: str(prompt["subtitle"]) || str(intro["subtitle"]),
    imageUrl: str(prompt["imageUrl"]) || str(intro["imageUrl"]),
    reply: str(record(value["replyMessage"])["title"]),
    showSummary: value["showSummary"] === true,
    pages: pages.filter(({ fields, title }) => fields.length > 0 || title),
  };
}

function readPage(value: unknown): Page {
  const { title, subtitle, pageComponents } = record(value);
  return { title: str(title), subtitle: str(subtitle), fields: many(readField)(pageComponents) };
}

function readField(value: unknown): Field | undefined {
  const component = record(value);
  const type = str(component["formComponentType"]) ?? "";
  const held = record(component[type.charAt(0).toLowerCase() + type.slice(1)]);
  const id = str(held["id"]);
  // Without an id there is no way to answer it.
  if (id === undefined) return undefined;
  const labelled = { id, title: str(held["title"]) ?? "", subtitle: str(held["subtitle"]) };
  switch (type) {
    case "Input":
      return {
        ...labelled,
        kind: "text",
        required: held["isRequired"] === true,
        long: held["isMultipleLine"] === true,
        placeholder: str(held["placeholderText"]),
        keyboard: str(held["keyboardType"]),
        autocomplete: str(held["autoCompleteType"]),
      };
    case "DatePicker":
      return {
        ...labelled,
        kind: "date",
        min: dayOf(held["dateMinimum"]),
        max: dayOf(held["dateMaximum"]),
        order: str(held["dateDisplayFormat"]),
      };
    case "WheelPicker":
      return { ...labelled, kind: "wheel", options: many(readOption)(held["items"]) };
    case "ListPicker": {
      const prompt = record(held["receivedMessage"]);
      const title = labelled.title || str(prompt["title"]) || "";
      return { ...labelled, title, kind: "list", sections: many(readSection)(held["sections"]) };
    }
    default:
      return undefined;
  }
}

function readSection(value: unknown) {
  const { title, multipleSelection, items } = record(value);
  return { title: str(title), multiple: multipleSelection === true, options: many(readOption)(items) };
}

function readOption(value: unknown): Option | undefined {
  const { id, title, value: shown, subtitle } = record(value);
  const name = str(id);
  return name === undefined
    ? undefined
    : { id: name, title: str(title) || str(shown) || name, subtitle: str(subtitle) };
}

function dayOf(value: unknown): string | undefined {
  return /^\d{4}-\d\d-\d\d/.exec(str(value) ?? "")?.[0];
}

/** A date must always be given, a text where the form says so. */
export function isRequired(field: Field): boolean {
  return field.kind === "date" || (field.kind === "text" && field.required);
}

/** What is chosen or written in a field, in words. */
export function shown(field: Field, values: Values): string[] {
  const entered = (values.get(field.id) ?? []).filter((value) => value.trim() !== "");
  if (field.kind === "text") return [...entered];
  if (field.kind === "date") return entered.map((day) => displayDate(day, field.order));
  return entered.map((id) => optionsOf(field).find((option) => option.id === id)?.title ?? id);
}

export function optionsOf(field: Field): readonly Option[] {
  if (field.kind === "wheel") return field.options;
  return field.kind === "list" ? field.sections.flatMap(({ options }) => options) : [];
}

/** The form's answer as it goes over the wire: a text only where one was written, a choice also where none was made. */
export function responseOf(form: Form, values: Values): unknown[] {
  return form.pages.flatMap(({ fields }) => fields).flatMap((field) => entriesOf(field, values));
}

function entriesOf(field: Field, values: Values): unknown[] {
  const texts = shown(field, values);
  const payloads = (values.get(field.id) ?? []).filter((value) => value.trim() !== "");
  const entries = texts.map((text, index) => {
    const entered = payloads[index] ?? text;
    return entry(field.id, text, field.kind === "date" ? `${entered}T00:00:00.000Z` : entered);
  });
  return entries.length === 0 && field.kind !== "text" ? [entry(field.id, "", "")] : entries;
}

function entry(id: string, text: string, payload: string): unknown {
  return { id, component: { contentType: "ButtonResponse", buttonResponse: { type: "Form", text, payload } } };
}

/** As the form's author wants it read by agents. */
function displayDate(day: string, order: string | undefined): string {
  const [year, month, date] = day.split("-");
  const parts = { dayMonthYear: [date, month, year], yearMonthDay: [year, month, date] }[order ?? ""];
  return (parts ?? [month, date, year]).join("/");
}

interface Asking {
  readonly id: string;
  readonly content: readonly Content[];
}

/** The form that an answer is to, where it is still there. */
export function formOf(answer: Readonly<Record<string, unknown>>, messages: readonly Asking[]): Form | undefined {
  const asked = messages.find(({ id }) => id === answer["originatingMessageId"]);
  const form = asked?.content.find((item) => item.contentType === "Form");
  return form && readForm(form.form);
}

/** What an answer says, by the form's own labels where it is known. */
export function readAnswers(
  answer: Readonly<Record<string, unknown>>,
  form: Form | undefined,
): { label: string; value: string }[] {
  const labels = new Map(
    form?.pages.flatMap(({ title = "", fields }) => fields.map((field) => [field.id, field.title || title] as const)),
  );
  const given = new Map<string, string[]>();
  for (const item of many(record)(answer["response"])) {
    const id = str(item["id"]) ?? "";
    const text = str(record(record(item["component"])["buttonResponse"])["text"]);
    given.set(id, [...(given.get(id) ?? []), ...(text ? [text] : [])]);
  }
  return [...given].map(([id, values]) => ({ label: labels.get(id) ?? id, value: values.join(", ") || "—" }));
}
