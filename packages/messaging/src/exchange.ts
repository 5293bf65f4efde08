/**
 * What has been said and what is still to be said: the one writer of transcript and outbox. Knows messages and their
 * fate; of the connection only whether it may write now. Decisions are in `rules/`.
 */
import type { HistoryPage, OutboundMessage, StructuredMessage } from "@guestpass/protocol";
import type { ConversationEventMap, TranscriptMessage } from "./contract.js";
import { MessagingError } from "./errors.js";
import type { ConversationPorts } from "./ports.js";
import { addAttributes } from "./rules/frames.js";
import * as outbox from "./rules/outbox.js";
import * as transcript from "./rules/transcript.js";

/** What the exchange asks of its conversation. */
export interface ExchangeHost {
  readonly ports: ConversationPorts;
  emit<Type extends keyof ConversationEventMap>(type: Type, detail: ConversationEventMap[Type]): void;
  /** Writes it and gives 0; or gives the milliseconds to wait, Infinity while there is no session. */
  write(id: string, message: OutboundMessage): number;
  /** No echo came: the connection counts as dead. */
  presumeDead(): void;
  /** History is to say which of the doubtful messages have arrived. */
  recheck(): void;
}

interface Waiter {
  resolve(value: { id: string }): void;
  reject(error: MessagingError): void;
}

/** Failed messages that `retry` can still send. */
const FAILED_KEPT = 100;

export class Exchange {
  readonly #host: ExchangeHost;
  #entries: transcript.Entries = [];
  #outbox: outbox.Outbox = [];
  #snapshot: readonly TranscriptMessage[] = [];
  #failed = new Map<string, OutboundMessage>();
  #waiters = new Map<string, Waiter>();
  /** Counts connections; each message remembers on which one it was learnt. */
  #epoch = 0;
  /** The last connection up to which nothing is missing: a catching up that was cut off leaves a gap behind it. */
  #solid = 0;
  /** Nothing goes while history is asked what became of earlier messages. */
  #held = true;
  /** Attributes that go with the next message, until one that carries them is confirmed. */
  #due: Readonly<Record<string, string>> = {};
  /** Platform's clock minus ours, as the last live message showed it. */
  #offset = 0;
  #stopPump = () => {};
  #stopWatch = () => {};
  #stopDoubt = () => {};

  constructor(host: ExchangeHost) {
    this.#host = host;
  }

  get transcript(): readonly TranscriptMessage[] {
    return this.#snapshot;
  }

  /** The platform has told of something that was said. */
  get knowsAny(): boolean {
    return this.#entries.some((entry) => entry.identity !== undefined);
  }

  get isFull(): boolean {
    return this.#entries.length >= transcript.TRANSCRIPT_LIMIT;
  }

  /** A message was written on a connection that is gone, and nobody knows what became of it. */
  get hasDoubt(): boolean {
    return this.#outbox.some((item) => item.state === "doubtful");
  }

  /** Milliseconds since 1970 by the platform's clock, as far as it is known. */
  get platformTime(): number {
    return this.#host.ports.clock.wall() + this.#offset;
  }

  /** Puts a message into the transcript and on its way. */
  say(id: string, message: OutboundMessage): Promise<{ id: string }> {
    if (this.#outbox.length >= outbox.OUTBOX_LIMIT) {
      return Promise.reject(new MessagingError("message_rate_limited", "Too many messages wait to be sent."));
    }
    const said: TranscriptMessage = {
      id,
      direction: "sent",
      status: "sending",
      text: message.text ?? "",
      at: this.platformTime,
      from: { bot: false },
      content: [],
    };
    this.#set(transcript.addOwn(this.#entries, said));
    return this.#send(id, message);
  }

  /** Sends a failed message again. */
  retry(id: string): Promise<{ id: string }> {
    const message = this.#failed.get(id);
    if (!message) return Promise.reject(new TypeError(`retry: no failed message has the id ${JSON.stringify(id)}`));
    this.#failed.delete(id);
    this.#set(transcript.amend(this.#entries, id, { status: "sending" }));
    return this.#send(id, message);
  }

  #send(id: string, message: OutboundMessage): Promise<{ id: string }> {
    this.#outbox = outbox.enqueue(this.#outbox, id, message);
    const promise = new Promise<{ id: string }>((resolve, reject) => this.#waiters.set(id, { resolve, reject }));
    this.pump();
    return promise;
  }

  /** Writes what may go now, and comes back when more may. */
  pump(): void {
    this.#stopPump();
    const { clock } = this.#host.ports;
    for (let item = outbox.next(this.#outbox); item && !this.#held; item = outbox.next(this.#outbox)) {
      const wait = this.#host.write(item.id, addAttributes(item.message, this.#due));
      if (wait > 0) {
        if (wait < Infinity) this.#stopPump = clock.after(wait, () => this.pump());
        break;
      }
      this.#outbox = outbox.written(this.#outbox, item.id, clock.now(), this.#solid === 0);
      this.#set(transcript.amend(this.#entries, item.id, { status: "sent" }));
    }
    this.#watch();
  }

  #watch(): void {
    this.#stopWatch();
    const due = outbox.echoDueAt(this.#outbox);
    if (due === null) return;
    const { clock } = this.#host.ports;
    this.#stopWatch = clock.after(due - clock.now(), () => {
      const found = outbox.overdue(this.#outbox, clock.now());
      for (const id of found.dead) this.#fail(id, new MessagingError("timeout", "The messenger did not answer."));
      this.#outbox = found.outbox;
      if (found.late) this.#host.presumeDead();
      else this.pump();
    });
  }

  /** A message from the socket. */
  receive(message: StructuredMessage, tracingId: string | undefined): void {
    const time = Date.parse(message.time);
    if (!Number.isNaN(time)) this.#offset = time - this.#host.ports.clock.wall();
    const news = { message, epoch: this.#epoch, now: this.platformTime };
    const merged = transcript.merge(this.#entries, tracingId === undefined ? news : { ...news, tracingId });
    this.#set(merged.entries);
    this.#learn(merged, true);
  }

  /**
   * A page of history, newest first as it comes. `overlap`: it ends in what is known without a gap.
   * `announce`: what is new on it came while nobody listened, so it is news.
   */
  mergePage(page: HistoryPage, announce: boolean): { overlap: boolean; added: number } {
    let entries = this.#entries;
    let doubts = this.#outbox;
    const all: transcript.Merged[] = [];
    for (const message of page.messages) {
      const news = { message, epoch: this.#epoch, now: this.platformTime, past: true };
      let merged = transcript.merge(entries, news);
      const own = merged.outcome === "added" ? outbox.recognise(doubts, message) : undefined;
      if (own !== undefined) {
        merged = transcript.merge(entries, { ...news, tracingId: own });
        doubts = outbox.without(doubts, own);
      }
      entries = merged.entries;
      all.push(merged);
    }
    this.#set(entries);
    for (const merged of all.toReversed()) this.#learn(merged, announce);
    const oldest = all.findLast(({ outcome }) => outcome !== "ignored");
    return {
      overlap: oldest?.outcome === "known" && (oldest.entry?.epoch ?? 0) <= this.#solid,
      added: all.filter(({ outcome }) => outcome === "added").length,
    };
  }

  #learn({ outcome, entry }: transcript.Merged, announce: boolean): void {
    if (!entry) return;
    const { message } = entry;
    if (outcome === "confirmed") {
      if (this.#outbox.some((item) => item.id === message.id && item.state === "written")) this.#due = {};
      this.#outbox = outbox.without(this.#outbox, message.id);
      this.#failed.delete(message.id);
    }
    if (outcome === "confirmed" || (outcome === "added" && announce)) this.#host.emit("message", { message });
    if (outcome === "confirmed") {
      this.#waiters.get(message.id)?.resolve({ id: message.id });
      this.#waiters.delete(message.id);
      this.pump();
    }
  }

  /** A session stands. Nothing goes until `release`. */
  begin(due: Readonly<Record<string, string>> | null): void {
    this.#epoch += 1;
    this.#held = true;
    if (due) this.#due = due;
  }

  /** History has told (`known`), or cannot: then what is in doubt fails, for it may have arrived. */
  release(known: boolean): void {
    this.#held = false;
    if (known) this.#solid = this.#epoch;
    if (!known) {
      for (const item of this.#outbox.filter((one) => one.state === "doubtful")) {
        this.#fail(
          item.id,
          new MessagingError("socket_closed", "The connection was lost before the messenger answered."),
        );
      }
    }
    this.#outbox = outbox.settled(this.#outbox);
    this.pump();
  }

  /** True when this message waits for the platform's word. */
  awaits(id: string | undefined): id is string {
    return this.#outbox.some((item) => item.id === id);
  }

  /** The message that an error without a tracing id must be about: the first that is on its way. */
  get oldestWritten(): string | undefined {
    return this.#outbox.find((item) => item.state === "written")?.id;
  }

  /** The platform will not have this message. */
  refuse(id: string, error: MessagingError): void {
    this.#fail(id, error);
    this.pump();
  }

  /** The platform did not take it, and said so: for its rate, or for its token. */
  giveBack(id: string, because: MessagingError): void {
    const most = because.code === "message_rate_limited" ? outbox.RATE_RETURNS : outbox.TOKEN_RETURNS;
    const result = outbox.giveBack(this.#outbox, id, most);
    this.#outbox = result.outbox;
    if (result.givenUp) this.#fail(id, because);
    else this.#set(transcript.amend(this.#entries, id, { status: "sending" }));
    this.pump();
  }

  /** The platform refused something for its rate without saying what: after the pause history is asked. */
  doubtAfter(pauseMs: number): void {
    if (this.oldestWritten === undefined) return;
    this.#stopDoubt();
    this.#stopDoubt = this.#host.ports.clock.after(pauseMs, () => {
      this.#outbox = outbox.lost(this.#outbox);
      if (!this.hasDoubt) return;
      this.#held = true;
      this.#host.recheck();
    });
  }

  /** The connection is gone. */
  lost(): void {
    this.#stopPump();
    this.#stopWatch();
    this.#stopDoubt();
    this.#held = true;
    this.#outbox = outbox.lost(this.#outbox);
  }

  /** Nothing more will be sent: all that waits fails. */
  giveUp(error: MessagingError): void {
    for (const item of this.#outbox) this.#fail(item.id, error);
  }

  /** A new conversation: what the platform knew is gone from here, what it never had stays. */
  wipe(): void {
    this.#set(transcript.unsent(this.#entries));
  }

  #fail(id: string, error: MessagingError): void {
    const item = this.#outbox.find((one) => one.id === id);
    if (!item) return;
    this.#outbox = outbox.without(this.#outbox, id);
    this.#failed.set(id, item.message);
    if (this.#failed.size > FAILED_KEPT) this.#failed.delete(this.#failed.keys().next().value ?? "");
    const { code, message } = error;
    this.#set(transcript.amend(this.#entries, id, { status: "failed", error: { code, message } }));
    this.#waiters.get(id)?.reject(error);
    this.#waiters.delete(id);
  }

  #set(entries: transcript.Entries): void {
    if (entries === this.#entries) return;
    this.#entries = entries;
    this.#snapshot = Object.freeze(entries.map((entry) => entry.message));
    this.#host.emit("change", { transcript: this.#snapshot });
  }
}
