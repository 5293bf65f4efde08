/**
 * What may be done about the conversation as a whole: the menu, and the question before it is ended. Holds which of
 * them is open, and moves the focus in and back. Loaded when the menu is first asked for.
 */
import { html, nothing, type TemplateResult } from "lit";
import { alertMode, alertOf } from "./alerts.js";
import { holdFocus } from "./focus.js";
import type { View } from "./host.js";
import { questionsStyles } from "./questions.styles.js";

/** What this room needs to look as it should. */
export const styles = [questionsStyles];

class Questions {
  readonly #panel: View;
  menuOpen = false;
  /** What happens after the visitor has agreed to end the conversation; undefined: nothing is asked. */
  #asking: "end" | "startNew" | undefined;

  constructor(panel: View) {
    this.#panel = panel;
  }

  toggleMenu(open = !this.menuOpen): void {
    this.menuOpen = open;
    this.#focus(open ? ".item:not(:disabled)" : ".more");
  }

  /** There is a conversation that can be ended. */
  get #canEnd(): boolean {
    const { host, messages } = this.#panel;
    return messages.length > 0 && host.conversationState === "open" && host.conversation?.ended !== "guest";
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

  /** The menu, at the head's end. */
  renderMenu(): unknown {
    const { strings, messages, host } = this.#panel;
    if (!this.menuOpen) return nothing;
    return html`<div class="menu" role="menu" @keydown=${walk}>
      <button role="menuitem" class="item" ?disabled=${!this.#canEnd} @click=${() => this.#ask("end")}>
        ${strings.endConversation}
      </button>
      <button role="menuitem" class="item" @click=${() => this.#startNew()}>${strings.startNew}</button>
      <button role="menuitem" class="item" ?disabled=${messages.length === 0} @click=${() => this.#download()}>
        ${strings.download}
      </button>
      <button
        role="menuitemcheckbox"
        class="item"
        aria-checked=${alertMode(host) !== "off"}
        @click=${() => this.#toggleAlerts()}
      >
        ${strings.alerts}
      </button>
    </div>`;
  }

  /** The question, over everything else. */
  render(): TemplateResult | undefined {
    const { strings } = this.#panel;
    if (!this.#asking) return undefined;
    const cancel = (): void => this.#answered(false);
    return html`<div class="veil" @click=${cancel}></div>
      <div class="confirm" @keydown=${hold} role="alertdialog" aria-modal="true" aria-label=${strings.endQuestion}>
        <p>${strings.endQuestion}</p>
        <div>
          <button class="pill" @click=${cancel}>${strings.cancel}</button>
          <button class="pill strong" @click=${() => this.#answered(true)}>${strings.end}</button>
        </div>
      </div>`;
  }

  #download(): void {
    this.toggleMenu(false);
    import("./download.js").then(({ downloadTranscript }) => downloadTranscript(this.#panel)).catch(() => {});
  }

  #toggleAlerts(): void {
    const { host } = this.#panel;
    alertOf(host).toggle();
    host.requestUpdate();
  }

  #startNew(): void {
    this.menuOpen = false;
    if (this.#canEnd) this.#ask("startNew");
    else this.#panel.host.begin();
  }

  #ask(next: "end" | "startNew"): void {
    this.menuOpen = false;
    this.#asking = next;
    this.#still(true);
    this.#focus(".confirm button");
  }

  /** Nothing behind the question can be reached while it is asked. */
  #still(inert: boolean): void {
    for (const part of this.#panel.host.renderRoot.querySelectorAll<HTMLElement>(".head, .body, .foot"))
      part.inert = inert;
  }

  /** Moves the focus to what the selector finds, once it is drawn. */
  #focus(selector: string): void {
    const { host } = this.#panel;
    host.requestUpdate();
    void host.updateComplete.then(() => host.renderRoot.querySelector<HTMLElement>(selector)?.focus());
  }

  #answered(yes: boolean): void {
    const next = this.#asking;
    this.#asking = undefined;
    this.#still(false);
    this.#focus(".panel");
    if (!yes) return;
    const ended = this.#panel.host.endConversation();
    const done = next === "startNew" ? ended.then(() => this.#panel.host.startSession()) : ended;
    // What fails is told by the element's events.
    done.catch(() => {});
  }
}

/** The question is answered before anything else. */
function hold(event: KeyboardEvent): void {
  if (event.key === "Tab") holdFocus(event, event.currentTarget as HTMLElement);
}

/** Arrow keys move within the menu, and round its ends. */
function walk(event: KeyboardEvent): void {
  const items = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>(".item:not(:disabled)")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const at = items.indexOf(event.target as HTMLElement);
  const to = event.key === "Home" ? 0 : event.key === "End" ? -1 : step === undefined ? undefined : at + step;
  if (to === undefined) return;
  event.preventDefault();
  items.at(to % items.length)?.focus();
}

export function room(panel: View): Questions {
  return new Questions(panel);
}
