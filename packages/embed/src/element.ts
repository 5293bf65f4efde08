/**
 * `<guestpass-messenger>`: requests and reflects, decides nothing. Knows its attributes, its launcher and where the
 * panel is drawn; what a session is, the controller knows.
 */
import type { Authorization, Challenge, Consent } from "@guestpass/protocol";
import { html, LitElement, nothing, type PropertyValues } from "lit";
import {
  type AlertsName,
  type MessengerName,
  type PersistName,
  type PlacementName,
  properties,
  type StartName,
  type ThemeName,
} from "./attributes.js";
import { Controller } from "./controller.js";
import { Door, type DoorHost } from "./door.js";
import { elementStyles } from "./element.styles.js";
import { GuestpassError } from "./errors.js";
import type { GuestpassConversationState, GuestpassState, GuestpassTrigger } from "./events.js";
import { forgetAll, recall } from "./kept.js";
import { type LauncherView, launcherTemplate } from "./launcher.js";
import type { PanelMessenger } from "./messengers/panel.js";
import type { Page } from "./page.js";
import { awaitStart } from "./starter.js";
import { direction, languageAt } from "./strings/language.js";
import type { CoreStrings, Strings } from "./strings/strings.js";
import { VERSION } from "./version.js";
import type { GuestpassReport } from "./voice.js";

/** Properties that change how the element looks, and nothing of its session. */
const APPEARANCE: ReadonlySet<PropertyKey> = new Set(["open", "theme", "placement", "start", "strings", "alerts"]);

/**
 * Genesys Cloud web messaging on any page, with a guest token that is renewed before it dies.
 *
 * @tag guestpass-messenger
 * @slot launcher - The launcher's icon.
 * @slot header - The panel's title.
 * @slot empty - What is shown before anything was said.
 * @csspart launcher @csspart badge @csspart panel @csspart header @csspart transcript
 * @csspart message - Also `sent` or `received`.
 * @csspart composer @csspart input @csspart send
 * @csspart notice @csspart avatar
 * @csspart card - A card, a list or times to choose from, a form.
 * @csspart reply - An answer that is offered.
 * @cssproperty [--guestpass-color-accent=#3b4fe4] @cssproperty --guestpass-color-on-accent
 * @cssproperty --guestpass-color-surface @cssproperty --guestpass-color-text
 * @cssproperty [--guestpass-radius=20px] @cssproperty --guestpass-font
 * @cssproperty [--guestpass-z-index=2147483000] @cssproperty [--guestpass-offset=20px]
 */
export class GuestpassMessenger extends LitElement implements Page, DoorHost, LauncherView {
  static readonly version = VERSION;
  static override properties = properties;
  static override styles = elementStyles;

  declare endpoint: string | undefined;
  declare deploymentId: string | undefined;
  declare messenger: MessengerName;
  declare start: StartName;
  declare theme: ThemeName;
  declare placement: PlacementName;
  declare persist: PersistName;
  declare alerts: AlertsName;
  declare open: boolean;
  /** JWT signed by the site's back end; never an attribute. */
  declare identityToken: string | undefined;
  declare getIdentityToken: (() => string | undefined | Promise<string | undefined>) | undefined;
  declare customAttributes: Record<string, string> | undefined;
  declare consent: Consent | undefined;
  declare challenge: Challenge | (() => Challenge | Promise<Challenge>) | undefined;
  declare authorization: Authorization | undefined;
  declare queueId: string | undefined;
  /** The page's own words, in place of those of the language's table. */
  declare strings: Partial<Strings> | undefined;

  readonly #controller = new Controller(this);
  readonly #door = new Door(this);
  #connection = new AbortController();
  #alerting = false;
  #internals: ElementInternals | undefined;

  constructor() {
    super();
    this.messenger = "panel";
    this.start = "interaction";
    this.theme = "auto";
    this.placement = "end";
    this.persist = "site";
    this.alerts = "off";
    this.open = false;
    this.lang = "";
  }

  get state(): GuestpassState {
    return this.#controller.voice.state;
  }
  get conversationState(): GuestpassConversationState {
    return this.#controller.voice.conversation;
  }
  /** Messages that came while nobody looked. */
  get unread(): number {
    return this.#controller.voice.unread;
  }
  /** Whole seconds that the token has left; 0 without one. */
  get expiresIn(): number {
    return this.#controller.expiresIn;
  }

  /** Opens the panel and begins a session; resolves when it is open. Rejects with `unsupported`, `messenger_failed`. */
  show(trigger: GuestpassTrigger = "method"): Promise<void> {
    return this.#controller.run(async () => {
      if (this.messenger === "none") throw new GuestpassError("unsupported", 'messenger="none" has nothing to show');
      await this.#door.show(trigger);
    });
  }

  /** Closes the panel; the conversation goes on. */
  hide(trigger: GuestpassTrigger = "method"): Promise<void> {
    return this.#door.hide(trigger);
  }

  toggle(trigger: GuestpassTrigger = "method"): Promise<void> {
    return this.#door.shown ? this.hide(trigger) : this.show(trigger);
  }

  /** Gets a token and initialises the messenger with it; resolves when it is ready. */
  startSession(): Promise<void> {
    return this.#controller.start();
  }

  /** Renews the token and resolves with it; within 10 s of the last renewal with the current one. */
  refreshToken(): Promise<string> {
    return this.#controller.refresh();
  }

  /** Sends a text, starting what that needs; resolves with the platform's id of the message. */
  sendMessage(text: string): Promise<{ id: string }> {
    return this.#controller.send(text);
  }

  endConversation(): Promise<void> {
    return this.#controller.end();
  }

  /** Ends the session and leaves nothing behind: for shared computers and for signing out. */
  reset(): Promise<void> {
    this.#door.turned(false, "method");
    this.#door.remove();
    forgetAll(this);
    return this.#controller.reset();
  }

  /** A redacted timeline for a bug report: no token, no handle, no message. */
  debugReport(): GuestpassReport {
    return this.#controller.report(VERSION);
  }

  // From here on: what the rooms inside see of the element.

  /** @internal */
  get watched(): boolean {
    return this.#door.shown && document.visibilityState === "visible";
  }
  /** @internal BCP 47. */
  get language(): string {
    return languageAt(this);
  }
  /** @internal */
  get words(): CoreStrings | undefined {
    return this.#door.words;
  }
  /** @internal */
  get conversation(): PanelMessenger | undefined {
    return this.messenger === "panel" ? (this.#controller.messenger as PanelMessenger | undefined) : undefined;
  }
  /** @internal */
  get trouble(): boolean {
    return this.#controller.voice.trouble;
  }
  /** @internal */
  get busy(): boolean {
    return this.#door.busy;
  }
  /** @internal */
  get inline(): boolean {
    return this.placement === "inline";
  }
  /** @internal */
  write(text: string): Promise<unknown> {
    return this.#controller.send(text, true);
  }
  /** @internal The pointer is down on the launcher: what opening needs may come while it goes up. */
  press(): void {
    if (this.messenger === "panel" && !this.#door.shown) this.#door.load().catch(() => {});
  }
  /** @internal */
  showOther(): Promise<void> | undefined {
    if (this.messenger !== "genesys") return undefined;
    return this.#controller.start().then(() => this.#controller.messenger?.show?.());
  }
  /** @internal */
  begin(): void {
    this.#controller.startQuietly();
  }
  /** @internal */
  turned(open: boolean): void {
    if (this.watched) this.#controller.voice.setUnread(0);
    if (!open) this.#controller.messenger?.hide?.().catch(() => {});
  }
  /** @internal */
  windowOpened(open: boolean): void {
    this.#door.turned(open, "messenger");
  }

  /** @internal */
  forgetDraft(): void {
    this.#door.panel?.clear();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#connection = new AbortController();
    const { signal } = this.#connection;
    document.addEventListener("visibilitychange", () => this.turned(this.#door.shown), { signal });
    this.#door.panel?.connected();
    void this.updateComplete.then(() => this.#arm(signal));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#connection.abort();
    this.#door.panel?.disconnected();
    // A move in the document is a removal and an insertion in one task: it must not cost the conversation.
    setTimeout(() => {
      if (this.isConnected) return;
      this.#door.remove();
      this.#controller.dispose();
    });
  }

  protected override updated(changed: PropertyValues): void {
    this.#internals ??= this.attachInternals?.();
    const { states } = this.#internals ?? {};
    states?.clear();
    states?.add(direction(this.language));
    this.#door.panel?.drawn();
    this.#door.follow();
    if (this.words || this.unread > 0) this.#door.speak().catch(() => {});
    this.#alert();
    const settings = [...changed.keys()].filter((name) => !APPEARANCE.has(name));
    if (settings.length > 0) this.#controller.configure(settings);
  }

  protected override render(): unknown {
    if (this.messenger === "none") return nothing;
    const launcher = this.#controller.messenger?.hasLauncher ? nothing : launcherTemplate(this);
    return html`${this.#door.panel?.render()}${launcher}`;
  }

  /** Loads what tells of news, with the first piece of it that is wanted; it then listens by itself. */
  #alert(): void {
    if (this.#alerting || !this.unread || this.messenger !== "panel") return;
    if (this.alerts === "off" && !recall(this, "alerts")) return;
    this.#alerting = true;
    import("./panel/alerts.js").then(
      ({ alertOf }) => alertOf(this),
      () => {
        this.#alerting = false;
      },
    );
  }

  #arm(signal: AbortSignal): void {
    const begin = (): void => {
      if (this.start !== "interaction" || this.#controller.canResume) this.#controller.startQuietly();
    };
    awaitStart(this, this.start, begin, signal);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "guestpass-messenger": GuestpassMessenger;
  }
}
