/**
 * Finds links in untrusted text. Knows what looks like a web or mail address and gives segments; builds no markup, so
 * nothing in the text can become an element.
 */
import { safeUrl } from "./safe-url.js";

export interface Segment {
  text: string;
  /** An `https:`, `http:` or `mailto:` URL, where the segment is a link. */
  href?: string;
}

const CANDIDATE = /\b(?:https?:\/\/|www\.)[^\s<>"'`]+|\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63})+/giu;
const TRAILING = /[.,;:!?…·、。，！？'"»”’*_]+$/u;

/** Splits a text into plain and linked segments, in order; joined again they are the text. */
export function linkify(text: string): Segment[] {
  const segments: Segment[] = [];
  let from = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const link = trim(match[0]);
    const href = hrefOf(link);
    if (href === undefined) continue;
    if (match.index > from) segments.push({ text: text.slice(from, match.index) });
    segments.push({ text: link, href });
    from = match.index + link.length;
  }
  if (from < text.length) segments.push({ text: text.slice(from) });
  return segments;
}

/** A sentence's own punctuation and a bracket that was opened before the link are no part of it. */
function trim(candidate: string): string {
  let link = candidate.replace(TRAILING, "");
  for (const [open, close] of [
    ["(", ")"],
    ["[", "]"],
    ["{", "}"],
  ] as const) {
    while (link.endsWith(close) && count(link, close) > count(link, open)) {
      link = link.slice(0, -1).replace(TRAILING, "");
    }
  }
  return link;
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

function hrefOf(link: string): string | undefined {
  const isMail = !/^(?:https?:\/\/|www\.)/i.test(link);
  return safeUrl(isMail ? `mailto:${link}` : /^www\./i.test(link) ? `https://${link}` : link);
}
