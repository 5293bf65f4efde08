/**
 * A list whose items keep their elements: an item that stays is drawn where it was, one that moves is moved. Less than
 * Lit's `repeat`, which finds the fewest moves for any two orders; a transcript grows at its ends and seldom moves one.
 */
import { type ChildPart, noChange } from "lit";
import { Directive, type DirectiveResult, directive } from "lit/directive.js";
import { insertPart, removePart, setChildPartValue } from "lit/directive-helpers.js";

class Keyed extends Directive {
  #parts = new Map<string, ChildPart>();

  /** Draws nothing by itself: what is drawn depends on what was. */
  render(_items: readonly unknown[], _keyOf: (item: unknown) => string, _draw: (item: unknown) => unknown): unknown {
    return noChange;
  }

  override update(list: ChildPart, [items, keyOf, draw]: Parameters<this["render"]>): unknown {
    const before = this.#parts;
    const wanted = new Map(items.map((item) => [keyOf(item), item]));
    for (const [key, part] of before) if (!wanted.has(key)) removePart(part);
    this.#parts = new Map();
    // From the end, because a part is put before another one.
    let next: ChildPart | undefined;
    for (const [key, item] of [...wanted].reverse()) {
      next = insertPart(list, next, before.get(key));
      setChildPartValue(next, draw(item));
      this.#parts.set(key, next);
    }
    return noChange;
  }
}

/** @param keyOf of two items with the same key the later one is drawn. */
export const keyed = directive(Keyed) as <Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  draw: (item: Item) => unknown,
) => DirectiveResult;
