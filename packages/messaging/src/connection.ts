/**
 * The way to the platform: token, socket, session, and back again after each loss. The one writer of the link's state:
 * it feeds the machine and runs the effects that concern the connection; the others it hands to the conversation.
 */
import { ECHO_TRACING_ID, type InboundFrame, type OutboundFrame, type SessionResponse } from "@guestpass/protocol";
import type { ConversationState, ConversationToken } from "./contract.js";
import { MessagingError } from "./errors.js";
import { Health } from "./health.js";
import { createAsks, type Reply } from "./io/asks.js";
import { type Line, openLine } from "./io/socket.js";
import type { Settings } from "./options.js";
import { configureFrame, echoFrame, frameToken, type Speaker, sameToPlatform } from "./rules/frames.js";
import { FRESH_PACE, type Kind, newConnection, pause, pauseMs, spend, waitMs } from "./rules/limits.js";
import { type ConversationEffect, type Effect, type Link, type LinkEvent, publicState } from "./rules/link.js";
import { reconnectDelayMs, STABLE_MS } from "./rules/reconnect.js";
import { refusal, verdict } from "./rules/refusal.js";
import { Runner } from "./runner.js";
import { Timers } from "./timers.js";
import { type TokenAnswer, TokenSource } from "./token-source.js";

const CONFIGURE_TIMEOUT_MS = 15_000;
const LEAVE_TIMEOUT_MS = 10_000;
const ECHO_TIMEOUT_MS = 6_000;
/** Without a network the signal that it is back comes first; but it may be wrong. */
const OFFLINE_RETRY_MS = 30_000;
/** So many tries in vain are worth telling. */
const TELL_AFTER = 3;

export interface ConnectionHost {
  stateChanged(state: ConversationState, previous: ConversationState): void;
  run(effect: ConversationEffect): void;
  session(session: SessionResponse): void;
  /** What the connection has no use for itself. */
  frame(frame: InboundFrame): void;
  failed(error: MessagingError): void;
  /** The line is gone; nobody will answer on it. */
  down(): void;
}

export class Connection {
  readonly #settings: Settings;
  readonly #host: ConnectionHost;
  readonly #runner: Runner;
  readonly #tokens: TokenSource;
  readonly #asks;
  readonly #health: Health;
  readonly #timers: Timers<"configure" | "retry" | "leave" | "stable">;
  readonly #unlisten: (() => void)[];
  #line: Line | null = null;
  /** What the session was last configured with. */
  #configured: { speaker: Speaker; tracingId: string } | null = null;
  #pace = FRESH_PACE;
  #cause: unknown;

  constructor(settings: Settings, host: ConnectionHost) {
    this.#settings = settings;
    this.#host = host;
    const { clock, online, visible } = settings.ports;
    this.#runner = new Runner({
      stateChanged: (state, previous) => host.stateChanged(state, previous),
      run: (effect) => this.#run(effect),
      settled: (link) => link.leaving || this.#timers.disarm("leave"),
    });
    this.#tokens = new TokenSource(settings);
    this.#asks = createAsks(clock);
    this.#timers = new Timers(clock);
    this.#health = new Health({ clock, visible, echo: () => this.#echo(), dead: () => this.presumeDead() });
    this.#unlisten = [online.onChange(() => this.#woke()), visible.onChange(() => this.#woke())];
  }

  get state(): ConversationState {
    return publicState(this.link);
  }

  get link(): Link {
    return this.#runner.link;
  }

  /** Why the connection last failed, for the error that a caller sees. */
  get cause(): unknown {
    return this.#cause;
  }

  get frameToken(): string {
    return frameToken(this.#tokens.speaker);
  }

  dispatch(event: LinkEvent): void {
    this.#runner.dispatch(event);
  }

  /** Writes a frame and gives 0; or the milliseconds to wait, Infinity while there is no session. */
  write(kind: Exclude<Kind, "history">, frame: OutboundFrame): number {
    if (this.link.phase !== "ready") return Infinity;
    const { clock } = this.#settings.ports;
    const wait = waitMs(this.#pace, kind, clock.now());
    if (wait > 0) return wait;
    if (!this.#line?.send(frame)) return Infinity;
    this.#pace = spend(this.#pace, kind, clock.now());
    return 0;
  }

  /** Milliseconds until history may be asked; 0: it is counted as asked. */
  spendHistory(): number {
    const now = this.#settings.ports.clock.now();
    const wait = waitMs(this.#pace, "history", now);
    if (wait === 0) this.#pace = spend(this.#pace, "history", now);
    return wait;
  }

  /** Sends a question and waits for its answer; null: none came. */
  ask(
    frame: OutboundFrame & { tracingId: string },
    timeoutMs: number,
    fits: (frame: InboundFrame) => boolean,
  ): Promise<Reply> {
    const reply = this.#asks.wait(frame.tracingId, timeoutMs, fits);
    if (this.write("control", frame) > 0) this.#asks.cancel(frame.tracingId);
    return reply;
  }

  /** Waits for a frame that comes unasked. */
  expect(timeoutMs: number, fits: (frame: InboundFrame) => boolean): Promise<Reply> {
    return this.#asks.wait(this.#settings.ports.uuid(), timeoutMs, fits);
  }

  setToken(token: ConversationToken): void {
    this.#tokens.set(token);
    this.#configureAnew();
  }

  /** Nothing came when something had to: the line counts as dead. */
  presumeDead(): void {
    this.#close();
    this.dispatch({ type: "lost" });
  }

  /** The guest's goodbye is answered in time or taken as answered. */
  expectGoodbye(): void {
    this.#timers.arm("leave", LEAVE_TIMEOUT_MS, () => this.dispatch({ type: "leave-timeout" }));
  }

  dispose(): void {
    for (const stop of this.#unlisten) stop();
  }

  #run(effect: Effect): void {
    switch (effect.do) {
      case "ask-token":
        this.#tokens.ask((answer) => this.#gotToken(answer));
        break;
      case "refuse-token":
        this.#tokens.replace((answer) => this.#gotToken(answer));
        break;
      case "open":
        this.#open();
        break;
      case "configure":
        this.#configure(effect.startNew);
        break;
      case "close":
        this.#close();
        break;
      case "wait":
        this.#wait(effect.attempt);
        break;
      default:
        if (effect.do === "clear" || effect.do === "close-session") this.expectGoodbye();
        this.#host.run(effect);
    }
  }

  #gotToken(answer: TokenAnswer): void {
    if (answer.type === "token-failed") this.#cause = answer.cause;
    this.dispatch(answer);
  }

  #open(): void {
    const { ports, socketUrl } = this.#settings;
    this.#pace = newConnection(this.#pace);
    try {
      this.#line = openLine(ports.createSocket(socketUrl), ports.clock, {
        opened: () => this.dispatch({ type: "opened" }),
        frame: (frame) => this.#hear(frame),
        lost: () => this.presumeDead(),
      });
    } catch (error) {
      // No socket can be made here; trying again would change nothing.
      this.#cause = error;
      this.dispatch({ type: "rejected" });
    }
  }

  #configure(startNew: boolean): void {
    const { ports } = this.#settings;
    const { speaker } = this.#tokens;
    const tracingId = ports.uuid();
    this.#configured = { speaker, tracingId };
    this.#pace = spend(this.#pace, "control", ports.clock.now());
    this.#line?.send(configureFrame(speaker, startNew, tracingId));
    this.#timers.arm("configure", CONFIGURE_TIMEOUT_MS, () => {
      this.#cause = new MessagingError("timeout", "The messenger did not configure the session in time.");
      this.presumeDead();
    });
  }

  /** The platform has to be told of a token that it would tell apart from the one before. */
  #configureAnew(): void {
    if (this.link.phase !== "ready" || !this.#configured) return;
    if (!sameToPlatform(this.#configured.speaker, this.#tokens.speaker)) this.dispatch({ type: "reconfigure" });
  }

  #wait(attempt: number): void {
    const { clock, random, online } = this.#settings.ports;
    if (attempt === TELL_AFTER) {
      const text = "The messenger cannot be reached; it is tried on.";
      this.#host.failed(new MessagingError("socket_refused", text, { retryable: true, cause: this.#cause }));
    }
    const paused = this.#pace.pausedUntil - clock.now();
    const delay = online.current() ? reconnectDelayMs(attempt, random()) : OFFLINE_RETRY_MS;
    this.#timers.arm("retry", Math.max(delay, paused), () => this.dispatch({ type: "due" }));
  }

  #close(): void {
    for (const name of ["configure", "retry", "stable"] as const) this.#timers.disarm(name);
    this.#tokens.cancel();
    this.#health.stop();
    if (!this.#line) return;
    this.#line.close();
    this.#line = null;
    this.#configured = null;
    this.#asks.drop();
    this.#host.down();
  }

  #hear(frame: InboundFrame): void {
    this.#health.heard();
    if (this.#asks.answer(frame)) return;
    const configuring = this.link.phase === "configuring" || frame.tracingId === this.#configured?.tracingId;
    if (frame.kind === "session") {
      this.#accept(frame.session);
    } else if (frame.kind === "too-many-requests") {
      this.#pace = pause(this.#pace, this.#settings.ports.clock.now() + pauseMs(frame.retryAfterSeconds));
      if (configuring) this.presumeDead();
      else this.#host.frame(frame);
    } else if (frame.kind === "error") {
      this.#refused(frame, configuring);
    } else {
      this.#host.frame(frame);
    }
  }

  #refused(frame: Extract<InboundFrame, { kind: "error" }>, configuring: boolean): void {
    const found = verdict(frame.code, frame.text, configuring);
    if (found) {
      this.#timers.disarm("configure");
      this.#cause = refusal(frame.code, frame.text);
    }
    if (found === "over") this.dispatch({ type: "over", reason: "expired" });
    else if (found === "temporary") this.presumeDead();
    else if (found) this.dispatch({ type: found === "token" ? "refused" : "rejected" });
    // What it was about is told last: nothing may go again with a token that was just refused.
    if (!configuring && found !== "over") this.#host.frame(frame);
  }

  #accept(session: SessionResponse): void {
    this.#timers.disarm("configure");
    this.#host.session(session);
    const { connected, newSession, readOnly } = session;
    this.dispatch({ type: "session", connected, newSession, readOnly });
    if (this.link.phase !== "ready") return;
    this.#cause = undefined;
    this.#timers.arm("stable", STABLE_MS, () => this.dispatch({ type: "stable" }));
    this.#health.watch();
    this.#configureAnew();
  }

  /** The network or the page came back: a waiting try goes now, and a line that stood through it must show that it lives. */
  #woke(): void {
    if (!this.#settings.ports.online.current()) return;
    this.dispatch({ type: "due" });
    this.#health.woke();
  }

  #echo(): Promise<Reply> | null {
    if (this.write("echo", echoFrame(this.frameToken)) > 0) return null;
    return this.#asks
      .wait(ECHO_TRACING_ID, ECHO_TIMEOUT_MS, () => false)
      .then((reply) => {
        if (reply) this.#host.frame(reply);
        return reply;
      });
  }
}
