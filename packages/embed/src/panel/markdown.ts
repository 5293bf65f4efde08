/** Draws the little Markdown of agents and bots. Loaded where the deployment allows it. Links are checked like any. */
import { css, html, type TemplateResult } from "lit";
import type { Strings } from "../strings/strings.js";
import type { View } from "./host.js";
import { styles as linkStyles, linkTemplate, linkTemplates } from "./link.js";
import { type Block, type Inline, parseMarkdown } from "./rules/markdown.js";
import { safeUrl } from "./safe-url.js";

const markdownStyles = css`
  .bubble.md {
    white-space: normal;
  }
  .md p,
  .md ul,
  .md ol,
  .md pre {
    margin: 0;
    white-space: pre-wrap;
  }
  .md * + p,
  .md * + ul,
  .md * + ol,
  .md * + pre {
    margin-block-start: 8px;
  }
  .md ul,
  .md ol {
    padding-inline-start: 22px;
    white-space: normal;
  }
  .md code,
  .md pre {
    border-radius: 6px;
    background: color-mix(in srgb, currentColor 9%, transparent);
    font: 0.92em / 1.5 ui-monospace, Consolas, monospace;
  }
  .md code {
    padding: 1px 5px;
  }
  .md pre {
    padding: 8px 10px;
    overflow-x: auto;
    white-space: pre;
  }
`;

/** What this room needs to look as it should. */
export const styles = [...linkStyles, markdownStyles];

function markdownTemplate(text: string, strings: Strings): TemplateResult {
  return html`${parseMarkdown(text).map((block) => blockTemplate(block, strings))}`;
}

function blockTemplate(block: Block, strings: Strings): TemplateResult {
  if (block.kind === "code") return html`<pre tabindex="0">${block.text}</pre>`;
  if (block.kind === "paragraph") return html`<p>${inline(block.children, strings)}</p>`;
  const items = block.items.map((item) => html`<li>${inline(item, strings)}</li>`);
  return block.ordered ? html`<ol>${items}</ol>` : html`<ul>${items}</ul>`;
}

function inline(nodes: readonly Inline[], strings: Strings): unknown[] {
  return nodes.map((node) => inlineTemplate(node, strings));
}

function inlineTemplate(node: Inline, strings: Strings): unknown {
  if (node.kind === "text") return linkTemplates(node.text, strings);
  if (node.kind === "code") return html`<code>${node.text}</code>`;
  const inside = inline(node.children, strings);
  switch (node.kind) {
    case "strong":
      return html`<strong>${inside}</strong>`;
    case "em":
      return html`<em>${inside}</em>`;
    case "del":
      return html`<del>${inside}</del>`;
    case "link": {
      const href = safeUrl(node.href);
      return href ? linkTemplate(href, inside, strings) : inside;
    }
  }
}

export function room(view: View) {
  return (text: string): unknown => markdownTemplate(text, view.strings);
}
