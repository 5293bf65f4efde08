/**
 * What the panel loads only when it is needed: rich content with the first message that has some, files with the first
 * one that is chosen. Knows when, and what they may ask of the conversation; draws nothing itself.
 */
import type { Answer, Conversation, TranscriptMessage, UploadedAttachment } from "@guestpass/messaging";
import type { Strings } from "../strings/strings.js";
import type { Files } from "./files.js";
import type { PanelHost, View } from "./host.js";
import type { RichView } from "./rich-view.js";
import type { Status } from "./rules/status.js";
import { adopt } from "./styles.js";

export interface ExtrasPanel extends View {
  readonly messages: readonly TranscriptMessage[];
  readonly status: Status;
  readonly talk: Conversation | undefined;
}

export class Extras implements RichView {
  readonly #panel: ExtrasPanel;
  readonly #quietly: (work: Promise<unknown> | undefined) => void;
  #files: Files | undefined;
  #loading = false;
  #loadingMarkdown = false;
  /** Draws a text with Markdown, once the room that can is there; undefined where there is none in it. */
  marked: ((text: string) => unknown) | undefined;
  /** Draws a message's rich content, once the room that can is there. */
  rich: ((message: TranscriptMessage) => unknown) | undefined;

  constructor(panel: ExtrasPanel, quietly: (work: Promise<unknown> | undefined) => void) {
    this.#panel = panel;
    this.#quietly = quietly;
  }

  get host(): PanelHost {
    return this.#panel.host;
  }
  get strings(): Strings {
    return this.#panel.strings;
  }
  get language(): string {
    return this.#panel.language;
  }

  /** Loads what these messages need; a failure is tried again with the next change. */
  look(messages: readonly TranscriptMessage[]): void {
    if (!this.#loading && messages.some(({ content }) => content.length > 0)) {
      this.#loading = true;
      this.#loadRich().catch(() => {
        this.#loading = false;
      });
    }
    const markdown = this.host.conversation?.markdown ?? false;
    if (markdown && !this.#loadingMarkdown && messages.some(({ text, direction }) => isMarked(text, direction))) {
      this.#loadingMarkdown = true;
      this.#loadMarkdown().catch(() => {
        this.#loadingMarkdown = false;
      });
    }
  }

  /** What a file field may accept; undefined where no file may go. */
  get accepts(): string | undefined {
    const limits = this.host.conversationState === "open" ? this.#panel.talk?.attachmentLimits : undefined;
    return limits?.enabled ? (limits.fileTypes ?? []).join(",") : undefined;
  }
  /** A file that is there to be sent; `wait` while it is on its way. */
  get file(): UploadedAttachment | "wait" | undefined {
    return this.#files?.busy ? "wait" : this.#files?.ready;
  }

  /** Takes the first of these files; false when there is none to take. */
  attach(files: FileList | null | undefined): boolean {
    const [file] = files ?? [];
    const { talk } = this.#panel;
    if (!file || !talk || this.accepts === undefined) return false;
    this.#quietly(this.#add(file, talk));
    return true;
  }

  /** The file went with a message. */
  sent(): void {
    this.#files?.sent();
  }

  clear(): void {
    this.#files?.remove(this.#panel.talk);
  }

  renderFiles(): unknown {
    return this.#files?.render(() => this.#files?.remove(this.#panel.talk));
  }

  answerable(message: TranscriptMessage): boolean {
    const last = this.#panel.messages.findLast(({ direction, id }) => direction === "sent" || id === message.id);
    return this.#panel.status.writable && last === message && message.direction === "received";
  }

  respond(answer: Answer): void {
    this.#quietly(this.#panel.talk?.respond(answer));
  }

  renew(attachmentId: string): Promise<string> {
    return this.#panel.talk?.renewAttachment(attachmentId) ?? Promise.reject(new Error("There is no conversation"));
  }

  async #add(file: File, talk: Conversation): Promise<void> {
    const { Files, filesStyles } = await import("./files.js");
    adopt(this.host.renderRoot, filesStyles);
    this.#files ??= new Files(this);
    await this.#files.add(file, talk);
  }

  async #loadMarkdown(): Promise<void> {
    const { markdownStyles, markdownTemplate } = await import("./markdown.js");
    adopt(this.host.renderRoot, [markdownStyles]);
    this.marked = (text) => (isMarked(text, "received") ? markdownTemplate(text, this.strings) : undefined);
    this.host.requestUpdate();
  }

  async #loadRich(): Promise<void> {
    const { Rich, richStyles } = await import("./rich.js");
    adopt(this.host.renderRoot, richStyles);
    const rich = new Rich(this);
    this.rich = (message) => rich.render(message);
    this.host.requestUpdate();
  }
}

/** A guest's own words are shown as they were written. */
function isMarked(text: string, direction: TranscriptMessage["direction"]): boolean {
  return direction === "received" && /[*_`~[#]|^\s{0,3}(?:[-+]|\d{1,3}[.)])\s/m.test(text);
}
