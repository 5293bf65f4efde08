/**
 * The built-in panel's side of the conversation: holds the transcript of this session and the ones before it, and what
 * was written before there was a connection. Knows the conversation; draws nothing.
 */
import { type Conversation, converse, type TranscriptMessage } from "@guestpass/messaging";
import type { MessengerInfo } from "@guestpass/protocol";
import type { GuestSession } from "@guestpass/tokens";
import { GuestpassError, toGuestpassError } from "../errors.js";
import type { GuestpassEndReason } from "../events.js";
import { judgeDraft } from "../panel/rules/draft.js";
import type { First, Messenger, MessengerHost } from "./messenger.js";

/** Messages of earlier sessions that stay readable above the current one. */
const MAX_PAST = 500;
/** A written message waits this long for a session that cannot be had yet. */
const PATIENCE_MS = 120_000;

/** `at`: when the platform's session ends unless something is said, milliseconds since 1970. */
export type Warning = { readonly kind: "expiring"; readonly at: number } | { readonly kind: "signedIn" };

export class PanelMessenger implements Messenger {
  readonly #host: MessengerHost;
  #past: TranscriptMessage[] = [];
  #waiting: TranscriptMessage[] = [];
  #waited = 0;
  #sessionId: string | undefined;
  #listening = new AbortController();
  /** What waits for the next start that succeeds. */
  #starts: (() => void)[] = [];
  conversation: Conversation | undefined;
  /** Why the last conversation ended, while no new one has started. */
  ended: GuestpassEndReason | undefined;
  /** Ids of the messages after which a conversation ended, and why. */
  readonly breaks = new Map<string, GuestpassEndReason>();
  /** The first message that came while nobody looked. */
  unreadFrom: string | undefined;
  /** What the visitor should know before it is too late, and what has just happened. */
  warning: Warning | undefined;
  /** What was said before is here: what comes from now on is news. */
  settled = false;
  /** The deployment lets agents and bots write Markdown. */
  markdown = false;

  constructor(host: MessengerHost) {
    this.#host = host;
  }

  /** Whose words these are. */
  get sessionId(): string | undefined {
    return this.#sessionId;
  }

  /** Everything to be read, oldest first. */
  get messages(): readonly TranscriptMessage[] {
    return [...this.#past, ...(this.conversation?.transcript ?? []), ...this.#waiting];
  }

  async start(session: GuestSession): Promise<void> {
    this.settled = false;
    await this.#begin(session);
    this.settled = true;
    this.#host.page.requestUpdate();
    for (const go of this.#starts.splice(0)) go();
  }

  async #begin(session: GuestSession): Promise<void> {
    if (this.conversation && this.#sessionId === session.sessionId) {
      const { state } = this.conversation;
      if (state === "ended" || state === "read-only") {
        this.#keepPast();
        await this.conversation.startNew();
      } else await this.conversation.connect();
      return;
    }
    this.#keepPast();
    this.#drop();
    this.#sessionId = session.sessionId;
    const info = await this.#host.messengerInfo().catch(() => null);
    if (this.#sessionId !== session.sessionId) throw new GuestpassError("aborted", "Another session took its place");
    this.conversation = this.#create(session, info);
    await this.conversation.connect();
  }

  refreshed(session: GuestSession): void {
    this.conversation?.setToken(session);
  }

  async send(text: string, first?: First): Promise<{ id: string }> {
    const { over } = judgeDraft(text);
    if (over > 0) throw new GuestpassError("message_too_long", `The message is too long by ${over} characters`);
    if (first) await this.#waitFor(first, text);
    if (!this.conversation) throw new GuestpassError("socket_closed", "The conversation is over", { retryable: true });
    return this.conversation.send(text);
  }

  expire(): void {
    if (!this.conversation) return;
    this.conversation.disconnect();
    this.#over("expired");
  }

  async end(): Promise<void> {
    await this.conversation?.end();
  }

  async hide(): Promise<void> {
    this.unreadFrom = undefined;
  }

  clear(): void {
    this.#past = [];
    this.breaks.clear();
    this.#waiting = [];
    this.ended = undefined;
    this.unreadFrom = undefined;
    this.#drop();
    this.#host.page.requestUpdate();
  }

  dispose(): void {
    this.#drop();
  }

  /** Sends a failed message again; `sendAnew` is for one whose conversation is gone. */
  retry(message: TranscriptMessage, sendAnew: (text: string) => Promise<unknown>): Promise<unknown> {
    if (this.conversation?.transcript.includes(message) && this.conversation.state !== "ended") {
      return this.conversation.retry(message.id);
    }
    this.#waiting = this.#waiting.filter((other) => other !== message);
    this.#past = this.#past.filter((other) => other !== message);
    return sendAnew(message.text);
  }

  #create(session: GuestSession, info: MessengerInfo | null): Conversation {
    const host = this.#host;
    const { deploymentId, guestApi, urls } = session.messenger;
    const { customAttributes } = host.page;
    const config = info?.conversation ?? null;
    this.markdown = config?.markdown ?? false;
    const conversation = converse({
      deploymentId,
      guestApi,
      urls,
      config,
      ...(customAttributes ? { customAttributes } : {}),
      getToken: () => host.getToken(),
      onTokenRefused: (token) => host.tokenRefused(token),
    });
    this.#listen(conversation);
    return conversation;
  }

  #listen(conversation: Conversation): void {
    const { page, voice } = this.#host;
    this.#listening = new AbortController();
    const options = { signal: this.#listening.signal };
    const on: Conversation["addEventListener"] = (type, listener) =>
      conversation.addEventListener(type, listener, options);
    on("state", ({ state }) => voice.setConversation(state));
    on("change", () => page.requestUpdate());
    on("typing", () => page.requestUpdate());
    on("error", ({ error }) => void voice.tell(error));
    on("expiring", ({ expiresIn }) => this.#warn({ kind: "expiring", at: Date.now() + expiresIn * 1000 }));
    on("presence", ({ presence }) => {
      if (presence === "SignIn") this.#warn({ kind: "signedIn" });
    });
    on("message", ({ message }) => {
      this.warning = undefined;
      if (message.direction === "received" && !page.watched) this.unreadFrom ??= message.id;
      voice.message(message);
    });
    on("started", ({ newSession }) => {
      this.ended = undefined;
      voice.started(newSession);
    });
    on("ended", ({ reason }) => this.#over(reason));
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
      this.#starts.push(resolve);
      setTimeout(reject, PATIENCE_MS, error);
    });
  }

  #replace(old: TranscriptMessage | undefined, current: TranscriptMessage | undefined): void {
    this.#waiting = this.#waiting.filter((message) => message !== old);
    if (current) this.#waiting.push(current);
    this.#host.page.requestUpdate();
  }

  /** What was said in a session that is over stays above the next one. */
  #keepPast(): void {
    this.#break(this.ended ?? "expired");
    const messages = (this.conversation?.transcript ?? []).map(
      (message): TranscriptMessage => (message.status === "sending" ? { ...message, status: "failed" } : message),
    );
    this.#past = [...this.#past, ...messages].slice(-MAX_PAST);
    this.ended = undefined;
  }

  #warn(warning: Warning): void {
    this.warning = warning;
    this.#host.page.requestUpdate();
  }

  #over(reason: GuestpassEndReason): void {
    this.ended = reason;
    this.warning = undefined;
    this.#break(reason);
    this.#host.ended(reason);
  }

  #break(reason: GuestpassEndReason): void {
    const last = this.conversation?.transcript.at(-1);
    if (last && !this.breaks.has(last.id)) this.breaks.set(last.id, reason);
  }

  #drop(): void {
    this.#listening.abort();
    this.conversation?.dispose();
    this.conversation = undefined;
    this.#sessionId = undefined;
  }
}
