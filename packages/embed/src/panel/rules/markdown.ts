/**
 * The little Markdown that agents and bots write: bold, italics, code, links, lists. Pure: text in, a tree out. Markup
 * in the text stays text; what is not understood stays as it is.
 */

export type Inline =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "strong" | "em" | "del"; readonly children: readonly Inline[] }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "link"; readonly href: string; readonly children: readonly Inline[] };

export type Block =
  | { readonly kind: "paragraph"; readonly children: readonly Inline[] }
  | { readonly kind: "list"; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: "code"; readonly text: string };

const ITEM = /^\s{0,3}(?:([-*+])|\d{1,3}[.)])\s+(.*)$/;
const FENCE = /^\s*```/;
const HEADING = /^#{1,6}\s+(.*)$/;

/** Nesting deeper than this is shown as it is written. */
const MAX_DEPTH = 4;

export function parseMarkdown(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.split("\n");
  let paragraph: string[] = [];
  const flush = (): void => {
    if (paragraph.length > 0) blocks.push({ kind: "paragraph", children: inlines(paragraph.join("\n")) });
    paragraph = [];
  };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const item = ITEM.exec(line);
    if (FENCE.test(line)) {
      const end = lines.findIndex((other, index) => index > at && FENCE.test(other));
      if (end > 0) {
        flush();
        blocks.push({ kind: "code", text: lines.slice(at + 1, end).join("\n") });
        at = end;
        continue;
      }
    }
    if (item) {
      flush();
      const ordered = item[1] === undefined;
      const last = blocks.at(-1);
      const items = [inlines(item[2] ?? "")];
      if (last?.kind === "list" && last.ordered === ordered)
        blocks.splice(-1, 1, { ...last, items: [...last.items, ...items] });
      else blocks.push({ kind: "list", ordered, items });
    } else if (line.trim() === "") flush();
    else {
      const heading = HEADING.exec(line)?.[1];
      if (heading === undefined) paragraph.push(line);
      else {
        flush();
        blocks.push({ kind: "paragraph", children: [{ kind: "strong", children: inlines(heading) }] });
      }
    }
  }
  flush();
  return blocks;
}

const SPAN =
  /`([^`\n]+)`|\*\*(?=\S)([^\n]*?\S)\*\*|__(?=\S)([^\n]*?\S)__|~~(?=\S)([^\n]*?\S)~~|(?<![*\w])\*(?=\S)([^*\n]*?\S)\*(?![*\w])|(?<![_\w])_(?=\S)([^_\n]*?\S)_(?![_\w])|\[([^\]\n]{1,500})\]\(([^\s()<>]{1,2000})\)/;

function inlines(text: string, depth = 0): Inline[] {
  const found = depth < MAX_DEPTH ? SPAN.exec(text) : null;
  if (!found) return text === "" ? [] : [{ kind: "text", text }];
  const [all, code, bold, bold2, struck, italic, italic2, label, href] = found;
  const inner = (words: string): Inline[] => inlines(words, depth + 1);
  const strong = bold ?? bold2;
  const em = italic ?? italic2;
  const span: Inline =
    code !== undefined
      ? { kind: "code", text: code }
      : strong !== undefined
        ? { kind: "strong", children: inner(strong) }
        : struck !== undefined
          ? { kind: "del", children: inner(struck) }
          : em !== undefined
            ? { kind: "em", children: inner(em) }
            : { kind: "link", href: href ?? "", children: inner(label ?? "") };
  return [
    ...inlines(text.slice(0, found.index), MAX_DEPTH),
    span,
    ...inlines(text.slice(found.index + all.length), depth),
  ];
}
