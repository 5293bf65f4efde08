/**
 * What may be done about the conversation as a whole, and the question before it is ended. Holds whether the menu or
 * the question is open, and moves the focus in and back.
 */
import type { TemplateResult } from "lit";
import type { Strings } from "../strings/strings.js";
import { confirmTemplate } from "./confirm.js";
import type { PanelHost } from "./host.js";

export interface QuestionsPanel {
  readonly host: PanelHost;
  readonly strings: Strings;
  readonly canEnd: boolean;
  /** Moves the focus to what the selector finds, once it is drawn. */
  focusOn(selector: string): void;
  /** Begins a session again. */
  act(): void;
}

export class Questions {
  readonly #panel: QuestionsPanel;
  menuOpen = false;
  /** What happens after the visitor has agreed to end the conversation; undefined: nothing is asked. */
  #asking: "end" | "startNew" | undefined;

  constructor(panel: QuestionsPanel) {
    this.#panel = panel;
  }

  toggleMenu(open = !this.menuOpen): void {
    this.menuOpen = open;
    this.#panel.focusOn(open ? ".item:not(:disabled)" : ".more");
  }

  askEnd(): void {
    this.#ask("end");
  }

  startNew(): void {
    this.menuOpen = false;
    if (this.#panel.canEnd) this.#ask("startNew");
    else this.#panel.act();
  }

  /** Closes what is open; false when nothing is. */
  escape(): boolean {
    if (this.menuOpen) this.toggleMenu(false);
    else if (this.#asking) this.#answered(false);
    else return false;
    return true;
  }

  /** A click beside the menu closes it. */
  clicked(target: Element): void {
    if (this.menuOpen && !target.closest(".menu, .more")) this.toggleMenu(false);
  }

  render(): TemplateResult | undefined {
    return this.#asking && confirmTemplate(this.#panel.strings, (yes) => this.#answered(yes));
  }

  #ask(next: "end" | "startNew"): void {
    this.menuOpen = false;
    this.#asking = next;
    this.#panel.focusOn(".confirm button");
  }

  #answered(yes: boolean): void {
    const next = this.#asking;
    this.#asking = undefined;
    this.#panel.focusOn(".panel");
    if (!yes) return;
    const ended = this.#panel.host.endConversation();
    const done = next === "startNew" ? ended.then(() => this.#panel.host.startSession()) : ended;
    // What fails is told by the element's events.
    done.catch(() => {});
  }
}
