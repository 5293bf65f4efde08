/**
 * Brings the token keeper, the messenger and the element together. Knows which event of the one is which call of the
 * other; decides nothing about tokens or messages itself.
 */
import type { Authorization, Challenge, Consent } from "@guestpass/protocol";
import { createTokenKeeper, type GuestSession, type TokenKeeper } from "@guestpass/tokens";
import type { MessengerName, PersistName } from "./attributes.js";
import { GuestpassError, toGuestpassError } from "./errors.js";
import {
  GuestpassConversationEndedEvent,
  GuestpassConversationStartedEvent,
  type GuestpassEndReason,
  GuestpassReadyEvent,
} from "./events.js";
import { loadMessenger } from "./messengers/load.js";
import type { Messenger, MessengerHost } from "./messengers/messenger.js";
import { type GuestpassReport, Voice } from "./voice.js";

/** What the controller reads of the element, and how it speaks through it. */
export interface ControllerHost {
  readonly endpoint: string | undefined;
  readonly deploymentId: string | undefined;
  readonly messenger: MessengerName;
  readonly persist: PersistName;
  readonly language: string;
  readonly identityToken: string | undefined;
  readonly getIdentityToken: (() => string | undefined | Promise<string | undefined>) | undefined;
  readonly customAttributes: Record<string, string> | undefined;
  readonly consent: Consent | undefined;
  readonly challenge: Challenge | (() => Challenge | Promise<Challenge>) | undefined;
  readonly authorization: Authorization | undefined;
  readonly queueId: string | undefined;
  /** Somebody is looking at the conversation. */
  readonly watched: boolean;
  dispatchEvent(event: Event): boolean;
  requestUpdate(): void;
  windowOpened(open: boolean): void;
  /** What a visitor has written and not sent is nobody else's. */
  forgetDraft(): void;
}

/** A session may be replaced while the messenger starts with it; more often than this is a fault. */
const MAX_REPLACEMENTS = 3;
/** Settings that cannot change under a session: another one begins. */
const FOUNDATIONS = ["endpoint", "deploymentId", "messenger", "persist"];

export class Controller {
  readonly voice: Voice;
  readonly #host: ControllerHost;
  #keeper: TokenKeeper | undefined;
  #loading: Promise<Messenger> | undefined;
  #messenger: Messenger | undefined;
  #starting: Promise<void> | undefined;
  /** The session that the messenger has been initialised with. */
  #initialised: string | undefined;
  /** Counts teardowns: what began before one is not heard after it. */
  #generation = 0;
  #listening = new AbortController();

  constructor(host: ControllerHost) {
    this.#host = host;
    this.voice = new Voice((event) => this.#emit(event));
  }

  get expiresIn(): number {
    return this.#keeper?.expiresIn ?? 0;
  }

  /** The messenger, once it is loaded. */
  get messenger(): Messenger | undefined {
    return this.#messenger;
  }

  /** A session of an earlier page can go on. Reads storage, fetches nothing. */
  get canResume(): boolean {
    return Boolean(this.#host.endpoint && this.#host.deploymentId) && this.#useKeeper().canResume;
  }

  /** Gets a token and initialises the messenger with it; single-flight. */
  start(): Promise<void> {
    if (this.#starting) return this.#starting;
    const starting = this.run(() => this.#begin()).finally(() => {
      if (this.#starting === starting) this.#starting = undefined;
    });
    this.#starting = starting;
    return starting;
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
        this.#initialised !== undefined &&
        this.#keeper?.session?.sessionId === this.#initialised &&
        (conversation === "open" || conversation === "reconnecting");
      return messenger.send(text, underWay ? undefined : { start: () => this.start(), patient });
    });
  }

  async end(): Promise<void> {
    await this.run(async () => {
      if (this.#initialised !== undefined && this.voice.conversation !== "ended") await this.#messenger?.end();
      this.#initialised = undefined;
      await this.#keeper?.end();
    });
  }

  async reset(): Promise<void> {
    await this.run(async () => {
      try {
        if (this.#host.endpoint && this.#host.deploymentId) await this.#useKeeper().reset();
      } finally {
        this.#messenger?.clear();
        this.dispose(false);
      }
    });
  }

  /** Settings that a session in use can take up; others mean starting over. */
  configure(changed: ReadonlySet<PropertyKey>): void {
    if (!this.#keeper) return;
    const active = this.#starting !== undefined || this.#initialised !== undefined;
    if (FOUNDATIONS.some((name) => changed.has(name))) this.dispose(false);
    else {
      const had = this.#keeper.session;
      this.#keeper.update(this.#changeable());
      this.#messenger?.configured?.();
      if (!had || this.#keeper.session?.sessionId === had.sessionId) return;
      this.#messenger?.clear();
      this.#initialised = undefined;
    }
    // Another user, perhaps: nothing of the one before may be seen.
    this.#host.forgetDraft();
    if (active) this.startQuietly();
  }

  report(version: string): GuestpassReport {
    return this.voice.report(version, this.#keeper);
  }

  /** Stops everything; what is stored stays. Quietly: nobody is told, because nobody is there. */
  dispose(quietly = true): void {
    this.#generation += 1;
    this.#listening.abort();
    this.#messenger?.dispose();
    this.#keeper?.dispose();
    this.#keeper = this.#loading = this.#messenger = this.#starting = this.#initialised = undefined;
    this.voice.forget(quietly);
  }

  /** The messenger that the host names; loaded once, a failure forgotten. */
  load(): Promise<Messenger> {
    if (this.#loading) return this.#loading;
    const generation = this.#generation;
    const loading = loadMessenger(this.#host.messenger, this.#messengerHost()).then((messenger) => {
      this.#guard(generation);
      this.#messenger = messenger;
      return messenger;
    });
    this.#loading = loading;
    loading.catch(() => {
      if (this.#loading === loading) this.#loading = undefined;
    });
    return loading;
  }

  async #begin(): Promise<void> {
    const generation = this.#generation;
    const keeper = this.#useKeeper();
    const loading = this.load();
    this.voice.setOver(undefined);
    for (let round = 0; round < MAX_REPLACEMENTS; round += 1) {
      const [messenger, session] = await Promise.all([loading, keeper.start()]);
      this.#guard(generation);
      await messenger.start(session);
      this.#guard(generation);
      if (this.#initialised !== session.sessionId) {
        this.#initialised = session.sessionId;
        this.#emit(new GuestpassReadyEvent(session.sessionId, session.guestId));
      }
      if (!keeper.session || keeper.session.sessionId === session.sessionId) return;
    }
  }

  #useKeeper(): TokenKeeper {
    if (this.#keeper) return this.#keeper;
    const { endpoint, deploymentId, persist } = this.#host;
    if (!endpoint || !deploymentId) {
      throw new TypeError(`The attribute ${endpoint ? "deployment-id" : "endpoint"} is missing`);
    }
    const keeper = createTokenKeeper({ ...this.#changeable(), endpoint, deploymentId, persist });
    this.#keeper = keeper;
    this.#listening = new AbortController();
    const on = this.voice.follow(keeper, this.#listening.signal);
    // Without a session it is the session's end; with one, only the token's, and the keeper goes on trying.
    on("state", ({ state }) => state === "expired" && !keeper.session && this.#messenger?.expire?.());
    on("ready", () => this.#replaced(keeper.session));
    on("refreshed", () => keeper.session && this.#messenger?.refreshed(keeper.session));
    return keeper;
  }

  #changeable() {
    const { identityToken, getIdentityToken, customAttributes, consent, challenge, queueId, language } = this.#host;
    const attributes = customAttributes;
    // A code works once, and the official Messenger exchanges it itself.
    const authorization = this.#host.messenger === "genesys" ? undefined : this.#host.authorization;
    return { identityToken, getIdentityToken, attributes, consent, challenge, authorization, queueId, language };
  }

  /** The keeper has a session, after a failure or in place of another one: the messenger goes on with it. */
  #replaced(session: GuestSession | null): void {
    if (session && !this.#starting && session.sessionId !== this.#initialised) this.startQuietly();
  }

  #messengerHost(): MessengerHost {
    const generation = this.#generation;
    const host = this.#host;
    const hear = <Args extends unknown[]>(listener: (...args: Args) => void) => {
      return (...args: Args): void => {
        if (this.#generation === generation) listener(...args);
      };
    };
    return {
      deploymentId: host.deploymentId ?? "",
      settings: () => host,
      get watched() {
        return host.watched;
      },
      getToken: async () => {
        await this.#useKeeper().getToken();
        const session = this.#useKeeper().session;
        if (!session) throw new GuestpassError("aborted", "The session is over");
        return session;
      },
      tokenRefused: (token) => this.#useKeeper().reportRefused(token),
      messengerInfo: () => this.#useKeeper().messengerInfo(),
      conversationState: hear((state) => {
        this.voice.setConversation(state);
        host.requestUpdate();
      }),
      message: hear((message) => {
        if (message.direction === "received" && !host.watched) this.voice.setUnread(this.voice.unread + 1);
        this.voice.message(message);
      }),
      started: hear((isNew) => this.#emit(new GuestpassConversationStartedEvent(isNew))),
      ended: hear((reason) => this.#ended(reason)),
      failed: hear((error) => void this.voice.tell(error)),
      changed: hear(() => host.requestUpdate()),
      windowOpened: hear((open) => host.windowOpened(open)),
    };
  }

  #ended(reason: GuestpassEndReason): void {
    this.#emit(new GuestpassConversationEndedEvent(reason));
    if (reason === "agent" || reason === "guest" || reason === "read-only") return;
    // The platform takes this token no longer: nothing may come of it again.
    this.#initialised = undefined;
    if (reason === "signed-in-elsewhere") this.voice.setOver("closed");
    if (reason === "expired") this.voice.setOver("expired");
    if (this.#keeper?.session) this.#keeper.end().catch((error: unknown) => this.voice.tell(error));
  }

  #emit(event: Event): void {
    this.#host.requestUpdate();
    this.#host.dispatchEvent(event);
  }

  /** Runs a page's call; what it throws is told as an event too, and is a GuestpassError. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    const generation = this.#generation;
    try {
      return await work();
    } catch (error) {
      throw this.#generation === generation ? this.voice.tell(error) : toGuestpassError(error);
    }
  }

  #guard(generation: number): void {
    if (this.#generation !== generation) throw new GuestpassError("aborted", "The element was reset or removed");
  }
}
