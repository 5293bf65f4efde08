/** Where the visitor writes. Says what is wrong with a text and keeps it; sends by Enter, not while an IME composes. */
import { html, nothing, type TemplateResult } from "lit";
import { fill } from "../strings/strings.js";
import { type AttachView, attachTemplate } from "./attach.js";
import { alertIcon, sendIcon } from "./icons.js";
import type { PanelView } from "./rooms.js";
import type { Draft } from "./rules/draft.js";

export interface ComposerView extends PanelView, AttachView {
  readonly text: string;
  readonly draft: Draft;
  typed(text: string): void;
  send(): void;
}

export function composerTemplate(view: ComposerView): TemplateResult {
  const { strings, status, draft, text, host, rooms } = view;
  const { action } = status;
  return html`<div class="foot">
    <div role="status">${
      status.notice
        ? html`<div part="notice" class="notice ${status.tone}">
            <span>${strings[status.notice]}</span>
            ${action ? html`<button class="pill" @click=${() => host.begin()}>${strings[action]}</button>` : nothing}
          </div>`
        : nothing
    }${host.conversation?.warning && rooms.enter("warnings")?.render()}</div>
    ${rooms.here.files?.render()}
    <form part="composer" class="composer" @submit=${(event: Event) => submit(event, view)}>
      ${attachTemplate(view)}
      <textarea
        part="input"
        rows="1"
        dir=${text ? "auto" : nothing}
        enterkeyhint="send"
        autocomplete="off"
        aria-label=${strings.message}
        aria-invalid=${draft.over > 0}
        aria-describedby="over"
        placeholder=${strings.placeholder}
        ?disabled=${!status.writable}
        @input=${(event: Event) => view.typed((event.target as HTMLTextAreaElement).value)}
        @keydown=${(event: KeyboardEvent) => pressed(event, view)}
        @paste=${(event: ClipboardEvent) => view.attach(event.clipboardData?.files) && event.preventDefault()}
      ></textarea>
      <button part="send" class="send" type="submit" aria-label=${strings.send} ?disabled=${!canSend(view)}>
        ${sendIcon}
      </button>
    </form>
    <div class="over" id="over" role="alert">
      ${draft.over > 0 ? html`${alertIcon}${fill(strings.tooLong, { count: draft.over }, view.language)}` : nothing}
    </div>
  </div>`;
}

function canSend({ status, draft, rooms }: ComposerView): boolean {
  return status.writable && draft.over === 0 && (draft.sendable || rooms.here.files?.ready !== undefined);
}

function submit(event: Event, view: ComposerView): void {
  event.preventDefault();
  if (canSend(view)) view.send();
}

function pressed(event: KeyboardEvent, view: ComposerView): void {
  // keyCode 229: Safari ends a composition before it tells of its Enter.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  submit(event, view);
}
