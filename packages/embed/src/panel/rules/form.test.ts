import { describe, expect, test } from "vitest";
import { type Field, isRequired, readAnswers, readForm, responseOf } from "./form.js";

const FORM = {
  cannedResponseId: "canned",
  introduction: { title: "A visit", subtitle: "Two steps", buttonText: "Begin" },
  receivedMessage: { title: "Book a visit" },
  replyMessage: { title: "Here is my booking" },
  showSummary: true,
  formPages: [
    {
      title: "You",
      subtitle: "Who comes?",
      pageComponents: [
        { formComponentType: "Input", input: { id: "name", title: "Name", isRequired: true, isMultipleLine: false } },
        { formComponentType: "Input", input: { id: "note", title: "Note", isRequired: false, isMultipleLine: true } },
        { formComponentType: "Hologram", hologram: { id: "x" } },
        { formComponentType: "Input", input: { title: "without an id" } },
      ],
    },
    {
      title: "When",
      subtitle: "",
      pageComponents: [
        {
          formComponentType: "DatePicker",
          datePicker: {
            id: "day",
            title: "Day",
            dateMinimum: "2026-01-02T10:00:00Z",
            dateDisplayFormat: "dayMonthYear",
          },
        },
        {
          formComponentType: "WheelPicker",
          wheelPicker: { id: "size", items: [{ id: "2", title: "Two" }, { id: "3" }] },
        },
        {
          formComponentType: "ListPicker",
          listPicker: {
            id: "tea",
            sections: [
              {
                title: "Teas",
                multipleSelection: true,
                items: [
                  { id: "a", title: "Assam" },
                  { id: "s", title: "Sencha" },
                ],
              },
            ],
          },
        },
      ],
    },
  ],
};

const form = readForm(FORM);
const button = (id: string, text: string, payload = text) => ({
  id,
  component: { contentType: "ButtonResponse", buttonResponse: { type: "Form", text, payload } },
});

test("a form is read, without the parts that nobody could answer", () => {
  expect(form).toMatchObject({ cannedResponseId: "canned", title: "Book a visit", reply: "Here is my booking" });
  expect(form.pages.map(({ fields }) => fields.map(({ id, kind }) => `${kind} ${id}`))).toEqual([
    ["text name", "text note"],
    ["date day", "wheel size", "list tea"],
  ]);
  expect(form.pages[1]?.fields[0]).toMatchObject({ min: "2026-01-02" });
  const required = form.pages.flatMap(({ fields }) => fields).filter((field: Field) => isRequired(field));
  expect(required.map(({ id }) => id)).toEqual(["name", "day"]);
});

test.each([[{}], [{ formPages: "no" }], [{ formPages: [null, 3, { pageComponents: [{}] }] }]])(
  "%j is no form with pages",
  (value) => {
    expect(readForm(value).pages).toEqual([]);
  },
);

describe("the answer", () => {
  test("has a text where one was written, and each choice by its label and its id", () => {
    const values = new Map([
      ["name", ["Ada"]],
      ["note", ["  "]],
      ["day", ["2026-02-03"]],
      ["size", ["3"]],
      ["tea", ["a", "s"]],
    ]);
    expect(responseOf(form, values)).toEqual([
      button("name", "Ada"),
      button("day", "03/02/2026", "2026-02-03T00:00:00.000Z"),
      button("size", "3"),
      button("tea", "Assam", "a"),
      button("tea", "Sencha", "s"),
    ]);
  });

  test("says of a choice that was not made that it was not", () => {
    expect(responseOf(form, new Map([["name", ["Ada"]]]))).toEqual([
      button("name", "Ada"),
      button("day", ""),
      button("size", ""),
      button("tea", ""),
    ]);
  });

  test("is read by the form's own labels, where they are known", () => {
    const answer = {
      response: [button("name", "Ada"), button("tea", "Assam", "a"), button("tea", "Sencha"), button("size", "")],
    };
    expect(readAnswers(answer, form)).toEqual([
      { label: "Name", value: "Ada" },
      { label: "When", value: "Assam, Sencha" },
      { label: "When", value: "—" },
    ]);
    expect(readAnswers(answer, undefined)[0]).toEqual({ label: "name", value: "Ada" });
    expect(readAnswers({ response: "no" }, form)).toEqual([]);
  });
});
