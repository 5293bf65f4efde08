/** What the rooms of rich content draw with, and how a message is answered. */
import type { Answer, TranscriptMessage } from "@guestpass/messaging";
import type { Strings } from "../strings/strings.js";
import type { PanelHost, View } from "./host.js";

export class RichView {
  readonly host: PanelHost;
  readonly #view: View;

  constructor(view: View) {
    this.host = view.host;
    this.#view = view;
  }

  get strings(): Strings {
    return this.#view.strings;
  }
  get language(): string {
    return this.#view.language;
  }
  /** Anything may be written at all. */
  get writable(): boolean {
    return this.#view.status.writable;
  }

  /** The visitor may answer this message: nothing of theirs has come after it. */
  answerable(message: TranscriptMessage): boolean {
    const last = this.#view.messages.findLast(({ direction, id }) => direction === "sent" || id === message.id);
    return this.writable && last === message && message.direction === "received";
  }

  respond(answer: Answer): void {
    // What fails is told by the element's events and shown beside the message.
    this.#view.talk?.respond(answer).catch(() => {});
  }

  /** A fresh URL of an attachment whose link has expired. */
  renew(attachmentId: string): Promise<string> {
    return this.#view.talk?.renewAttachment(attachmentId) ?? Promise.reject(new Error("There is no conversation"));
  }

  /** Moves the focus to where the visitor writes. */
  focusInput(): void {
    const { host } = this;
    host.requestUpdate();
    void host.updateComplete.then(() => host.renderRoot.querySelector<HTMLElement>(".composer textarea")?.focus());
  }
}
