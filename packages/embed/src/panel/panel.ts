/**
 * The built-in panel: one dialog of header, transcript and composer, drawn into the element. Holds what is typed and
 * where the reader is; knows no token, no socket and no frame. Loaded on first open.
 */
import type { Conversation, TranscriptMessage } from "@guestpass/messaging";
import { html, nothing, type TemplateResult } from "lit";
import type { CoreStrings, Strings } from "../strings/strings.js";
import { type ComposerView, composerTemplate } from "./composer.js";
import { holdFocus } from "./focus.js";
import { type HeaderView, headerTemplate } from "./header.js";
import type { PanelHost } from "./host.js";
import { keepDraft, recallDraft } from "./kept-draft.js";
import { Rooms } from "./rooms.js";
import { type Draft, judgeDraft } from "./rules/draft.js";
import { type Row, rowsOf } from "./rules/rows.js";
import { type Status, statusOf } from "./rules/status.js";
import { Follow } from "./scroll.js";
import { adopt } from "./styles.js";
import { type TranscriptView, transcriptTemplate } from "./transcript.js";
import { fitToViewport, isFull } from "./viewport.js";

/** So many messages are drawn; who scrolls up gets more of them, and fewer again at the end. */
const DRAWN = 100;

export class Panel implements HeaderView, TranscriptView, ComposerView {
  readonly host: PanelHost;
  /** The language's table. */
  words: CoreStrings;
  text = "";
  loadingOlder = false;
  below = 0;
  messages: readonly TranscriptMessage[] = [];
  readonly rooms: Rooms;
  readonly #follow = new Follow();
  #there = new AbortController();
  /** The messages before this one are not drawn. */
  #from = 0;
  #tables: readonly unknown[] = [];
  #strings = {} as Strings;
  #session: string | undefined;
  #newest: TranscriptMessage | undefined;
  #hadFocus = false;

  constructor(host: PanelHost, words: CoreStrings) {
    this.host = host;
    this.words = words;
    this.rooms = new Rooms(this);
    adopt(host.renderRoot);
    this.connected();
  }

  /** The page's own words stand before those of the tables. The words of a room come with the room. */
  get strings(): Strings {
    const tables = [this.rooms.more, this.words, this.host.strings];
    if (tables.some((table, index) => table !== this.#tables[index])) {
      this.#tables = tables;
      this.#strings = Object.assign({}, ...tables) as Strings;
    }
    return this.#strings;
  }
  get language(): string {
    return this.host.language;
  }
  get talk(): Conversation | undefined {
    return this.host.conversation?.conversation;
  }
  get status(): Status {
    const { state, conversationState, conversation, trouble } = this.host;
    const offline = !navigator.onLine;
    return statusOf({ state, conversation: conversationState, ended: conversation?.ended, offline, trouble });
  }
  get draft(): Draft {
    return judgeDraft(this.text);
  }
  get rows(): readonly Row[] {
    const { conversation } = this.host;
    if (!conversation) return [];
    const rows = rowsOf(this.messages.slice(this.#from), conversation.breaks, conversation.unreadFrom);
    // An end that the notice above the composer tells is not told twice.
    return rows.at(-1)?.kind === "ended" && this.status.notice ? rows.slice(0, -1) : rows;
  }
  get typing(): string | undefined {
    return this.talk?.agentTyping ? (this.agent ?? this.strings.agent) : undefined;
  }
  /** What comes in now is history: it is not read out. */
  get filling(): boolean {
    return this.loadingOlder || !this.host.conversation?.settled || this.#follow.grewAbove(this.messages, this.#from);
  }
  get hasOlder(): boolean {
    return this.#from > 0 || (this.talk?.hasOlder ?? false);
  }
  get agent(): string | undefined {
    return this.messages.findLast(({ direction, from }) => direction === "received" && from.name)?.from.name;
  }
  get lastSent(): string | undefined {
    return this.messages.findLast(({ direction }) => direction === "sent")?.id;
  }
  get accepts(): string | undefined {
    const limits = this.host.conversationState === "open" ? this.talk?.attachmentLimits : undefined;
    return limits?.enabled ? (limits.fileTypes ?? []).join(",") : undefined;
  }

  render(): TemplateResult {
    this.#before();
    const { open, placement } = this.host;
    const { questions } = this.rooms.here;
    const modal = isFull() && placement !== "inline";
    return html`<section
      part="panel"
      class="panel"
      role="dialog"
      aria-label=${this.strings.title}
      aria-modal=${modal ? "true" : nothing}
      tabindex="-1"
      ?hidden=${!open}
      @keydown=${(event: KeyboardEvent) => this.#pressed(event)}
      @click=${(event: Event) => questions?.clicked(event.target as Element)}
      @dragover=${(event: DragEvent) => this.accepts !== undefined && event.preventDefault()}
      @drop=${(event: DragEvent) => this.attach(event.dataTransfer?.files) && event.preventDefault()}
    >
      ${headerTemplate(this)} ${transcriptTemplate(this)} ${composerTemplate(this)}
      ${questions?.render()}
    </section>`;
  }

  #before(): void {
    this.#hadFocus = this.#focused !== undefined;
    this.#follow.before();
    this.messages = this.host.conversation?.messages ?? [];
    this.#noticeNewest();
    this.#from = Math.min(this.#follow.atEnd ? this.messages.length - DRAWN : this.#from, this.messages.length - 1);
    this.#from = Math.max(0, this.#from);
    const { notice } = this.status;
    // An end that is rare has its words in a table of its own.
    if (this.rooms.more || (notice && !this.strings[notice])) quietly(this.rooms.speak());
    this.#recallDraft();
  }

  /** Call once it is drawn. */
  drawn(): void {
    const scroller = this.#find(".transcript");
    if (!scroller) return;
    this.#follow.attach(scroller);
    this.#follow.after(this.messages[this.#from]?.id);
    this.#fitInput();
    // A field that is locked, a button that has gone: the focus stays in the dialog all the same.
    if (this.#hadFocus && this.host.open && (this.#focused?.matches(":disabled") ?? true)) this.#settle();
  }

  /** Call when the element is in the page again. */
  connected(): void {
    this.#there = new AbortController();
    fitToViewport(() => this.#dialog, this.#there.signal);
    this.host.requestUpdate();
  }

  disconnected(): void {
    this.#there.abort();
    this.#follow.detach();
  }

  /** Moves the focus in: to where one writes, or to the dialog where that would bring up a keyboard over it. */
  focus(): void {
    this.#follow.toEnd();
    this.#settle();
  }

  #settle(): void {
    const isOff = matchMedia("(pointer: coarse)").matches || this.#input?.disabled;
    (isOff ? this.#dialog : this.#input)?.focus({ preventScroll: true });
  }

  /** Forgets what is written and not sent. */
  clear(): void {
    this.#write("");
    this.rooms.here.files?.remove();
    this.host.requestUpdate();
  }

  typed(text: string): void {
    this.#write(text);
    this.talk?.typing();
    this.host.requestUpdate();
  }

  send(): void {
    const { files } = this.rooms.here;
    if (files?.busy) return;
    const file = files?.ready;
    const text = this.text.trim();
    this.#write("");
    files?.sent();
    this.#follow.toEnd();
    quietly(file ? this.talk?.send(text, { attachment: file.id }) : this.host.write(text));
    this.#input?.focus();
  }

  attach(files: FileList | null | undefined): boolean {
    const [file] = files ?? [];
    if (!file || this.accepts === undefined) return false;
    this.rooms.use("files", (room) => void room.add(file));
    return true;
  }

  retry(message: TranscriptMessage): void {
    const { conversation } = this.host;
    if (conversation) quietly(conversation.retry(message, (text) => this.host.write(text)));
  }

  scrolled(): void {
    if (this.#follow.scrolled() || (this.#follow.atEnd && this.below > 0)) {
      this.below = 0;
      this.host.requestUpdate();
    }
    if (this.#follow.atStart && !this.#follow.atEnd) this.loadOlder();
  }

  loadOlder(): void {
    if (this.loadingOlder || !this.hasOlder) return;
    this.loadingOlder = true;
    const done = (): void => {
      this.loadingOlder = false;
      this.host.requestUpdate();
    };
    this.host.requestUpdate();
    if (this.#from > 0) {
      this.#from -= DRAWN;
      quietly(this.host.updateComplete.finally(done));
    } else quietly(this.talk?.loadOlder().finally(done));
  }

  toEnd(): void {
    this.below = 0;
    this.#follow.toEnd();
    this.#input?.focus();
    this.host.requestUpdate();
  }

  #write(text: string): void {
    this.text = text;
    keepDraft(this.host, text);
  }

  /** What was written before the page was loaded anew is there again, once it is known who is there. */
  #recallDraft(): void {
    const session = this.host.conversation?.sessionId;
    if (!session || session === this.#session) return;
    this.#session = session;
    this.#write(this.text || recallDraft(this.host));
  }

  #pressed(event: KeyboardEvent): void {
    if (event.key === "Tab" && isFull() && this.#dialog) holdFocus(event, this.#dialog);
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    if (!this.rooms.here.questions?.escape()) void this.host.hide("escape");
  }

  /** A message that comes while its reader is further up is counted. */
  #noticeNewest(): void {
    const [newest, last] = [this.messages.at(-1), this.#newest];
    if (newest?.id === last?.id) return;
    this.#newest = newest;
    if (last && newest?.direction === "received" && !this.#follow.atEnd) this.below += 1;
  }

  /** The field shows what is typed, and is sized by it where the browser does not do so. */
  #fitInput(): void {
    const input = this.#input;
    if (!input) return;
    // Only another value is written: writing it moves the caret.
    if (input.value !== this.text) input.value = this.text;
    if (CSS.supports("field-sizing", "content")) return;
    input.style.blockSize = "auto";
    input.style.blockSize = `${input.scrollHeight}px`;
  }

  get #focused(): Element | undefined {
    const { activeElement } = this.host.renderRoot as ShadowRoot;
    return activeElement?.closest(".panel") ? activeElement : undefined;
  }

  get #input(): HTMLTextAreaElement | null {
    return this.#find(".composer textarea");
  }

  get #dialog(): HTMLElement | null {
    return this.#find(".panel");
  }

  #find<Found extends HTMLElement = HTMLElement>(selector: string): Found | null {
    return this.host.renderRoot.querySelector<Found>(selector);
  }
}

/** What fails is told by the element's events and shown beside the message. */
function quietly(work: Promise<unknown> | undefined): void {
  work?.catch(() => {});
}
