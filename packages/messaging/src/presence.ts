/**
 * Who is there and for how long: the guest's coming and going, typing both ways, people who come and go, and the warning
 * before the session runs out. Knows events, not messages.
 */
import type { DeploymentConfig, SessionResponse, StructuredMessage } from "@guestpass/protocol";
import type { Connection } from "./connection.js";
import type { ConversationEventMap } from "./contract.js";
import type { ConversationPorts } from "./ports.js";
import { endsAt, type Life, warningLeadMs } from "./rules/expiry.js";
import { presenceFrame, typingFrame } from "./rules/frames.js";
import { Timers } from "./timers.js";

/** An agent's typing that is never taken back. */
const TYPING_MAX_MS = 30_000;
/** Events of which a second copy is recognised. */
const REMEMBERED = 50;

export interface PresenceHost {
  readonly ports: ConversationPorts;
  readonly connection: Connection;
  readonly config: DeploymentConfig | null | undefined;
  emit<Type extends keyof ConversationEventMap>(type: Type, detail: ConversationEventMap[Type]): void;
  /** Milliseconds since 1970 by the platform's clock. */
  platformTime(): number;
}

export class Presence {
  readonly #host: PresenceHost;
  readonly #timers: Timers<"typing" | "expiry">;
  #typing = false;
  #clearId = "";
  #seen: string[] = [];
  #life: Life = {};
  #endsAt: number | null = null;

  constructor(host: PresenceHost) {
    this.#host = host;
    this.#timers = new Timers(host.ports.clock);
  }

  get agentTyping(): boolean {
    return this.#typing;
  }

  /** The guest types: said at most once in 5 s, and not at all while there is no session. */
  typing(): void {
    const { connection, config, ports } = this.#host;
    if (config?.showUserTyping === false || connection.state !== "open") return;
    connection.write("typing", typingFrame(connection.frameToken, ports.uuid()));
  }

  /** The guest is here: asked for at the start of a session, where the deployment starts conversations by itself. */
  join(session: SessionResponse | null, customAttributes: Readonly<Record<string, string>>): void {
    const { connection, config, ports } = this.#host;
    if (!config?.autoStart || session?.autoStarted) return;
    connection.write("control", presenceFrame(connection.frameToken, "Join", ports.uuid(), customAttributes));
  }

  /** The guest ends the conversation. */
  leave(how: "clear" | "close-session"): void {
    const { connection, ports } = this.#host;
    const token = connection.frameToken;
    const tracingId = ports.uuid();
    this.#clearId = tracingId;
    connection.write(
      "control",
      how === "clear"
        ? presenceFrame(token, "Clear", tracingId, {})
        : { action: "closeSession", token, tracingId, closeAllConnections: true },
    );
  }

  /** Tracing id of the guest's Clear, so that its refusal is known. */
  get clearId(): string {
    return this.#clearId;
  }

  /** An event of the platform. */
  hear(message: StructuredMessage): void {
    if (message.identity !== "" && this.#seen.includes(message.identity)) return;
    this.#seen = [...this.#seen, message.identity].slice(-REMEMBERED);
    this.told(message.metadata);
    for (const event of message.events) {
      if (event.eventType === "Typing" && message.direction === "Outbound") this.#agentTypes(event.durationMs);
      else if (event.eventType === "Presence") this.#came(event.presence, message);
    }
  }

  #came(presence: string, message: StructuredMessage): void {
    const { connection, config, emit } = this.#host;
    const { nickname, firstName, lastName } = message.from;
    const name = nickname ?? [firstName, lastName].filter(Boolean).join(" ");
    emit("presence", name ? { presence, name } : { presence });
    if (presence === "SessionExpired") connection.dispatch({ type: "over", reason: "expired" });
    if (presence !== "Disconnect" || message.direction !== "Outbound") return;
    this.#setTyping(false);
    const said = message.metadata["readOnly"];
    const readOnly = said === undefined ? config?.disconnect === "ReadOnly" : said === "true";
    connection.dispatch({ type: "agent-left", readOnly });
  }

  #agentTypes(durationMs: number): void {
    this.#setTyping(true);
    const lasts = Math.min(Math.max(0, durationMs), TYPING_MAX_MS);
    this.#timers.arm("typing", lasts, () => this.#setTyping(false));
  }

  #setTyping(active: boolean): void {
    if (!active) this.#timers.disarm("typing");
    if (active === this.#typing) return;
    this.#typing = active;
    this.#host.emit("typing", { active });
  }

  /** The platform told of the session's life. */
  session(session: SessionResponse): void {
    const { durationSeconds, expirationDate } = session;
    this.#live(durationSeconds, expirationDate);
  }

  /** A message went or came: a session that ends after silence lives on. */
  said(message: StructuredMessage): void {
    if (message.direction === "Outbound") this.#setTyping(false);
    if (this.#life.durationSeconds !== undefined) this.#live(this.#life.durationSeconds, undefined);
    this.told(message.metadata);
  }

  /** Health checks and messages may carry the session's life in their metadata, as text. */
  told(metadata: Readonly<Record<string, string>>): void {
    const date = Number(metadata["expirationDate"]);
    if (!(date > 0)) return;
    const duration = Number(metadata["durationSeconds"]);
    this.#live(duration > 0 ? duration : this.#life.durationSeconds, date);
  }

  #live(durationSeconds: number | undefined, expirationDate: number | undefined): void {
    this.#life = {
      ...(durationSeconds === undefined ? {} : { durationSeconds }),
      ...(expirationDate === undefined ? {} : { expirationDate }),
    };
    this.#endsAt = endsAt(this.#life, this.#host.platformTime());
    this.#watch();
  }

  /** A deadline, looked at again when it comes: timers end early above 24 days and late after sleep. */
  #watch(): void {
    this.#timers.disarm("expiry");
    if (this.#endsAt === null) return;
    const left = this.#endsAt - this.#host.platformTime();
    const wait = left - warningLeadMs(this.#life);
    if (wait > 0) {
      this.#timers.arm("expiry", wait, () => this.#watch());
      return;
    }
    this.#endsAt = null;
    if (left > 0) this.#host.emit("expiring", { expiresIn: Math.round(left / 1000) });
  }

  /** The connection is gone; who types is not known any more. */
  down(): void {
    this.#setTyping(false);
  }

  stop(): void {
    this.#endsAt = null;
    this.#timers.disarm("expiry");
    this.down();
  }
}
