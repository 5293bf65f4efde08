/**
 * The conversation as its caller knows it. Puts connection, exchange, catch-up and presence together: calls go down to
 * them, what the platform says comes up through here and becomes events.
 */
import type { SessionResponse } from "@guestpass/protocol";
import { type AttachingHost, attach, attachmentLimits, detach, renewAttachment } from "./attaching.js";
import { CatchUp } from "./catch-up.js";
import { Connection } from "./connection.js";
import type * as contract from "./contract.js";
import { Emitter } from "./emitter.js";
import type { MessagingError } from "./errors.js";
import { Exchange } from "./exchange.js";
import { type HearingHost, hear } from "./hearing.js";
import { createHistory } from "./io/history.js";
import { readOptions, type Settings } from "./options.js";
import { Presence } from "./presence.js";
import { answerMessage, messageFrame, textMessage } from "./rules/frames.js";
import { tooLarge } from "./rules/limits.js";
import type { ConversationEffect } from "./rules/link.js";
import { type Because, disposed, givenUp, notOpen } from "./rules/outcome.js";
import { type Settle, settleable } from "./settle.js";

/** A conversation with the platform. Connects nothing by itself. Throws a TypeError for a wrong option. */
export function createConversation(options: contract.ConversationOptions): contract.Conversation {
  return new Room(readOptions(options));
}

class Room extends Emitter implements contract.Conversation {
  readonly #settings: Settings;
  readonly #connection: Connection;
  readonly #exchange: Exchange;
  readonly #catchUp: CatchUp;
  readonly #presence: Presence;
  readonly #parts: HearingHost & AttachingHost;
  #session: SessionResponse | null = null;
  #opening: Settle | null = null;
  #ending: Settle | null = null;
  #attributesGiven = false;
  #disposed = false;

  constructor(settings: Settings) {
    super();
    this.#settings = settings;
    const { ports, config, urls } = settings;
    const emit: typeof this.emit = (type, detail) => this.emit(type, detail);
    this.#connection = new Connection(settings, {
      stateChanged: (state, previous) => emit("state", { state, previous }),
      run: (effect) => this.#run(effect),
      session: (session) => this.#accept(session),
      frame: (frame) => hear(this.#parts, frame),
      failed: (error) => emit("error", { error }),
      down: () => {
        this.#catchUp.stop();
        this.#exchange.lost();
        this.#presence.down();
      },
    });
    this.#exchange = new Exchange({
      ports,
      emit,
      write: (id, message) => this.#connection.write("message", messageFrame(this.#connection.frameToken, message, id)),
      presumeDead: () => this.#connection.presumeDead(),
      recheck: () => void this.#catchUp.sync(true, () => {}),
    });
    const history = createHistory({
      api: urls.api,
      fetch: ports.fetch,
      clock: ports.clock,
      uuid: ports.uuid,
      line: this.#connection,
    });
    this.#catchUp = new CatchUp({
      history,
      clock: ports.clock,
      exchange: this.#exchange,
      spend: () => this.#connection.spendHistory(),
    });
    this.#presence = new Presence({
      ports,
      config,
      emit,
      connection: this.#connection,
      platformTime: () => this.#exchange.platformTime,
    });
    this.#parts = {
      ports,
      connection: this.#connection,
      exchange: this.#exchange,
      presence: this.#presence,
      connect: () => this.connect(),
      limits: () => this.attachmentLimits,
      failed: (error) => emit("error", { error }),
    };
  }

  get state(): contract.ConversationState {
    return this.#connection.state;
  }

  get transcript(): readonly contract.TranscriptMessage[] {
    return this.#exchange.transcript;
  }

  get agentTyping(): boolean {
    return this.#presence.agentTyping;
  }

  get hasOlder(): boolean {
    return this.#catchUp.hasOlder;
  }

  get attachmentLimits(): contract.AttachmentLimits {
    return attachmentLimits(this.#settings.config, this.#session);
  }

  connect(): Promise<void> {
    if (this.#disposed || this.state === "ended") return Promise.reject(this.#notOpen());
    const stands = this.state === "open" || this.state === "read-only";
    if (stands && !this.#opening) return Promise.resolve();
    return this.#open({ type: "connect" });
  }

  startNew(): Promise<void> {
    return this.#disposed ? Promise.reject(this.#notOpen()) : this.#open({ type: "restart" });
  }

  #open(event: { type: "connect" | "restart" }): Promise<void> {
    this.#opening ??= settleable();
    const { promise } = this.#opening;
    this.#connection.dispatch(event);
    return promise;
  }

  end(): Promise<void> {
    if (!["connecting", "open", "reconnecting", "read-only"].includes(this.state)) return Promise.resolve();
    this.#ending ??= settleable();
    const { promise } = this.#ending;
    this.#connection.expectGoodbye();
    // Where the configuration is not known, the platform says whether Clear is allowed.
    this.#connection.dispatch({ type: "end", clear: this.#settings.config?.clearEnabled !== false });
    return promise;
  }

  disconnect(): void {
    this.#connection.dispatch({ type: "disconnect" });
    this.#presence.stop();
  }

  dispose(): void {
    this.#disposed = true;
    this.disconnect();
    this.#connection.dispose();
  }

  async send(text: string, options: contract.SendOptions = {}): Promise<{ id: string }> {
    if (typeof text !== "string" || (text.trim() === "" && options.attachment === undefined)) {
      throw new TypeError("send: text must be a string with something in it");
    }
    return this.#say(text, options.attributes, (id) => textMessage(text, options, id));
  }

  async respond(answer: contract.Answer): Promise<{ id: string }> {
    const text = answerMessage(answer, "").text ?? "";
    return this.#say(text, undefined, (id) => answerMessage(answer, id));
  }

  #say(text: string, attributes: Record<string, string> = {}, make: (id: string) => ReturnType<typeof textMessage>) {
    const most = this.#session?.maxCustomDataBytes;
    const error = this.#refusesWords() ?? tooLarge(text, { ...this.#settings.customAttributes, ...attributes }, most);
    if (error) return Promise.reject(error);
    const id = this.#settings.ports.uuid();
    const said = this.#exchange.say(id, make(id));
    this.#wanted();
    return said;
  }

  async retry(id: string): Promise<{ id: string }> {
    const error = this.#refusesWords();
    if (error) throw error;
    const said = this.#exchange.retry(id);
    this.#wanted();
    return said;
  }

  /** Somebody wants to be heard: that opens a conversation that nobody has opened. */
  #wanted(): void {
    if (this.state === "none") this.connect().catch(() => {});
  }

  typing(): void {
    this.#presence.typing();
  }

  loadOlder(): Promise<void> {
    return this.#catchUp.loadOlder();
  }

  attach(file: contract.AttachmentFile, options: contract.AttachOptions = {}): Promise<contract.UploadedAttachment> {
    return attach(this.#parts, file, options);
  }

  detach(attachmentId: string): Promise<void> {
    return detach(this.#parts, attachmentId);
  }

  renewAttachment(attachmentId: string): Promise<string> {
    return renewAttachment(this.#parts, attachmentId);
  }

  setToken(token: contract.ConversationToken): void {
    this.#connection.setToken(token);
  }

  #accept(session: SessionResponse): void {
    if (session.connected) this.#session = session;
    this.#catchUp.forget();
    this.#presence.session(session);
  }

  #run(effect: ConversationEffect): void {
    switch (effect.do) {
      case "join":
        this.#presence.join(this.#session, this.#settings.customAttributes);
        break;
      case "sync":
        this.#sync(effect);
        break;
      case "started":
        this.emit("started", { newSession: effect.newSession });
        break;
      case "clear":
      case "close-session":
        this.#presence.leave(effect.do);
        break;
      case "wipe":
        this.#catchUp.reset();
        this.#exchange.wipe();
        break;
      case "ended":
        if (this.state !== "open") this.#presence.stop();
        this.emit("ended", { reason: effect.reason });
        this.#ended();
        break;
      case "give-up":
        this.#giveUp(effect.because);
    }
  }

  #sync({ newSession, again }: Extract<ConversationEffect, { do: "sync" }>): void {
    const due = newSession || !this.#attributesGiven;
    this.#attributesGiven = true;
    this.#exchange.begin(due ? this.#settings.customAttributes : null);
    if (newSession) {
      // Nobody has said anything in it yet.
      this.#catchUp.reset();
      this.#exchange.release(true);
      this.#opened();
      return;
    }
    void this.#catchUp.sync(again || this.#exchange.knowsAny, () => this.#opened());
  }

  #opened(): void {
    this.#opening?.resolve();
    this.#opening = null;
  }

  #ended(): void {
    if (this.state === "open" || this.state === "read-only") return;
    this.#ending?.resolve();
    this.#ending = null;
  }

  #giveUp(because: Because): void {
    const error = givenUp(because, this.state, this.#connection.cause);
    this.#exchange.giveUp(error);
    if (this.state === "read-only") return;
    this.#opening?.reject(error);
    this.#opening = null;
    this.#ended();
    if (because === "refused" || because === "token") this.emit("error", { error });
  }

  #notOpen(): MessagingError {
    return this.#disposed ? disposed() : notOpen(this.state);
  }

  /** Why nothing can be said now, or null. */
  #refusesWords(): MessagingError | null {
    return this.#disposed || ["closed", "ended", "read-only"].includes(this.state) ? this.#notOpen() : null;
  }
}
