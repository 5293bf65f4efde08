/**
 * The way to the platform: token, socket, session, and back again after each loss. The one writer of the link's state:
 * it feeds the machine and runs the effects that concern the connection; the others it hands to the conversation.
 */
import { ECHO_TRACING_ID, type InboundFrame, type SessionResponse } from "@guestpass/protocol";
import type { ConversationToken } from "./contract.js";
import { MessagingError } from "./errors.js";
import { createAsks, type Reply } from "./io/asks.js";
import { type Line, openLine } from "./io/socket.js";
import type { Connection, ConnectionHost, Effects, Seldom } from "./rooms.js";
import { configureFrame, ECHO, frameToken, type Speaker, type Untold } from "./rules/frames.js";
import { FRESH_PACE, type Kind, newConnection, spend, waitMs } from "./rules/limits.js";
import { type Link, type LinkEvent, NEW_LINK, publicState } from "./rules/link.js";
import { step } from "./rules/machine.js";
import { reconnectDelayMs, STABLE_MS } from "./rules/reconnect.js";

const TOKEN_TIMEOUT_MS = 60_000;
const OPEN_TIMEOUT_MS = 15_000;
const CONFIGURE_TIMEOUT_MS = 15_000;
const ECHO_TIMEOUT_MS = 6_000;
/** A line that was quiet this long is asked whether it lives; on a sign of waking sooner. */
const QUIET_MS = 40_000;
const QUIET_ON_WAKE_MS = 5_000;
/** Without a network the signal that it is back comes first; but it may be wrong. */
const OFFLINE_RETRY_MS = 30_000;
/** So many tries in vain are worth telling. */
const TELL_AFTER = 4;

export function createConnection(host: ConnectionHost): Connection {
  const { settings, timers } = host;
  const { clock, random, uuid, online, visible } = settings.ports;
  const asks = createAsks(clock);
  const queue: LinkEvent[] = [];
  let link = NEW_LINK;
  let line: Line | null = null;
  let token: ConversationToken = { token: "", tokenType: "uuid" };
  /** A later question makes the answer to one before worthless. */
  let asking = 0;
  /** What the session was last configured with on this line. */
  let configured: { readonly token: ConversationToken; readonly tracingId: string } | null = null;
  /** It waits for its answer: only that can begin a session. */
  let pending = false;
  let pace = FRESH_PACE;
  let heardAt = 0;

  const speaker = (): Speaker => ({ ...settings, token });

  function dispatch(...event: LinkEvent): void {
    // The first is the one that is being taken.
    if (queue.push(event) > 1) return;
    for (let [next] = queue; next; [next] = queue) {
      try {
        take(next);
      } finally {
        queue.shift();
      }
    }
  }

  function take(event: LinkEvent): void {
    const { link: after, effects: due } = step(link, event);
    link = after;
    // An end that somebody wanted has no cause.
    if (event[0] === "disconnect" || event[0] === "over") connection.cause = undefined;
    const previous = connection.state;
    const state = publicState(after);
    connection.state = state;
    if (state !== previous) host.emit("state", { state, previous });
    for (const effect of due) effects[effect](after);
  }

  const effects: Effects = {
    ...host,
    ask: () => void getToken(false),
    replace: () => void getToken(true),
    open,
    configure,
    "hang-up": hangUp,
    wait: waitForTry,
  };

  /** Each step to a session has its time: token, socket, answer. */
  function expect(timeoutMs: number): void {
    timers.arm("step", timeoutMs, () => lose(new MessagingError("timeout", "The messenger did not answer")));
  }

  /** Asks the page for a live token, or to replace the newest, which was refused. */
  async function getToken(replace: boolean): Promise<void> {
    asking += 1;
    const mine = asking;
    expect(TOKEN_TIMEOUT_MS);
    try {
      const fresh = await (replace ? settings.onTokenRefused?.(token.token) : settings.getToken());
      if (mine !== asking) return;
      if (!fresh || (replace && fresh.token === token.token)) {
        throw new MessagingError("socket_refused", "The messenger refused the token");
      }
      token = fresh;
      dispatch("token");
    } catch (cause) {
      if (mine !== asking) return;
      connection.cause = cause;
      dispatch("token-failed", (cause as { retryable?: unknown } | null)?.retryable !== false);
    }
  }

  function open(): void {
    pace = newConnection(pace);
    expect(OPEN_TIMEOUT_MS);
    try {
      line = openLine(settings.openSocket(frameToken(speaker())), {
        opened: () => dispatch("opened"),
        load: host.seldom,
        frame: hear,
        lost: () => lose(),
      });
    } catch (cause) {
      // Trying again would change nothing.
      connection.cause = new MessagingError("unsupported", "No WebSocket here: pass ports.createSocket", { cause });
      dispatch("rejected");
    }
  }

  function configure({ startNew }: Link): void {
    const tracingId = uuid();
    configured = { token, tracingId };
    pending = true;
    count("control");
    line?.send(configureFrame(speaker(), startNew, tracingId));
    expect(CONFIGURE_TIMEOUT_MS);
  }

  /** The platform has to be told of another token; a UUID that is renewed stays the same. */
  function configureAnew(): void {
    if (configured && configured.token.token !== token.token) dispatch("reconfigure");
  }

  function waitForTry({ attempt }: Link): void {
    if (attempt === TELL_AFTER) {
      const options = { retryable: true, cause: connection.cause };
      const error = new MessagingError("socket_refused", "The messenger cannot be reached; it is tried on", options);
      host.emit("error", { error });
    }
    const delay = online.current() ? reconnectDelayMs(attempt - 1, random()) : OFFLINE_RETRY_MS;
    timers.arm("retry", Math.max(delay, pace.pausedUntil - clock.now()), () => dispatch("due"));
  }

  function hangUp(): void {
    asking += 1;
    timers.disarm("step", "retry", "stable", "quiet");
    const old = line;
    line = null;
    configured = null;
    if (!old) return;
    old.close();
    asks.drop();
    host.down();
  }

  function lose(cause?: unknown): void {
    connection.cause = cause ?? connection.cause;
    hangUp();
    dispatch("lost");
  }

  function hear(frame: InboundFrame, seldom?: Seldom): void {
    heardAt = clock.now();
    if (asks.answer(frame)) return;
    const configuring = link.phase === "configuring" || frame.tracingId === configured?.tracingId;
    if (frame.kind === "session") accept(frame.session);
    else if (frame.kind !== "message") seldom?.hearSeldom(host, frame, configuring);
    else if (!configuring) host.hear(frame);
  }

  function accept(session: SessionResponse): void {
    timers.disarm("step");
    const answer = { ...session, newSession: session.newSession && pending };
    pending = false;
    host.session(answer);
    dispatch("session", answer);
    if (link.phase !== "ready") return;
    connection.cause = undefined;
    timers.arm("stable", STABLE_MS, () => dispatch("stable"));
    check(QUIET_MS);
    configureAnew();
  }

  function wait(kind: Kind): number {
    if (kind !== "history" && link.phase !== "ready") return Number.POSITIVE_INFINITY;
    return waitMs(pace, kind, clock.now());
  }

  function count(kind: Kind): void {
    pace = spend(pace, kind, clock.now());
  }

  function write(kind: Kind, frame: Untold): number {
    const ms = wait(kind);
    if (ms > 0) return ms;
    if (!line) return Number.POSITIVE_INFINITY;
    line.send({ ...frame, token: frameToken(speaker()) });
    count(kind);
    return 0;
  }

  /** A line that was quiet so long must show that it lives. A hidden page asks nothing; it asks when it is seen again. */
  function check(quietMs: number, needed = visible.current()): void {
    if (link.phase !== "ready" || !needed) return;
    const asked = line;
    const askedAt = clock.now();
    const quiet = askedAt - heardAt;
    if (quiet < quietMs || write("echo", ECHO) > 0) {
      timers.arm("quiet", Math.max(1_000, QUIET_MS - quiet), () => check(QUIET_MS));
      return;
    }
    const heard = (reply: Reply) => {
      if (reply?.kind === "message") host.hear(reply);
      else if (line === asked && heardAt < askedAt) lose();
      check(QUIET_MS);
    };
    asks.wait(ECHO_TRACING_ID, ECHO_TIMEOUT_MS, () => false, heard);
  }

  /** The network or the page came back: a waiting try goes now, and a line that stood through it must show that it lives. */
  function woke(): void {
    if (!online.current()) return;
    dispatch("due");
    check(QUIET_ON_WAKE_MS);
  }

  const stops = [online, visible].map((signal) => signal.onChange(woke));

  const connection: Connection = {
    cause: undefined,
    state: "none",
    dispatch,
    wait,
    write,
    count,
    lose,
    pause(ms) {
      pace = { ...pace, pausedUntil: Math.max(pace.pausedUntil, clock.now() + ms) };
    },
    ask(frame, timeoutMs, fits, then) {
      if (write("control", frame) > 0) then(null);
      else {
        asks.wait(frame.tracingId, timeoutMs, fits, (reply) => {
          then(reply);
          // Silence may be the line's.
          if (!reply) check(QUIET_ON_WAKE_MS, true);
        });
      }
    },
    expect: asks.wait,
    setToken(fresh) {
      token = fresh;
      configureAnew();
    },
    dispose() {
      for (const stop of stops) stop();
    },
  };
  return connection;
}
