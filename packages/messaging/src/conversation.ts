/**
 * The conversation as its caller knows it. Puts connection, exchange, catch-up and presence together: calls go down to
 * them, what the platform says comes up through here and becomes events.
 */
import { ECHO_TRACING_ID, type OutboundMessage, type SessionResponse } from "@guestpass/protocol";
import type { CatchUp, CatchUpHost } from "./catch-up.js";
import { createConnection } from "./connection.js";
import type { Conversation, ConversationOptions, ConversationState, EndReason } from "./contract.js";
import { createEmitter } from "./emit.js";
import { MessagingError } from "./errors.js";
import { createExchange } from "./exchange.js";
import type { UploadHost } from "./io/uploads.js";
import { readOptions } from "./options.js";
import { createPresence, type PresenceHost } from "./presence.js";
import type { ConnectionHost, ExchangeHost } from "./rooms.js";
import { attachmentLimits } from "./rules/attachment-limits.js";
import { textMessage } from "./rules/frames.js";
import { tooLarge } from "./rules/limits.js";
import { createTimers } from "./timers.js";

/** Everything that the rooms ask of each other. */
type Parts = ConnectionHost & ExchangeHost & PresenceHost & CatchUpHost & UploadHost;

/** Called with what failed, or with nothing. */
type Waiter = (error?: MessagingError) => void;

/** The older pages are made ready so long after a start, before the first reconnect needs them. */
const PREPARE_MS = 3_000;
/** The guest's goodbye is said and answered in this time, or taken as answered. */
const LEAVE_TIMEOUT_MS = 10_000;

/** `createConversation` for options whose types are right: what an endpoint has answered, in a page of ours. */
export function converse(options: ConversationOptions): Conversation {
  const settings = readOptions(options);
  const { ports, config, customAttributes } = settings;
  const { emit, ...listening } = createEmitter();
  const timers = createTimers(ports.clock);
  let session: SessionResponse | null = null;
  let disposed = false;
  /** Who waits for a session to stand, and for the conversation to end. */
  const opening: Waiter[] = [];
  const ending: Waiter[] = [];
  let catchUp: CatchUp | undefined;
  /** A later line makes a catching up that is still being loaded worthless. */
  let syncs = 0;

  const parts = {
    settings,
    timers,
    emit,
    connect,
    seldom: () => import("./seldom.js"),
    limits: () => attachmentLimits(config, session),
    recheck: sync,
    hear({ message, tracingId }) {
      if (tracingId === ECHO_TRACING_ID) presence.lives(message.metadata);
      else {
        presence.hear(message);
        exchange.receive(message, tracingId);
      }
    },
    session(answer) {
      if (answer.connected) session = answer;
      presence.lives(answer, true);
    },
    down() {
      syncs += 1;
      catchUp?.stop();
      exchange.lost();
      presence.down();
    },
    started: () => emit("started", { newSession: session?.newSession === true }),
    sync: stands,
    wipe() {
      catchUp?.reset();
      exchange.wipe();
    },
    ended({ end }) {
      presence.stop();
      emit("ended", { reason: end as EndReason });
      if (is("ended")) settle(ending);
    },
    fail,
  } as Omit<Parts, "connection" | "exchange" | "presence"> as Parts;
  // Each room finds the others here when it needs them, not when it is made.
  const connection = createConnection(parts);
  Object.assign(parts, { connection });
  const exchange = createExchange(parts);
  const presence = createPresence(parts);
  Object.assign(parts, { exchange, presence });

  const is = (...states: ConversationState[]) => states.includes(connection.state);

  function waitAmong(waiters: Waiter[]): Promise<void> {
    const promise = new Promise<void>((resolve, reject) => {
      waiters.push((error) => (error ? reject(error) : resolve()));
    });
    // Not everybody who starts something waits for it.
    promise.catch(() => {});
    return promise;
  }

  function notOpen(): MessagingError {
    if (disposed || is("none")) return new MessagingError("aborted", "The conversation was disconnected");
    return new MessagingError("socket_closed", `The conversation is ${connection.state}`, { retryable: false });
  }

  function connect(): Promise<void> {
    if (disposed || is("ended")) return Promise.reject(notOpen());
    if (is("open", "read-only") && opening.length === 0) return Promise.resolve();
    const opened = waitAmong(opening);
    connection.dispatch("connect");
    return opened;
  }

  /** Somebody wants to be heard: that opens a conversation that nobody has opened. */
  function wanted(): void {
    if (disposed || is("closed", "ended", "read-only")) throw notOpen();
    if (is("none")) connect().catch(() => {});
  }

  async function say(make: (id: string) => OutboundMessage): Promise<{ id: string }> {
    const id = ports.uuid();
    const message = make(id);
    const attributes = { ...customAttributes, ...message.channel?.metadata.customAttributes };
    const error = tooLarge(message.text ?? "", attributes, session?.maxCustomDataBytes);
    if (error) throw error;
    wanted();
    return exchange.say(id, message);
  }

  async function loadCatchUp(): Promise<CatchUp> {
    const { createCatchUp } = await import("./catch-up.js");
    catchUp ??= createCatchUp(parts);
    return catchUp;
  }

  async function sync(): Promise<void> {
    syncs += 1;
    const mine = syncs;
    try {
      const pages = await loadCatchUp();
      if (mine === syncs) await pages.sync(opened);
    } catch {
      if (mine !== syncs) return;
      exchange.release(false);
      opened();
    }
  }

  function stands(): void {
    const isNew = session?.newSession === true;
    if (isNew && config?.autoStart && !session?.autoStarted) presence.join();
    exchange.begin(isNew);
    if (!isNew) return void sync();
    catchUp?.reset();
    opened();
    timers.arm("prepare", PREPARE_MS, () => void loadCatchUp().catch(() => {}));
  }

  function opened(): void {
    settle(opening);
  }

  function settle(waiters: Waiter[], error?: MessagingError): void {
    if (waiters === ending) timers.disarm("leave");
    for (const settled of waiters.splice(0)) settled(error);
  }

  function fail(): void {
    const { cause } = connection;
    const known = cause instanceof MessagingError ? cause : undefined;
    const error =
      known ?? (cause ? new MessagingError("socket_refused", "No token for the messenger", { cause }) : notOpen());
    exchange.giveUp(error);
    if (is("read-only")) return;
    settle(opening, error);
    settle(ending);
    if (cause) emit("error", { error });
  }

  const uploads = () => import("./io/uploads.js");

  return {
    ...listening,
    get state() {
      return connection.state;
    },
    get transcript() {
      return exchange.transcript;
    },
    get agentTyping() {
      return presence.agentTyping;
    },
    get hasOlder() {
      return catchUp?.hasOlder ?? false;
    },
    get attachmentLimits() {
      return parts.limits();
    },
    connect,
    startNew() {
      if (disposed) return Promise.reject(notOpen());
      settle(ending);
      const started = waitAmong(opening);
      const restart = () => connection.dispatch("restart");
      if (is("open", "read-only")) parts.seldom().then(({ closeSession }) => closeSession(parts, restart), restart);
      else restart();
      return started;
    },
    end() {
      if (is("none", "closed", "ended")) return Promise.resolve();
      const ended = waitAmong(ending);
      const gone = (wiped = config?.clearEnabled !== false) => connection.dispatch("over", "guest", wiped);
      // Said as soon as there is a session, and taken as heard.
      timers.arm("leave", LEAVE_TIMEOUT_MS, gone);
      connect()
        .then(parts.seldom)
        .then(({ leave }) => ending.length > 0 && leave(parts, gone))
        .catch(() => gone());
      return ended;
    },
    async send(text, options = {}) {
      if (typeof text !== "string" || !(text.trim() || options.attachment)) {
        throw new TypeError("send: text is empty or no string");
      }
      return say((id) => textMessage(text, options, id));
    },
    async respond(answer) {
      const { answerMessage } = await import("./rules/answers.js");
      return say((id) => answerMessage(answer, id));
    },
    async retry(id) {
      wanted();
      return exchange.retry(id);
    },
    typing: presence.typing,
    async loadOlder() {
      await catchUp?.loadOlder();
    },
    attach: async (file, options = {}) => (await uploads()).upload(parts, file, options),
    detach: async (id) => (await uploads()).remove(parts, id),
    renewAttachment: async (id) => (await uploads()).renew(parts, id),
    setToken: connection.setToken,
    disconnect,
    dispose() {
      disposed = true;
      disconnect();
      connection.dispose();
    },
  };

  function disconnect(): void {
    connection.dispatch("disconnect");
    presence.stop();
    timers.disarm("prepare");
  }
}
