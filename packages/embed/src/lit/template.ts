/**
 * Lit's `html`, as far as our templates go: the markup is read once, and only what has changed at its places is drawn anew. A
 * place is a child (a text, a template, a list), an attribute in one piece or more, `?flag`, `.property` or `@event`.
 */

/** What a tagged template gives. */
export interface Drawing {
  readonly strings: TemplateStringsArray;
  readonly values: readonly unknown[];
}

type Draw = (value: unknown) => void;

/** Nothing at a child's place, or no such attribute. */
export const nothing = Symbol();

export function html(strings: TemplateStringsArray, ...values: unknown[]): Drawing {
  return { strings, values };
}

/** A list whose items keep their elements by key. Of two items with the same key the later one is drawn. */
export function keyed<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  draw: (item: Item) => unknown,
): Map<unknown, unknown> {
  return new Map(items.map((item) => [keyOf(item), draw(item)]));
}

/** Makes a place at the end of a node, and gives what draws there. */
export function placeIn(root: ParentNode): Draw {
  const { start, end, draw } = newItem();
  root.append(start, end);
  return draw;
}

/** What lies between the two is drawn here alone. */
function place(start: ChildNode, end: ChildNode): Draw {
  let kind: unknown;
  let redraw: Draw;
  return (value) => {
    const next = kindOf(value);
    if (next !== kind) {
      kind = next;
      for (const node of nodesFrom(start.nextSibling, end)) node.remove();
      redraw = typeof next === "function" ? next(end) : template(value as Drawing, end);
    }
    redraw(value);
  };
}

/** How a value is drawn; the template itself for what comes of one: what came of it last needs no new elements. */
function kindOf(value: unknown): ((end: ChildNode) => Draw) | TemplateStringsArray {
  if (value === nothing || value === undefined || value === null || value === "") return empty;
  if (typeof value !== "object") return text;
  return "strings" in value ? (value as Drawing).strings : list;
}

function empty(): Draw {
  return () => {};
}

function text(end: ChildNode): Draw {
  const node = new Text();
  let last: unknown;
  end.before(node);
  return (value) => {
    // A text that is written anew loses what is selected in it.
    if (value !== last) node.data = value as string;
    last = value;
  };
}

function list(end: ChildNode): Draw {
  let items = new Map<unknown, { start: ChildNode; end: ChildNode; draw: Draw }>();
  return (value) => {
    const wanted = value instanceof Map ? value : new Map((value as unknown[]).entries());
    const before = items;
    items = new Map();
    for (const [key, item] of before) {
      if (!wanted.has(key)) for (const node of nodesFrom(item.start, item.end.nextSibling)) node.remove();
    }
    // From the end, because an item is put before another one.
    let next = end;
    for (const [key, content] of [...wanted].reverse()) {
      const item = before.get(key) ?? newItem();
      if (item.end.nextSibling !== next) next.before(...nodesFrom(item.start, item.end.nextSibling));
      item.draw(content);
      items.set(key, item);
      next = item.start;
    }
  };
}

function newItem() {
  const [start, end] = [new Comment(), new Comment()];
  new DocumentFragment().append(start, end);
  return { start, end, draw: place(start, end) };
}

function nodesFrom(first: ChildNode | null, end: ChildNode | null): ChildNode[] {
  const nodes = [];
  for (let node = first; node && node !== end; node = node.nextSibling) nodes.push(node);
  return nodes;
}

/** A template's first drawing; complete before it is in the document. */
function template(drawing: Drawing, end: ChildNode): Draw {
  const { content, spots } = read(drawing);
  const fragment = document.importNode(content, true);
  const walker = document.createTreeWalker(fragment, ELEMENTS_AND_COMMENTS);
  let at = -1;
  const draws = spots.map((spot) => {
    for (; at < spot.at; at += 1) walker.nextNode();
    const node = walker.currentNode;
    return spot.name ? attribute(node as Element, spot) : child(node as Comment, spot);
  });
  const redraw = (next: unknown): void => {
    for (const draw of draws) draw((next as Drawing).values);
  };
  redraw(drawing);
  end.before(fragment);
  return redraw;
}

type DrawOne = (values: readonly unknown[]) => void;

function child(comment: Comment, { from }: Spot): DrawOne {
  const draw = place(comment, comment.nextSibling as Comment);
  return (values) => draw(values[from]);
}

function attribute(element: Element, { from, name, around }: Spot): DrawOne {
  const key = name.replace(/^[.?@]/, "");
  let last: unknown = nothing;
  if (name.startsWith("@")) {
    element.addEventListener(key, (event) => (last as (event: Event) => void)(event));
    return (values) => {
      last = values[from];
    };
  }
  return (values) => {
    const value = around
      ? around.reduce(
          (before, piece, index) => `${before}${(values[from + index - 1] as string | undefined) ?? ""}${piece}`,
        )
      : values[from];
    if (value === last) return;
    last = value;
    if (name.startsWith(".")) Object.assign(element, { [key]: value });
    else if (name.startsWith("?")) element.toggleAttribute(key, Boolean(value));
    else if (value === nothing) element.removeAttribute(key);
    else element.setAttribute(key, (value ?? "") as string);
  };
}

/** Where values go: a comment, or an attribute of an element. */
interface Spot {
  /** The node's number in the document's order. */
  readonly at: number;
  /** The first value's number. */
  readonly from: number;
  /** The attribute's, with what stands before it; empty for a child. */
  readonly name: string;
  /** What stands around an attribute's values, where it is more than one value alone. */
  readonly around?: readonly string[] | undefined;
}

interface Template {
  readonly content: DocumentFragment;
  readonly spots: readonly Spot[];
}

interface Policy {
  createHTML(markup: string): string;
}

/** Stands for a value in the markup; our templates do not say it. */
const MARK = "lit$";
/** `NodeFilter.SHOW_ELEMENT` and `NodeFilter.SHOW_COMMENT`. */
const ELEMENTS_AND_COMMENTS = 129;

const { trustedTypes } = globalThis as { trustedTypes?: { createPolicy(name: string, rules: Policy): Policy } };
const policy = trustedTypes?.createPolicy("guestpass", { createHTML: (markup) => markup });
const templates = new WeakMap<TemplateStringsArray, Template>();

function read({ strings }: Drawing): Template {
  const known = templates.get(strings);
  if (known) return known;
  const isInTag = (before: string): boolean => before.lastIndexOf("<") > before.lastIndexOf(">");
  const markup = strings.reduce((before, next) => before + (isInTag(before) ? MARK : `<!--${MARK}--><!---->`) + next);
  const element = document.createElement("template");
  element.innerHTML = policy?.createHTML(markup) ?? markup;
  const made = { content: element.content, spots: spotsOf(element.content) };
  templates.set(strings, made);
  return made;
}

function spotsOf(content: DocumentFragment): Spot[] {
  const spots: Spot[] = [];
  const walker = document.createTreeWalker(content, ELEMENTS_AND_COMMENTS);
  let from = 0;
  for (let at = 0; walker.nextNode(); at += 1) {
    const node = walker.currentNode as Comment | Element;
    if ("data" in node) {
      if (node.data === MARK) spots.push({ at, from: from++, name: "" });
      continue;
    }
    for (const name of node.getAttributeNames()) {
      const value = node.getAttribute(name);
      const around = value?.split(MARK) ?? [];
      if (around.length < 2) continue;
      node.removeAttribute(name);
      spots.push({ at, from, name, around: value === MARK ? undefined : around });
      from += around.length - 1;
    }
  }
  return spots;
}
