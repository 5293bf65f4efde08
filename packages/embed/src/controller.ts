/**
 * Brings the token keeper, the messenger and the element together. Knows which event of the one is which call of the
 * other; decides nothing about tokens or messages itself.
 */
import type { MessengerInfo } from "@guestpass/protocol";
import { createTokenKeeper, type GuestSession, type TokenKeeper } from "@guestpass/tokens";
import { GuestpassError, toGuestpassError } from "./errors.js";
import { GuestpassConversationEndedEvent, type GuestpassEndReason, GuestpassReadyEvent } from "./events.js";
import type { Messenger, MessengerHost } from "./messengers/messenger.js";
import type { Page } from "./page.js";
import { type GuestpassReport, Voice } from "./voice.js";

/** A session may be replaced while the messenger starts with it; more often than this is a fault. */
const MAX_REPLACEMENTS = 3;
/** Settings that cannot change under a session: another one begins. */
const FOUNDATIONS = ["endpoint", "deploymentId", "messenger", "persist"];

export class Controller implements MessengerHost {
  readonly page: Page;
  readonly voice: Voice;
  /** The messenger, once it is loaded. */
  messenger: Messenger | undefined;
  #keeper: TokenKeeper | undefined;
  #loading: Promise<Messenger> | undefined;
  #starting: Promise<void> | undefined;
  /** The session that the messenger has been initialised with. */
  #initialised: string | undefined;
  /** Ends with a teardown: what began before it is not heard after it. */
  #life = new AbortController();

  constructor(page: Page) {
    this.page = page;
    this.voice = new Voice(page);
  }

  get expiresIn(): number {
    return this.#keeper?.expiresIn ?? 0;
  }

  /** A session of an earlier page can go on. Reads storage, fetches nothing. */
  get canResume(): boolean {
    return this.#isSet && this.#useKeeper().canResume;
  }

  /** Gets a token and initialises the messenger with it; single-flight. */
  start(): Promise<void> {
    const { signal } = this.#life;
    this.#starting ??= this.run(() => this.#begin()).finally(() => {
      if (!signal.aborted) this.#starting = undefined;
    });
    return this.#starting;
  }

  /** Starts where nobody waits for the outcome: the events tell it. */
  startQuietly(): void {
    this.start().catch(() => {});
  }

  /** Resolves with the token. */
  refresh(): Promise<string> {
    const renew = async (): Promise<string> => (await this.#useKeeper().refresh()).token;
    return this.run(renew);
  }

  /** @param patient goes on trying for a while where the start may yet work: what a visitor wrote is not lost. */
  send(text: string, patient = false): Promise<{ id: string }> {
    return this.run(async () => {
      if (typeof text !== "string" || text.trim() === "") throw new TypeError("sendMessage needs a text");
      const messenger = await this.load();
      const { conversation } = this.voice;
      const underWay =
        this.#initialised &&
        this.#keeper?.session?.sessionId === this.#initialised &&
        (conversation === "open" || conversation === "reconnecting");
      return messenger.send(text, underWay ? undefined : { start: () => this.start(), patient });
    });
  }

  async end(): Promise<void> {
    await this.run(async () => {
      if (this.#initialised !== undefined && this.voice.conversation !== "ended") await this.messenger?.end();
      this.#initialised = undefined;
      await this.#keeper?.end();
    });
  }

  async reset(): Promise<void> {
    await this.run(async () => {
      try {
        if (this.#isSet) await this.#useKeeper().reset();
      } finally {
        this.messenger?.clear();
        this.dispose(false);
      }
    });
  }

  /** Settings that a session in use can take up; others mean starting over. */
  configure(changed: readonly PropertyKey[]): void {
    if (!this.#keeper) return;
    const active = this.#starting !== undefined || this.#initialised !== undefined;
    if (FOUNDATIONS.some((name) => changed.includes(name))) this.dispose(false);
    else {
      const had = this.#keeper.session;
      this.#keeper.update(this.#changeable());
      this.messenger?.configured?.();
      if (!had || this.#keeper.session?.sessionId === had.sessionId) return;
      this.messenger?.clear();
      this.#initialised = undefined;
    }
    // Another user, perhaps: nothing of the one before may be seen.
    this.page.forgetDraft();
    if (active) this.startQuietly();
  }

  report(version: string): GuestpassReport {
    return this.voice.report(version, this.#keeper);
  }

  /** Stops everything; what is stored stays. Quietly: nobody is told, because nobody is there. */
  dispose(quietly = true): void {
    this.#life.abort(new GuestpassError("aborted", "The element was reset or removed"));
    this.#life = new AbortController();
    this.messenger?.dispose();
    this.#keeper?.dispose();
    this.#keeper = this.#loading = this.messenger = this.#starting = this.#initialised = undefined;
    this.voice.forget(quietly);
  }

  /** The messenger that the page names; loaded once, a failure forgotten. Rejects with `messenger_failed`. */
  load(): Promise<Messenger> {
    const { signal } = this.#life;
    this.#loading ??= this.#load().then(
      (messenger) => {
        signal.throwIfAborted();
        this.messenger = messenger;
        return messenger;
      },
      (cause: unknown) => {
        if (!signal.aborted) this.#loading = undefined;
        throw new GuestpassError("messenger_failed", "The messenger could not be loaded", { retryable: true, cause });
      },
    );
    return this.#loading;
  }

  /** Each is a chunk of its own. */
  async #load(): Promise<Messenger> {
    const { messenger } = this.page;
    if (messenger === "none") return (await import("./messengers/none.js")).noMessenger();
    if (messenger === "genesys") return new (await import("./messengers/genesys.js")).GenesysMessenger(this);
    return new (await import("./messengers/panel.js")).PanelMessenger(this);
  }

  async #begin(): Promise<void> {
    const { signal } = this.#life;
    const keeper = this.#useKeeper();
    const loading = this.load();
    this.voice.setOver(undefined);
    for (let round = 0; round < MAX_REPLACEMENTS; round += 1) {
      const [messenger, session] = await Promise.all([loading, keeper.start()]);
      signal.throwIfAborted();
      await messenger.start(session);
      signal.throwIfAborted();
      if (this.#initialised !== session.sessionId) {
        this.#initialised = session.sessionId;
        this.voice.say(new GuestpassReadyEvent(session.sessionId, session.guestId));
      }
      if (!keeper.session || keeper.session.sessionId === session.sessionId) return;
    }
  }

  #useKeeper(): TokenKeeper {
    if (this.#keeper) return this.#keeper;
    const { endpoint, deploymentId, persist } = this.page;
    if (!endpoint || !deploymentId) {
      throw new TypeError(`The attribute ${endpoint ? "deployment-id" : "endpoint"} is missing`);
    }
    const keeper = createTokenKeeper({ ...this.#changeable(), endpoint, deploymentId, persist });
    this.#keeper = keeper;
    const on = this.voice.follow(keeper, this.#life.signal);
    // Without a session it is the session's end; with one, only the token's, and the keeper goes on trying.
    on("state", ({ state }) => state === "expired" && !keeper.session && this.messenger?.expire?.());
    on("ready", () => this.#replaced(keeper.session));
    on("refreshed", () => keeper.session && this.messenger?.refreshed(keeper.session));
    return keeper;
  }

  #changeable() {
    const { identityToken, getIdentityToken, customAttributes, consent, challenge, queueId, language } = this.page;
    const attributes = customAttributes;
    // A code works once, and the official Messenger exchanges it itself.
    const authorization = this.page.messenger === "genesys" ? undefined : this.page.authorization;
    return { identityToken, getIdentityToken, attributes, consent, challenge, authorization, queueId, language };
  }

  /** The keeper has a session, after a failure or in place of another one: the messenger goes on with it. */
  #replaced(session: GuestSession | null): void {
    if (session && !this.#starting && session.sessionId !== this.#initialised) this.startQuietly();
  }

  async getToken(): Promise<GuestSession> {
    const keeper = this.#useKeeper();
    await keeper.getToken();
    if (!keeper.session) throw new GuestpassError("aborted", "The session is over");
    return keeper.session;
  }

  tokenRefused(token: string): Promise<GuestSession> {
    return this.#useKeeper().reportRefused(token);
  }

  messengerInfo(): Promise<MessengerInfo> {
    return this.#useKeeper().messengerInfo();
  }

  ended(reason: GuestpassEndReason): void {
    this.voice.say(new GuestpassConversationEndedEvent(reason));
    if (reason === "agent" || reason === "guest" || reason === "read-only") return;
    // The platform takes this token no longer: nothing may come of it again.
    this.#initialised = undefined;
    if (reason === "signed-in-elsewhere") this.voice.setOver("closed");
    if (reason === "expired") this.voice.setOver("expired");
    if (this.#keeper?.session) this.#keeper.end().catch((error: unknown) => this.voice.tell(error));
  }

  get #isSet(): boolean {
    return Boolean(this.page.endpoint && this.page.deploymentId);
  }

  /** Runs a page's call; what it throws is told as an event too, and is a GuestpassError. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    const { signal } = this.#life;
    try {
      return await work();
    } catch (error) {
      throw signal.aborted ? toGuestpassError(error) : this.voice.tell(error);
    }
  }
}
