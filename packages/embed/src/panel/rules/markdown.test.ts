import { expect, test } from "vitest";
import { type Block, type Inline, parseMarkdown } from "./markdown.js";

const words = (nodes: readonly Inline[]): string =>
  nodes
    .map((node) => {
      if (node.kind === "text") return node.text;
      if (node.kind === "code") return `<code>${node.text}</code>`;
      const inside = words(node.children);
      return node.kind === "link" ? `<a ${node.href}>${inside}</a>` : `<${node.kind}>${inside}</${node.kind}>`;
    })
    .join("");

const shown = (blocks: Block[]): string[] =>
  blocks.map((block) => {
    if (block.kind === "list") return `${block.ordered ? "ol" : "ul"}:${block.items.map(words).join("|")}`;
    return block.kind === "code" ? `pre:${block.text}` : words(block.children);
  });

test.each<[string, string[]]>([
  ["plain", ["plain"]],
  ["one\ntwo\n\nthree", ["one\ntwo", "three"]],
  [
    "**bold** and *it* and _it_ and __bold__",
    ["<strong>bold</strong> and <em>it</em> and <em>it</em> and <strong>bold</strong>"],
  ],
  ["**bold *and it* **", ["**bold <em>and it</em> **"]],
  ["**a *b* c**", ["<strong>a <em>b</em> c</strong>"]],
  ["2 * 3 * 4 = 24", ["2 * 3 * 4 = 24"]],
  ["snake_case_name stays", ["snake_case_name stays"]],
  ["`a *b* <i>`", ["<code>a *b* <i></code>"]],
  ["~~gone~~", ["<del>gone</del>"]],
  ["[our page](https://example.com/a?b=c) now", ["<a https://example.com/a?b=c>our page</a> now"]],
  ["[bad](java script:x)", ["[bad](java script:x)"]],
  ["- a\n- **b**\n* c\n\n1. x\n2) y", ["ul:a|<strong>b</strong>|c", "ol:x|y"]],
  ["# Title\ntext", ["<strong>Title</strong>", "text"]],
  ["```js\na < b\n**x**\n```\nafter", ["pre:a < b\n**x**", "after"]],
  ["```\nnever closed", ["```\nnever closed"]],
  ["<b>no markup</b>", ["<b>no markup</b>"]],
])("%j", (text, expected) => {
  expect(shown(parseMarkdown(text))).toEqual(expected);
});

test("a text as long as may be, full of half-open marks, is read at once", () => {
  const started = performance.now();
  for (const mark of ["*a", "_a", "**a ", "[a](", "`", "~~a", "- ", "# ", "```\n"]) {
    parseMarkdown(mark.repeat(4000 / mark.length));
  }
  expect(performance.now() - started).toBeLessThan(2000);
});
