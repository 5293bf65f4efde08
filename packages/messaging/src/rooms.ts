/** What connection and exchange, the two rooms that everything else leans on, are to the others. Shapes alone. */
import type { InboundFrame, OutboundMessage, Rest, SessionResponse, StructuredMessage } from "@guestpass/protocol";
import type { ConversationState, ConversationToken, TranscriptMessage } from "./contract.js";
import type { Emit } from "./emit.js";
import type { MessagingError } from "./errors.js";
import type { Asks, Reply } from "./io/asks.js";
import type { Settings } from "./options.js";
import type { Untold } from "./rules/frames.js";
import type { Kind } from "./rules/limits.js";
import type { Effect, Link, LinkEvent } from "./rules/link.js";
import type { Outgoing } from "./rules/outgoing.js";
import type { Known, Laid } from "./rules/pages.js";
import type { Timers } from "./timers.js";

/** What the platform seldom says: loaded with the first of it. */
export interface Seldom extends Rest {
  /** `configuring`: nothing but the answer to that is of interest. */
  hearSeldom(host: ConnectionHost, frame: InboundFrame, configuring: boolean): void;
  /** Says the guest's goodbye on an open session; `gone` is called when the platform has taken it, or is silent. */
  leave(host: ConnectionHost, gone: (wiped?: boolean) => void): void;
  /** Closes an open session, before a new one begins. */
  closeSession(host: ConnectionHost, closed: () => void): void;
}

export interface ConnectionHost extends Pick<Effects, "sync" | "started" | "wipe" | "ended" | "fail"> {
  readonly settings: Settings;
  readonly timers: Timers;
  emit: Emit;
  readonly connection: Connection;
  readonly exchange: Exchange;
  seldom(): Promise<Seldom>;
  /** History is to say which of the doubtful messages have arrived. */
  recheck(): Promise<void>;
  session(session: SessionResponse): void;
  hear(frame: InboundFrame & { kind: "message" }): void;
  /** The line is gone; nobody will answer on it. */
  down(): void;
}

/** What the machine decides and the connection runs: with the link as it is then. */
export type Effects = Readonly<Record<Effect, (link: Link) => void>>;

export interface Connection {
  state: ConversationState;
  /** What it last failed of, until a session stands. */
  cause: unknown;
  /** Feeds the machine; from within an effect, after that effect. */
  dispatch(...event: LinkEvent): void;
  /** Milliseconds until one of this kind may go: 0 now, Infinity while there is no session. */
  wait(kind: Kind): number;
  /** Writes a frame where it may go, with the newest token, and gives what `wait` gave. */
  write(kind: Kind, frame: Untold): number;
  count(kind: Kind): void;
  /** Sends a question and waits for its answer; null: none came. */
  ask(frame: Untold, timeoutMs: number, fits: (frame: InboundFrame) => boolean, then: (reply: Reply) => void): void;
  /** Waits for a frame that comes unasked. */
  readonly expect: Asks["wait"];
  setToken(token: ConversationToken): void;
  /** The line is dead, or counts as dead. */
  lose(cause?: unknown): void;
  /** The platform wants nothing but control frames for so long. */
  pause(ms: number): void;
  dispose(): void;
}

export interface ExchangeHost {
  readonly settings: Settings;
  readonly timers: Timers;
  readonly connection: Connection;
  emit: Emit;
}

export interface Exchange {
  readonly transcript: readonly TranscriptMessage[];
  /** Everything up to some connection is known. */
  readonly knows: boolean;
  /** Milliseconds since 1970 by the platform's clock, as far as it is known. */
  platformTime(): number;
  say(id: string, message: OutboundMessage): Promise<{ id: string }>;
  retry(id: string): Promise<{ id: string }>;
  /** A message from the socket. */
  receive(message: StructuredMessage, tracingId: string | undefined): void;
  /** A page of history. `announce`: what is new on it came while nobody listened, so it is news. */
  merge(lay: (known: Known) => Laid, announce: boolean): Laid;
  /**
   * A session stands. Where something is in doubt, nothing goes until `release`; in a new session nobody has said
   * anything yet, and the first message of it has the conversation's attributes.
   */
  begin(isNew: boolean): void;
  /**
   * Messages may go. What is in doubt goes again where history was `told`; else it fails, for it may have arrived.
   * `whole`: nothing is missing up to this connection.
   */
  release(told: boolean, whole?: boolean): void;
  /** Own messages that the platform has not confirmed, oldest first. */
  all(...states: Outgoing["state"][]): Outgoing[];
  mark(id: string, change: Partial<TranscriptMessage>): void;
  /** Writes what may go now. */
  pump(): void;
  /** The platform will not have this message. */
  refuse(item: Outgoing, error: MessagingError): void;
  /** What is written has been written in vain, for all that is known; true where there is such a message. */
  doubt(): boolean;
  /** The connection is gone. */
  lost(): void;
  /** Nothing more will be sent: all that waits fails. */
  giveUp(error: MessagingError): void;
  /** A new conversation: what the platform knew is gone from here, what it never had stays. */
  wipe(): void;
}
