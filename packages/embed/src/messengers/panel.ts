/**
 * The built-in panel's side of the conversation: holds the transcript of this session and the ones before it, and what
 * was written before there was a connection. Knows the conversation; draws nothing.
 */
import {
  type Conversation,
  type ConversationState,
  createConversation,
  type TranscriptMessage,
} from "@guestpass/messaging";
import { decodeDeploymentConfig, type MessengerInfo } from "@guestpass/protocol";
import type { GuestSession } from "@guestpass/tokens";
import { GuestpassError, toGuestpassError } from "../errors.js";
import type { GuestpassEndReason } from "../events.js";
import { judgeDraft } from "../panel/rules/draft.js";
import { conversationToken, type First, type Messenger, type MessengerHost } from "./messenger.js";

/** Messages of earlier sessions that stay readable above the current one. */
const MAX_PAST = 500;
/** A written message waits this long for a session that cannot be had yet. */
const PATIENCE_MS = 120_000;

export class PanelMessenger implements Messenger {
  readonly #host: MessengerHost;
  #past: TranscriptMessage[] = [];
  #breaks = new Map<string, GuestpassEndReason>();
  #waiting: TranscriptMessage[] = [];
  #waited = 0;
  #sessionId: string | undefined;
  #conversation: Conversation | undefined;
  #listening = new AbortController();
  readonly #started = new EventTarget();
  #ended: GuestpassEndReason | undefined;
  #unreadFrom: string | undefined;
  #markdown = false;

  constructor(host: MessengerHost) {
    this.#host = host;
  }

  get state(): ConversationState {
    return this.#conversation?.state ?? "none";
  }

  /** Why the last conversation ended, while no new one has started. */
  get ended(): GuestpassEndReason | undefined {
    return this.#ended;
  }

  /** Everything to be read, oldest first. */
  get messages(): readonly TranscriptMessage[] {
    return [...this.#past, ...(this.#conversation?.transcript ?? []), ...this.#waiting];
  }

  /** Ids of the messages after which a conversation ended, and why. */
  get breaks(): ReadonlyMap<string, GuestpassEndReason> {
    return this.#breaks;
  }

  /** The first message that came while nobody looked. */
  get unreadFrom(): string | undefined {
    return this.#unreadFrom;
  }

  /** The deployment lets agents and bots write Markdown. */
  get markdown(): boolean {
    return this.#markdown;
  }

  get conversation(): Conversation | undefined {
    return this.#conversation;
  }

  async start(session: GuestSession): Promise<void> {
    await this.#begin(session);
    this.#started.dispatchEvent(new Event("started"));
  }

  async #begin(session: GuestSession): Promise<void> {
    if (this.#conversation && this.#sessionId === session.sessionId) {
      const { state } = this.#conversation;
      if (state === "ended" || state === "read-only") {
        this.#keepPast();
        await this.#conversation.startNew();
      } else await this.#conversation.connect();
      return;
    }
    this.#keepPast();
    this.#drop();
    this.#sessionId = session.sessionId;
    const info = await this.#host.messengerInfo().catch(() => null);
    if (this.#sessionId !== session.sessionId) throw new GuestpassError("aborted", "Another session took its place");
    this.#conversation = this.#create(session, info);
    await this.#conversation.connect();
  }

  refreshed(session: GuestSession): void {
    this.#conversation?.setToken(conversationToken(session));
  }

  async send(text: string, first?: First): Promise<{ id: string }> {
    const { over } = judgeDraft(text);
    if (over > 0) throw new GuestpassError("message_too_long", `The message is too long by ${over} characters`);
    if (first) await this.#waitFor(first, text);
    if (!this.#conversation) throw new GuestpassError("socket_closed", "The conversation is over", { retryable: true });
    return this.#conversation.send(text);
  }

  expire(): void {
    if (!this.#conversation) return;
    this.#ended = "expired";
    this.#break("expired");
    this.#conversation.disconnect();
    this.#host.ended("expired");
  }

  async end(): Promise<void> {
    await this.#conversation?.end();
  }

  async show(): Promise<void> {}

  async hide(): Promise<void> {
    this.#unreadFrom = undefined;
  }

  clear(): void {
    this.#past = [];
    this.#breaks.clear();
    this.#waiting = [];
    this.#ended = undefined;
    this.#unreadFrom = undefined;
    this.#drop();
    this.#host.changed();
  }

  dispose(): void {
    this.#drop();
  }

  /** Sends a failed message again; `sendAnew` is for one whose conversation is gone. */
  retry(message: TranscriptMessage, sendAnew: (text: string) => Promise<unknown>): Promise<unknown> {
    if (this.#conversation?.transcript.includes(message) && this.state !== "ended") {
      return this.#conversation.retry(message.id);
    }
    this.#waiting = this.#waiting.filter((other) => other !== message);
    this.#past = this.#past.filter((other) => other !== message);
    return sendAnew(message.text);
  }

  #create(session: GuestSession, info: MessengerInfo | null): Conversation {
    const host = this.#host;
    const { deploymentId, guestApi, urls } = session.messenger;
    const config = info?.deployment ? decodeDeploymentConfig(info.deployment) : null;
    this.#markdown = config?.markdown ?? false;
    const conversation = createConversation({
      deploymentId,
      guestApi,
      urls,
      config,
      ...(host.customAttributes ? { customAttributes: host.customAttributes } : {}),
      getToken: () => host.getToken(),
      onTokenRefused: (token) => host.tokenRefused(token),
    });
    this.#listen(conversation);
    return conversation;
  }

  #listen(conversation: Conversation): void {
    const host = this.#host;
    this.#listening = new AbortController();
    const options = { signal: this.#listening.signal };
    conversation.addEventListener("state", ({ state }) => host.conversationState(state), options);
    conversation.addEventListener("change", () => host.changed(), options);
    conversation.addEventListener("typing", () => host.changed(), options);
    conversation.addEventListener("error", ({ error }) => host.failed(toGuestpassError(error)), options);
    conversation.addEventListener(
      "message",
      ({ message }) => {
        if (message.direction === "received" && !host.watched) this.#unreadFrom ??= message.id;
        host.message(message);
      },
      options,
    );
    conversation.addEventListener(
      "started",
      ({ newSession }) => {
        this.#ended = undefined;
        host.started(newSession);
      },
      options,
    );
    conversation.addEventListener(
      "ended",
      ({ reason }) => {
        this.#ended = reason;
        this.#break(reason);
        host.ended(reason);
      },
      options,
    );
  }

  /** Shows the text as being sent until the messenger is ready; as failed where it does not get ready. */
  async #waitFor(first: First, text: string): Promise<void> {
    this.#waited += 1;
    const waiting: TranscriptMessage = {
      id: `waiting-${this.#waited}`,
      direction: "sent",
      status: "sending",
      text,
      at: Date.now(),
      from: { bot: false },
      content: [],
    };
    this.#replace(undefined, waiting);
    try {
      await first.start().catch((error: unknown) => {
        if (!first.patient || !toGuestpassError(error).retryable) throw error;
        return this.#nextStart(error);
      });
      this.#replace(waiting, undefined);
    } catch (error) {
      const { code, message } = toGuestpassError(error);
      this.#replace(waiting, { ...waiting, status: "failed", error: { code, message } });
      throw error;
    }
  }

  /** The keeper goes on trying; rejects with what failed when that takes too long. */
  #nextStart(error: unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(error), PATIENCE_MS);
      this.#started.addEventListener(
        "started",
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
  }

  #replace(old: TranscriptMessage | undefined, current: TranscriptMessage | undefined): void {
    this.#waiting = this.#waiting.filter((message) => message !== old);
    if (current) this.#waiting.push(current);
    this.#host.changed();
  }

  /** What was said in a session that is over stays above the next one. */
  #keepPast(): void {
    this.#break(this.#ended ?? "expired");
    const messages = (this.#conversation?.transcript ?? []).map(
      (message): TranscriptMessage => (message.status === "sending" ? { ...message, status: "failed" } : message),
    );
    this.#past = [...this.#past, ...messages].slice(-MAX_PAST);
    this.#ended = undefined;
  }

  #break(reason: GuestpassEndReason): void {
    const last = this.#conversation?.transcript.at(-1);
    if (last && !this.#breaks.has(last.id)) this.#breaks.set(last.id, reason);
  }

  #drop(): void {
    this.#listening.abort();
    this.#conversation?.dispose();
    this.#conversation = undefined;
    this.#sessionId = undefined;
  }
}
