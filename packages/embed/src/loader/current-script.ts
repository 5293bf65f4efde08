/** Which script tag this is: its own address, and what it asks for. Read while the script runs, never later. */

export interface ScriptTag {
  /** The script's own URL: everything else is found beside it. */
  readonly src: string;
  /** The element's attributes. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Only define the element; the page puts it where it wants. */
  readonly manual: boolean;
}

const PREFIX = "data-";

/** Throws where the script's address cannot be known. */
export function readScriptTag(names: readonly string[]): ScriptTag {
  const script = (document.currentScript as HTMLScriptElement | null) ?? lastTag();
  if (!script?.src) throw new Error("Guestpass: guestpass.js must be loaded by a script tag with a src");
  const attributes = new Map<string, string>();
  for (const name of names) {
    const value = script.getAttribute(PREFIX + name);
    if (value !== null) attributes.set(name, value);
  }
  if (!attributes.has("endpoint")) attributes.set("endpoint", new URL(script.src).origin);
  return { src: script.src, attributes, manual: script.hasAttribute(`${PREFIX}manual`) };
}

/** A script that another script evaluates has no currentScript. */
function lastTag(): HTMLScriptElement | undefined {
  return [...document.querySelectorAll<HTMLScriptElement>('script[src*="guestpass.js"]')].at(-1);
}
