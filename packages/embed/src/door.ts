/**
 * Opens and closes the panel: asks the page first, loads what is needed, moves the focus in and back, tells when done.
 * Knows the panel from outside; does not know what a session is.
 */
import { GuestpassError } from "./errors.js";
import {
  GuestpassBeforeCloseEvent,
  GuestpassBeforeOpenEvent,
  GuestpassCloseEvent,
  GuestpassOpenEvent,
  type GuestpassTrigger,
} from "./events.js";
import type { PanelHost } from "./panel/host.js";
import type { Panel } from "./panel/panel.js";
import { findLanguage, type Language, loadStrings } from "./strings/language.js";
import type { CoreStrings } from "./strings/strings.js";

export interface DoorHost extends PanelHost {
  open: boolean;
  readonly isConnected: boolean;
  readonly shadowRoot: ShadowRoot | null;
  dispatchEvent(event: Event): boolean;
  /** Resolves when the messenger has a window of its own and shows it; undefined where the panel is ours to draw. */
  showOther(): Promise<void> | undefined;
  /** The panel was opened or closed. */
  turned(open: boolean): void;
}

export class Door {
  readonly #host: DoorHost;
  /** The panel is open, or on its way to be. */
  shown = false;
  busy = false;
  panel: Panel | undefined;
  #words: { language: Language; table: CoreStrings } | undefined;
  #opening: Promise<void> = Promise.resolve();
  #loading: Promise<void> | undefined;

  constructor(host: DoorHost) {
    this.#host = host;
  }

  /** The table of the page's language, once it is loaded. */
  get words(): CoreStrings | undefined {
    return this.#words?.table;
  }

  async show(trigger: GuestpassTrigger): Promise<void> {
    if (this.shown) return this.#opening;
    if (!this.#host.isConnected) throw new GuestpassError("unsupported", "The element is in no document");
    if (!this.#host.dispatchEvent(new GuestpassBeforeOpenEvent(trigger))) {
      this.#host.open = false;
      return;
    }
    this.#turn(true);
    this.#opening = this.#reveal(trigger);
    return this.#opening;
  }

  async hide(trigger: GuestpassTrigger): Promise<void> {
    if (!this.shown) return;
    if (!this.#host.dispatchEvent(new GuestpassBeforeCloseEvent(trigger))) {
      this.#host.open = true;
      return;
    }
    const root = this.#host.shadowRoot;
    const held = root?.activeElement?.closest(".panel");
    this.#turn(false);
    await this.#host.updateComplete;
    if (held) root?.querySelector<HTMLElement>(".launcher")?.focus();
    this.#host.dispatchEvent(new GuestpassCloseEvent(trigger));
  }

  /** Open and closed follow the `open` attribute. */
  follow(): void {
    if (this.#host.open === this.shown) return;
    const turning = this.#host.open ? this.show("attribute") : this.hide("attribute");
    turning.catch(() => this.#turn(false));
  }

  /** It is open or closed already, whoever did it: nobody is asked, the page is told. */
  turned(open: boolean, trigger: GuestpassTrigger): void {
    if (open === this.shown) return;
    this.#turn(open);
    this.#host.dispatchEvent(new (open ? GuestpassOpenEvent : GuestpassCloseEvent)(trigger));
  }

  /** Takes the panel away with all that is written in it. */
  remove(): void {
    this.panel?.disconnected();
    this.panel = undefined;
    this.#loading = undefined;
    if (this.shown) this.#turn(false);
  }

  /** Loads the panel and its words; single-flight, a failure is forgotten. */
  load(): Promise<void> {
    this.#loading ??= this.#load().catch((cause: unknown) => {
      this.#loading = undefined;
      throw new GuestpassError("messenger_failed", "The panel could not be loaded", { retryable: true, cause });
    });
    return this.#loading;
  }

  /** Loads the words of the page's language where others are shown, or none. */
  async speak(): Promise<void> {
    const language = findLanguage(this.#host.language);
    if (this.#words?.language === language) return;
    const table = await loadStrings(language);
    this.#words = { language, table };
    if (this.panel) this.panel.words = table;
    this.#host.requestUpdate();
  }

  async #load(): Promise<void> {
    const [{ Panel }] = await Promise.all([import("./panel/panel.js"), this.speak()]);
    if (this.panel || !this.#words) return;
    this.panel = new Panel(this.#host, this.#words.table);
  }

  async #reveal(trigger: GuestpassTrigger): Promise<void> {
    this.busy = true;
    try {
      const other = this.#host.showOther();
      if (!other) this.#host.begin();
      await (other ?? this.load());
    } catch (error) {
      this.#turn(false);
      throw error;
    } finally {
      this.busy = false;
      this.#host.requestUpdate();
    }
    await this.#host.updateComplete;
    if (!this.shown) return;
    this.panel?.focus();
    this.#host.dispatchEvent(new GuestpassOpenEvent(trigger));
  }

  #turn(open: boolean): void {
    this.shown = this.#host.open = open;
    this.#host.turned(open);
  }
}
