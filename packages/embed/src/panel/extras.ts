/**
 * What the panel loads only when it is needed: rich content and Markdown with the first message that has some, files
 * where they may go, the menu with the first press, warnings when there is one. Knows when, and what they may ask of
 * the conversation; draws nothing itself.
 */
import type { Answer, Conversation, TranscriptMessage, UploadedAttachment } from "@guestpass/messaging";
import type { CSSResult } from "lit";
import { findLanguage, type Language } from "../strings/language.js";
import type { MoreStrings, Strings } from "../strings/strings.js";
import type { attachTemplate } from "./attach.js";
import type { Files } from "./files.js";
import type { PanelHost } from "./host.js";
import type { linked } from "./link.js";
import type { Questions, QuestionsPanel } from "./questions.js";
import type { Rich } from "./rich.js";
import type { RichView } from "./rich-view.js";
import type { Status } from "./rules/status.js";
import type * as Scrollback from "./scrollback.js";
import { adopt } from "./styles.js";
import type { typingTemplate } from "./typing.js";
import type { Warnings } from "./warnings.js";

export interface ExtrasPanel extends QuestionsPanel {
  readonly messages: readonly TranscriptMessage[];
  readonly status: Status;
  readonly talk: Conversation | undefined;
  readonly hasOlder: boolean;
  readonly below: number;
}

export class Extras implements RichView {
  readonly host: PanelHost;
  readonly #entered = new WeakSet<object>();
  readonly #panel: ExtrasPanel;
  /** Draws rich content, once it is loaded. */
  rich: Rich | undefined;
  /** Draws a text with Markdown, once the room that can is there; undefined where there is none in it. */
  marked: ((text: string) => unknown) | undefined;
  /** The menu and what it asks, once it is loaded. */
  questions: Questions | undefined;
  /** The words of the rooms that are loaded. */
  more: MoreStrings | undefined;
  #language: Language | undefined;
  #speaking = Promise.resolve();
  #linked: typeof linked | undefined;
  #attach: typeof attachTemplate | undefined;
  #warnings: Warnings | undefined;
  /** Draws the ways through a long transcript, once it is loaded. */
  scrollback: typeof Scrollback | undefined;
  /** Draws that somebody types, once it is loaded. */
  typing: typeof typingTemplate | undefined;
  /** The file beside what is typed, once one was chosen. */
  files: Files | undefined;

  constructor(panel: ExtrasPanel) {
    this.#panel = panel;
    this.host = panel.host;
  }

  get strings(): Strings {
    return this.#panel.strings;
  }
  get language(): string {
    return this.#panel.language;
  }

  /** Loads what the conversation with these messages needs. */
  look(messages: readonly TranscriptMessage[]): void {
    const { conversation, conversationState } = this.host;
    const isOver = conversation?.ended || conversationState === "closed" || conversationState === "read-only";
    if ((this.more || isOver) && this.#language !== findLanguage(this.language))
      this.#enter(Promise.resolve({}), () => {});
    if (!this.#attach && this.accepts !== undefined) {
      // Its one word is among those that are there.
      this.#enter(
        import("./attach.js"),
        ({ attachTemplate }) => {
          this.#attach = attachTemplate;
        },
        false,
      );
    }
    if (!this.typing && this.#panel.talk?.agentTyping) {
      this.#enter(
        import("./typing.js"),
        ({ typingTemplate }) => {
          this.typing = typingTemplate;
        },
        false,
      );
    }
    if (!this.scrollback && (this.#panel.hasOlder || this.#panel.below > 0)) {
      this.#enter(import("./scrollback.js"), (room) => {
        this.scrollback = room;
      });
    }
    if (!this.#warnings && this.host.conversation?.warning) {
      this.#enter(import("./warnings.js"), ({ Warnings }) => {
        this.#warnings ??= new Warnings(this);
      });
    }
    if (!this.rich && messages.some(({ content }) => content.length > 0)) {
      this.#enter(import("./rich.js"), ({ Rich }) => {
        this.rich ??= new Rich(this);
      });
    }
    if (!this.marked && this.host.conversation?.markdown && messages.some(isMarked)) {
      this.#enter(import("./markdown.js"), ({ markdownTemplate }) => {
        this.marked = (text) =>
          isMarked({ text, direction: "received" }) ? markdownTemplate(text, this.strings) : undefined;
      });
    }
  }

  /** A text with its links, once what finds them is there; until then the text alone. */
  linked(message: TranscriptMessage): unknown {
    if (this.#linked) return this.#linked(message, this.strings);
    const take = (room: { linked: typeof linked }): void => {
      this.#linked = room.linked;
    };
    this.#enter(import("./link.js"), take);
    return message.text;
  }

  /** The button for files, where they may go. */
  renderAttach(): unknown {
    const { accepts } = this;
    if (accepts === undefined) return undefined;
    const disabled = !this.#panel.status.writable;
    return this.#attach?.({ label: this.strings.attach, accepts, disabled, pick: (list) => this.attach(list) });
  }

  /** What the visitor should know now, above where they write. */
  renderWarning(): unknown {
    return this.#warnings?.render();
  }

  toggleMenu(): void {
    this.#enter(import("./questions.js"), ({ Questions }) => {
      this.questions ??= new Questions(this.#panel);
      this.questions.toggleMenu();
    });
  }

  /** What a file field may accept; undefined where no file may go. */
  get accepts(): string | undefined {
    const limits = this.host.conversationState === "open" ? this.#panel.talk?.attachmentLimits : undefined;
    return limits?.enabled ? (limits.fileTypes ?? []).join(",") : undefined;
  }

  /** Takes the first of these files; false when there is none to take. */
  attach(list: FileList | null | undefined): boolean {
    const [file] = list ?? [];
    const { talk } = this.#panel;
    if (!file || !talk || this.accepts === undefined) return false;
    this.#enter(import("./files.js"), ({ Files }) => {
      this.files ??= new Files(this);
      void this.files.add(file, talk);
    });
    return true;
  }

  /** A file that is there to be sent; `wait` while it is on its way. */
  get file(): UploadedAttachment | "wait" | undefined {
    return this.files?.busy ? "wait" : this.files?.ready;
  }

  clear(): void {
    this.files?.remove(this.#panel.talk);
  }

  renderFiles(): unknown {
    return this.files?.render(() => this.clear());
  }

  answerable(message: TranscriptMessage): boolean {
    const last = this.#panel.messages.findLast(({ direction, id }) => direction === "sent" || id === message.id);
    return this.writable && last === message && message.direction === "received";
  }

  get writable(): boolean {
    return this.#panel.status.writable;
  }

  focusInput(): void {
    this.#panel.focusOn(".composer textarea");
  }

  respond(answer: Answer): void {
    this.#panel.talk?.respond(answer).catch(() => {});
  }

  renew(attachmentId: string): Promise<string> {
    return this.#panel.talk?.renewAttachment(attachmentId) ?? Promise.reject(new Error("There is no conversation"));
  }

  #speak(): Promise<void> {
    const language = findLanguage(this.language);
    if (this.#language !== language) {
      this.#language = language;
      this.#speaking = this.#load(language);
      // Each that waits for it hears of a failure.
      this.#speaking.catch(() => {});
    }
    return this.#speaking;
  }

  async #load(language: Language): Promise<void> {
    try {
      const { loadMore } = await import("../strings/more.js");
      this.more = await loadMore(language);
    } catch (error) {
      this.#language = undefined;
      throw error;
    }
  }

  /**
   * Uses a room with its styles, once it is there, and the words that rooms need. What fails to load is asked for again
   * with the next change.
   */
  #enter<Room extends object>(loading: Promise<Room>, use: (room: Room) => void, needsWords = true): void {
    const words = needsWords && this.#speak();
    const enter = async (): Promise<void> => {
      const room: Room & { styles?: readonly CSSResult[] } = await loading;
      await words;
      if (room.styles) adopt(this.host.renderRoot, room.styles);
      use(room);
      // Many messages may have waited for it: it is drawn once for all of them.
      if (!this.#entered.has(room)) this.host.requestUpdate();
      this.#entered.add(room);
    };
    enter().catch(() => {});
  }
}

/** Only what agents and bots write: a guest's own words are shown as they were written. */
function isMarked({ text, direction }: Pick<TranscriptMessage, "text" | "direction">): boolean {
  return direction === "received" && /[*_`~[#]|^\s{0,3}(?:[-+]|\d{1,3}[.)])\s/m.test(text);
}
