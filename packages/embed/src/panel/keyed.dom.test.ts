import { html, render } from "lit";
import { expect, test } from "vitest";
import { keyed } from "./keyed.js";

/** Draws the letters of a text, each in an element of its own. */
function drawer() {
  const root = document.createElement("div");
  return {
    draw(text: string, mark = "") {
      render(
        html`<p>${keyed(
          text.split(""),
          (letter) => letter,
          (letter) => html`<i>${letter}${mark}</i>`,
        )}</p>`,
        root,
      );
      return [...root.querySelectorAll("i")];
    },
    text: () => root.textContent,
  };
}

test.each([
  ["", "abc"],
  ["abc", "abcd"],
  ["cd", "abcd"],
  ["abcd", "acbd"],
  ["abcd", "dcba"],
  ["abcd", "bd"],
  ["abc", "xay"],
  ["abc", ""],
])("%s becomes %s, and what stays is the same element", (before, after) => {
  const { draw, text } = drawer();
  const were = new Map(before.split("").map((letter, place) => [letter, draw(before)[place]]));
  const are = draw(after, "!");
  expect(text()).toBe(
    after
      .split("")
      .map((letter) => `${letter}!`)
      .join(""),
  );
  for (const [place, letter] of after.split("").entries()) {
    if (were.has(letter)) expect(are[place]).toBe(were.get(letter));
  }
});

test("what was drawn twice by one key is drawn once, and nothing of it is left behind", () => {
  const { draw, text } = drawer();
  draw("aab");
  expect(text()).toBe("ab");
  draw("b");
  expect(text()).toBe("b");
});
