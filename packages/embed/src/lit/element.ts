/**
 * Lit's element, as far as ours goes: properties and their attributes, and one drawing for all changes of a task. Other
 * than with Lit an attribute follows its property at once.
 */
import type { Styles } from "./styles.js";
import { placeIn } from "./template.js";

interface Declared {
  /** The attribute's name, where it is not the property's; `false` where there is none. */
  readonly attribute?: string | false;
  readonly converter?: (text: string | null) => unknown;
  readonly type?: BooleanConstructor;
  /** The attribute follows the property. */
  readonly reflect?: boolean;
  /** The first value is no change: the constructor's. */
  readonly useDefault?: boolean;
}

type Values = Record<string, unknown>;

export abstract class LitElement extends HTMLElement {
  declare static properties: Readonly<Record<string, Declared>>;
  declare static styles: Styles;

  declare renderRoot: ShadowRoot;
  #connected: () => void = () => {};
  /** Resolves when what has changed by now is drawn. */
  updateComplete: Promise<void> = new Promise<void>((resolve) => {
    this.#connected = resolve;
  }).then(() => this.#update());
  #isPending = true;
  #draw: ((drawing: unknown) => void) | undefined;
  readonly #values: Values = {};
  /** What the page set before it had this class. */
  readonly #early: Values = {};
  #changed = new Set<string>();
  /** Property and attribute are made the same: neither is news. */
  #isPassing = false;

  static get observedAttributes(): unknown[] {
    // biome-ignore lint/complexity/noThisInStatic: the class that is defined, which extends this one
    const { properties, prototype } = this;
    return Object.entries(properties).map(([name, declared]) => {
      Object.defineProperty(prototype, name, {
        get(this: LitElement) {
          return this.#values[name];
        },
        set(this: LitElement, value: unknown) {
          this.#set(name, value, declared);
        },
        configurable: true,
        enumerable: true,
      });
      return declared.attribute ?? name;
    });
  }

  constructor() {
    super();
    const own = this as unknown as Values;
    for (const name in this.#properties) {
      if (!Object.hasOwn(this, name)) continue;
      this.#early[name] = own[name];
      delete own[name];
    }
  }

  connectedCallback(): void {
    if (this.#draw) return;
    Object.assign(this, this.#early);
    this.renderRoot = this.attachShadow({ mode: "open" });
    this.renderRoot.adoptedStyleSheets = [(this.constructor as typeof LitElement).styles.styleSheet];
    this.#draw = placeIn(this.renderRoot);
    this.#connected();
  }

  disconnectedCallback(): void {}

  attributeChangedCallback(changed: string, _before: string | null, text: string | null): void {
    if (this.#isPassing) return;
    this.#isPassing = true;
    for (const [name, { attribute = name, type, converter }] of Object.entries(this.#properties)) {
      if (attribute !== changed) continue;
      (this as unknown as Values)[name] = type ? text !== null : converter ? converter(text) : text;
    }
    this.#isPassing = false;
  }

  requestUpdate(): void {
    if (this.#isPending) return;
    this.#isPending = true;
    const update = (): void => this.#update();
    // Also after one that has failed.
    this.updateComplete = this.updateComplete.then(update, update);
  }

  protected abstract render(): unknown;
  /** @param _changed the names; what was before nobody asks for. */
  protected updated(_changed: ReadonlySet<string>): void {}

  get #properties() {
    return (this.constructor as typeof LitElement).properties;
  }

  #set(name: string, value: unknown, { attribute = name, type, reflect, useDefault }: Declared): void {
    const before = this.#values[name];
    if (Object.is(before, value)) return;
    this.#values[name] = value;
    this.requestUpdate();
    if (useDefault && before === undefined) return;
    this.#changed.add(name);
    if (!reflect || !attribute || this.#isPassing) return;
    this.#isPassing = true;
    if (type) this.toggleAttribute(attribute, Boolean(value));
    else if (value === undefined || value === null) this.removeAttribute(attribute);
    else this.setAttribute(attribute, value as string);
    this.#isPassing = false;
  }

  #update(): void {
    const changed = this.#changed;
    let drawing: unknown;
    try {
      drawing = this.render();
    } finally {
      // From here on a change is one for the next time.
      this.#changed = new Set();
      this.#isPending = false;
    }
    this.#draw?.(drawing);
    this.updated(changed);
  }
}
