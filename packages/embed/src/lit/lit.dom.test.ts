/** What stands in for Lit does what Lit does: the same templates, the same element, one after the other in both. */
import * as lit from "lit";
import { describe, expect, test } from "vitest";
import { keyed as litKeyed } from "../panel/keyed.js";
import * as own from "./index.js";
import { keyed, placeIn } from "./template.js";

type Lit = Pick<typeof lit, "html" | "nothing"> & { LitElement: typeof lit.LitElement };

const byName = (a: string, b: string): number => a.localeCompare(b);
const BOTH = [
  {
    name: "Lit",
    ...(lit as Lit),
    keyed: litKeyed,
    drawer: (root: HTMLElement) => (value: unknown) => lit.render(value, root),
  },
  {
    name: "what stands in for it",
    ...(own as unknown as Lit),
    keyed: keyed as unknown as typeof litKeyed,
    drawer: placeIn as (root: HTMLElement) => (value: unknown) => unknown,
  },
];

describe.each(BOTH)("templates: $name", ({ html, nothing, keyed, drawer }) => {
  function stage() {
    const root = document.createElement("div");
    const draw = drawer(root);
    /** Without the comments, which are each one's own. */
    return { root, draw, markup: () => root.innerHTML.replace(/<!--.*?-->/g, "") };
  }

  test("a text is put in as text, and an empty one is nothing", () => {
    const { draw, markup } = stage();
    const shown = [];
    for (const value of ["<b>&", 7, 0, false, "", null, undefined, nothing, "again"]) {
      draw(html`<p>${value}</p>`);
      shown.push(markup());
    }
    expect(shown).toEqual([
      "<p>&lt;b&gt;&amp;</p>",
      "<p>7</p>",
      "<p>0</p>",
      "<p>false</p>",
      "<p></p>",
      "<p></p>",
      "<p></p>",
      "<p></p>",
      "<p>again</p>",
    ]);
  });

  test("a template drawn again keeps its elements; another one takes their place", () => {
    const { root, draw, markup } = stage();
    const one = (name: string) => html`<p>Dear ${name},</p>`;
    draw(html`${one("Ann")}`);
    const was = root.querySelector("p");
    draw(html`${one("Bea")}`);
    expect(root.querySelector("p")).not.toBe(null);
    draw(one("Ann"));
    const first = root.querySelector("p");
    draw(one("Bea"));
    expect(root.querySelector("p")).toBe(first);
    expect(first).not.toBe(was);
    expect(markup()).toBe("<p>Dear Bea,</p>");
    draw(html`<i>${one("Cem")}</i>${one("Dee")}`);
    expect(markup()).toBe("<i><p>Dear Cem,</p></i><p>Dear Dee,</p>");
    draw(nothing);
    expect(markup()).toBe("");
  });

  test("a text that has not changed is not touched", () => {
    const { root, draw } = stage();
    const drawn = (name: string, mark: string) => draw(html`<p>${name}</p><i>${mark}</i>`);
    drawn("Ann", "1");
    const text = [...(root.querySelector("p")?.childNodes ?? [])].find(({ nodeType }) => nodeType === Node.TEXT_NODE);
    drawn("Ann", "2");
    expect([...(root.querySelector("p")?.childNodes ?? [])]).toContain(text);
    expect(root.textContent).toBe("Ann2");
  });

  test("lists grow, shrink, and are something else", () => {
    const { root, draw, markup } = stage();
    const drawn = (value: unknown) => draw(html`<ul><li>first</li>${value}</ul>`);
    const item = (text: string) => html`<li>${text}</li>`;
    drawn(["a", "b"].map(item));
    const [, a] = root.querySelectorAll("li");
    drawn(["A", "b", "c"].map(item));
    expect(markup()).toBe("<ul><li>first</li><li>A</li><li>b</li><li>c</li></ul>");
    expect(root.querySelectorAll("li")[1]).toBe(a);
    drawn(["x", nothing, ["y", html`<b>z</b>`]]);
    expect(markup()).toBe("<ul><li>first</li>xy<b>z</b></ul>");
    drawn([]);
    expect(markup()).toBe("<ul><li>first</li></ul>");
    drawn("text");
    expect(markup()).toBe("<ul><li>first</li>text</ul>");
  });

  test("items with a key move with their elements, and of two with one key the later is drawn", () => {
    const { root, draw, markup } = stage();
    const drawn = (text: string, mark = "") => {
      draw(
        html`<p>${keyed(
          text.split(""),
          (letter) => letter,
          (letter) => html`<i>${letter}${mark}</i>`,
        )}</p>`,
      );
      return new Map([...root.querySelectorAll("i")].map((element) => [element.textContent?.[0], element]));
    };
    for (const [before, after] of [
      ["", "abc"],
      ["abc", "abcd"],
      ["cd", "abcd"],
      ["abcd", "acbd"],
      ["abcd", "dcba"],
      ["abcd", "bd"],
      ["abc", "xay"],
      ["abc", ""],
    ] as const) {
      const were = drawn(before);
      const are = drawn(after, "!");
      expect(markup()).toBe(`<p>${after.replace(/./g, "<i>$&!</i>")}</p>`);
      for (const letter of after) if (were.has(letter)) expect(are.get(letter)).toBe(were.get(letter));
    }
    drawn("aab");
    expect(markup()).toBe("<p><i>a</i><i>b</i></p>");
  });

  test("attributes: whole, in pieces, absent, as flags and as properties", () => {
    const { root, draw } = stage();
    const drawn = (value: unknown, flag: unknown, text: string | undefined) =>
      draw(
        html`<input id="static" title=${value} class="a ${text} ${text === undefined ? "" : "b"}" aria-invalid=${flag} ?disabled=${flag} .value=${text} data-last="x">`,
      );
    drawn("one", true, "t");
    const input = root.querySelector("input") as HTMLInputElement;
    const seen = () => [
      input.getAttribute("title"),
      input.className,
      input.getAttribute("aria-invalid"),
      input.disabled,
      input.getAttributeNames().length,
    ];
    expect(seen()).toEqual(["one", "a t b", "true", true, 6]);
    expect(input.value).toBe("t");
    // What has been typed stays while the page's value is the same one.
    input.value = "typed";
    drawn(nothing, false, "t");
    expect(seen()).toEqual([null, "a t b", "false", false, 4]);
    expect(input.value).toBe("typed");
    drawn(undefined, false, undefined);
    expect(seen()).toEqual(["", "a  ", "false", false, 5]);
  });

  test("one listener for an event, always the last that was drawn", () => {
    const { root, draw } = stage();
    const heard: string[] = [];
    const drawn = (name: string) =>
      draw(
        html`<button type="button" @click=${(event: Event) => heard.push(`${name} ${event.type}`)}>${name}</button>`,
      );
    drawn("a");
    root.querySelector("button")?.click();
    drawn("b");
    root.querySelector("button")?.click();
    expect(heard).toEqual(["a click", "b click"]);
  });

  test("drawings are in the namespace of drawings", () => {
    const { root, draw } = stage();
    draw(html`<p><svg viewBox="0 0 ${2} ${2}" width=${3}><path d=${"M0 0"} /><circle r="2" /></svg></p>`);
    expect(root.querySelector("svg")?.getAttribute("viewBox")).toBe("0 0 2 2");
    expect(root.querySelectorAll("svg > path, svg > circle")).toHaveLength(2);
    for (const found of root.querySelectorAll("svg, path")) expect(found.namespaceURI).toContain("svg");
  });

  test("places side by side, at the start and at the end", () => {
    const { draw, markup } = stage();
    const drawn = (...[a, b, c]: unknown[]) => draw(html`${a}${b}<hr>${c}`);
    drawn("a", html`<b></b>`, ["c", "d"]);
    expect(markup()).toBe("a<b></b><hr>cd");
    drawn(nothing, ["x"], html`y${"z"}`);
    expect(markup()).toBe("x<hr>yz");
  });
});

describe.each(BOTH)("the element: $name", ({ name, html, LitElement, nothing }) => {
  const log: string[] = [];
  class Card extends LitElement {
    static override properties = {
      label: {},
      userName: { attribute: "user-name" },
      tone: { converter: (text: string | null) => text?.toLowerCase() ?? "calm", reflect: true, useDefault: true },
      open: { type: Boolean, reflect: true },
      secret: { attribute: false },
    };
    static override styles = [] as never;
    declare label: string | undefined;
    declare userName: string | undefined;
    declare tone: string;
    declare open: boolean;
    declare secret: unknown;
    constructor() {
      super();
      this.tone = "calm";
      this.open = false;
    }
    override updated(changed: Map<PropertyKey, unknown>): void {
      log.push(`updated ${[...changed.keys()].map(String).sort(byName).join()}`);
      if (this.label === "once more") this.label = "done";
    }
    override render(): unknown {
      log.push("render");
      if (this.label === "broken") throw new Error("broken");
      return html`<p title=${this.secret ?? nothing}>${this.label} ${this.userName} ${this.tone} ${this.open}</p>`;
    }
  }
  const tag = name === "Lit" ? "lit-card" : "own-card";
  if (name !== "Lit") Object.assign(Card, { styles: { styleSheet: new CSSStyleSheet() } });

  const shown = (card: Card) => card.shadowRoot?.textContent?.trim();
  async function there(attributes = ""): Promise<Card> {
    if (!customElements.get(tag)) customElements.define(tag, Card);
    document.body.innerHTML = `<${tag} ${attributes}></${tag}>`;
    const card = document.body.firstElementChild as Card;
    log.length = 0;
    await card.updateComplete;
    return card;
  }

  test("what a page has set before the element was defined is kept", async () => {
    const early = Object.assign(document.createElement(tag), { label: "early", tone: "loud" });
    customElements.define(tag, Card);
    document.body.replaceChildren(early);
    customElements.upgrade(early);
    await (early as Card).updateComplete;
    expect(shown(early as Card)).toBe("early  loud false");
    expect(early.getAttribute("tone")).toBe("loud");
  });

  test("attributes are read, by their names; changes of one task are drawn once, in order", async () => {
    const card = await there('label="hello" user-name="Ann" tone="LOUD" open="" secret="no"');
    expect(shown(card)).toBe("hello Ann loud true");
    expect(card.secret).toBe(undefined);
    expect(log).toEqual(["render", "updated label,open,tone,userName"]);
    log.length = 0;
    card.label = "a";
    card.label = "b";
    card.setAttribute("user-name", "Bea");
    card.secret = "s";
    card.secret = "s";
    expect(log).toEqual([]);
    await card.updateComplete;
    expect(shown(card)).toBe("b Bea loud true");
    expect(log).toEqual(["render", "updated label,secret,userName"]);
  });

  test("what is the same is no change, and the constructor's own values are none", async () => {
    const card = await there();
    expect(log.at(-1)).toBe("updated open");
    expect(card.getAttributeNames()).toEqual([]);
    log.length = 0;
    card.open = false;
    card.label = undefined;
    await card.updateComplete;
    expect(log).toEqual([]);
  });

  test("properties are reflected, and an attribute that goes gives the default back", async () => {
    const card = await there();
    card.tone = "loud";
    card.open = true;
    await card.updateComplete;
    expect(card.getAttribute("tone")).toBe("loud");
    expect(card.getAttribute("open")).toBe("");
    card.removeAttribute("tone");
    card.open = false;
    expect(card.tone).toBe("calm");
    await card.updateComplete;
    expect(card.getAttributeNames()).toEqual([]);
  });

  test("a change while it is drawn belongs to that drawing, one after it to the next", async () => {
    const card = await there();
    card.label = "once more";
    await card.updateComplete;
    await card.updateComplete;
    expect(shown(card)).toBe("done  calm false");
  });

  // Lit rejects a second time, where nobody can hear it.
  if (name !== "Lit") {
    test("a drawing that fails is told of, and is not the last one", async () => {
      const card = await there();
      card.label = "broken";
      await expect(card.updateComplete).rejects.toThrow("broken");
      card.label = "mended";
      await card.updateComplete.catch(() => {});
      expect(shown(card)).toBe("mended  calm false");
    });
  }
});
