/**
 * Lit's element, as far as ours goes: properties and their attributes, one drawing for all changes of a task, rooms
 * that hear of each. Everything comes in the same order as with Lit.
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

interface Room {
  hostConnected?(): void;
  hostDisconnected?(): void;
  hostUpdate?(): void;
  hostUpdated?(): void;
}

type Values = Record<string, unknown>;

export abstract class LitElement extends HTMLElement {
  declare static properties: Readonly<Record<string, Declared>>;
  declare static styles: Styles;

  declare renderRoot: ShadowRoot;
  hasUpdated = false;
  /** Resolves when what has changed by now is drawn. */
  updateComplete: Promise<void>;
  #isPending = true;
  #connected: () => void = () => {};
  #draw: ((drawing: unknown) => void) | undefined;
  readonly #values: Values = {};
  /** What the page set before it had this class. */
  #early: Values = {};
  #changed = new Map<string, unknown>();
  readonly #reflected = new Set<string>();
  /** Property and attribute are made the same: neither is news. */
  #isPassing = false;
  readonly #rooms = new Set<Room>();

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
    const connected = new Promise<void>((resolve) => {
      this.#connected = resolve;
    });
    this.updateComplete = connected.then(() => this.#update());
  }

  connectedCallback(): void {
    if (!this.#draw) {
      this.renderRoot = this.attachShadow({ mode: "open" });
      this.renderRoot.adoptedStyleSheets = [(this.constructor as typeof LitElement).styles.styleSheet];
      this.#draw = placeIn(this.renderRoot);
    }
    this.#connected();
    for (const room of this.#rooms) room.hostConnected?.();
  }

  disconnectedCallback(): void {
    for (const room of this.#rooms) room.hostDisconnected?.();
  }

  attributeChangedCallback(changed: string, _before: string | null, text: string | null): void {
    if (this.#isPassing) return;
    this.#isPassing = true;
    for (const [name, { attribute = name, type, converter }] of Object.entries(this.#properties)) {
      if (attribute !== changed) continue;
      (this as unknown as Values)[name] = type ? text !== null : converter ? converter(text) : text;
    }
    this.#isPassing = false;
  }

  addController(room: Room): void {
    this.#rooms.add(room);
    if (this.isConnected) room.hostConnected?.();
  }

  removeController(room: Room): void {
    this.#rooms.delete(room);
  }

  requestUpdate(): void {
    if (this.#isPending) return;
    this.#isPending = true;
    const update = (): void => this.#update();
    // Also after one that has failed.
    this.updateComplete = this.updateComplete.then(update, update);
  }

  protected willUpdate(_changed: Map<string, unknown>): void {}
  protected abstract render(): unknown;
  protected firstUpdated(_changed: Map<string, unknown>): void {}
  protected updated(_changed: Map<string, unknown>): void {}

  get #properties() {
    return (this.constructor as typeof LitElement).properties;
  }

  #set(name: string, value: unknown, { reflect, useDefault }: Declared): void {
    const before = this.#values[name];
    if (Object.is(before, value)) return;
    this.#values[name] = value;
    this.requestUpdate();
    if (useDefault && before === undefined) return;
    if (!this.#changed.has(name)) this.#changed.set(name, before);
    if (reflect && !this.#isPassing) this.#reflected.add(name);
  }

  #update(): void {
    Object.assign(this, this.#early);
    this.#early = {};
    const changed = this.#changed;
    let drawing: unknown;
    try {
      this.willUpdate(changed);
      for (const room of this.#rooms) room.hostUpdate?.();
      drawing = this.render();
      this.#reflect();
    } finally {
      // From here on a change is one for the next time.
      this.#changed = new Map();
      this.#isPending = false;
    }
    this.#draw?.(drawing);
    for (const room of this.#rooms) room.hostUpdated?.();
    if (!this.hasUpdated) {
      this.hasUpdated = true;
      this.firstUpdated(changed);
    }
    this.updated(changed);
  }

  #reflect(): void {
    this.#isPassing = true;
    for (const name of this.#reflected) {
      const { attribute = name, type } = this.#properties[name] ?? {};
      const value = this.#values[name];
      if (attribute === false) continue;
      if (type) this.toggleAttribute(attribute, Boolean(value));
      else if (value === undefined || value === null) this.removeAttribute(attribute);
      else this.setAttribute(attribute, value as string);
    }
    this.#reflected.clear();
    this.#isPassing = false;
  }
}
