/**
 * Who is there and for how long: the guest's coming and going, typing both ways, people who come and go, and the warning
 * before the session runs out. Knows events, not messages.
 */
import type { SessionResponse, StructuredMessage } from "@guestpass/protocol";
import type { Emit } from "./emit.js";
import type { Settings } from "./options.js";
import type { Connection } from "./rooms.js";
import { eventFrame } from "./rules/frames.js";
import { senderName } from "./rules/transcript.js";
import type { Timers } from "./timers.js";

/** An agent's typing that is never taken back. */
const TYPING_MAX_MS = 30_000;
/** Events of which a second copy is recognised. */
const REMEMBERED = 50;
/** A guest is warned so long before the end; of a short session a third is warning. */
const WARNING_MS = 300_000;

export interface PresenceHost {
  readonly settings: Settings;
  readonly timers: Timers;
  readonly connection: Connection;
  emit: Emit;
  /** Milliseconds since 1970 by the platform's clock. */
  platformTime(): number;
}

export interface Presence {
  readonly agentTyping: boolean;
  /** The guest types: said at most once in 5 s, and not at all while there is no session. */
  typing(): void;
  /** The guest is here. */
  join(): void;
  /** An event of the platform. */
  hear(message: StructuredMessage): void;
  /** A message went or came: a session that ends after silence lives on. */
  said(message: StructuredMessage): void;
  /** The platform told of the session's life: seconds of it after each message, unix seconds of its end. */
  lives(life: Pick<SessionResponse, "durationSeconds" | "expirationDate">): void;
  /** The same, from metadata, where numbers are text. */
  livesOn(metadata: Readonly<Record<string, string>>): void;
  /** Who types is not known any more. */
  down(): void;
  /** The session is over. */
  stop(): void;
}

export function createPresence(host: PresenceHost): Presence {
  const { settings, timers, connection, emit, platformTime } = host;
  const { config, customAttributes, ports } = settings;
  let agentTyping = false;
  let seen: string[] = [];
  let duration: number | undefined;
  let endsAt = 0;

  function setTyping(active: boolean): void {
    if (!active) timers.disarm("typing");
    if (active === agentTyping) return;
    agentTyping = active;
    emit("typing", { active });
  }

  function came(presence: string, message: StructuredMessage): void {
    const name = senderName(message.from);
    emit("presence", name ? { presence, name } : { presence });
    if (presence === "SessionExpired") connection.dispatch("over", "expired");
    if (presence !== "Disconnect" || message.direction === "Inbound") return;
    setTyping(false);
    const readOnly = message.metadata["readOnly"] ?? String(config?.disconnect === "ReadOnly");
    if (readOnly === "true") connection.dispatch("read-only");
    else if (connection.state === "open") emit("ended", { reason: "agent" });
  }

  /** A deadline, looked at again when it comes: timers end early above 24 days and late after sleep. */
  function watch(): void {
    timers.disarm("expiry");
    if (!endsAt) return;
    const left = endsAt - platformTime();
    const wait = left - Math.min(WARNING_MS, (duration ?? WARNING_MS) * 333);
    if (wait > 0) {
      timers.arm("expiry", wait, watch);
      return;
    }
    endsAt = 0;
    if (left > 0) emit("expiring", { expiresIn: Math.round(left / 1000) });
  }

  const presence: Presence = {
    get agentTyping() {
      return agentTyping;
    },
    typing() {
      if (config?.showUserTyping === false || connection.state !== "open") return;
      const event = { eventType: "Typing", typing: { type: "On" } } as const;
      connection.write("typing", eventFrame(connection.frameToken, ports.uuid(), event));
    },
    join() {
      const event = { eventType: "Presence", presence: { type: "Join" } } as const;
      connection.write("control", eventFrame(connection.frameToken, ports.uuid(), event, customAttributes));
    },
    hear(message) {
      if (message.identity && seen.includes(message.identity)) return;
      seen = [...seen, message.identity].slice(-REMEMBERED);
      presence.livesOn(message.metadata);
      for (const event of message.events) {
        if (event.eventType === "Presence") came(event.presence, message);
        if (event.eventType !== "Typing" || message.direction === "Inbound" || config?.showAgentTyping === false)
          continue;
        setTyping(true);
        timers.arm("typing", Math.min(event.durationMs, TYPING_MAX_MS), () => setTyping(false));
      }
    },
    said(message) {
      if (message.direction === "Outbound") setTyping(false);
      if (duration) presence.lives({ durationSeconds: duration });
      presence.livesOn(message.metadata);
    },
    lives({ durationSeconds = duration, expirationDate }) {
      duration = durationSeconds;
      endsAt = expirationDate ? expirationDate * 1000 : platformTime() + (duration ?? 0) * 1000;
      watch();
    },
    livesOn({ durationSeconds, expirationDate }) {
      if (!Number(expirationDate)) return;
      presence.lives({
        ...(Number(durationSeconds) && { durationSeconds: Number(durationSeconds) }),
        expirationDate: Number(expirationDate),
      });
    },
    down: () => setTyping(false),
    stop() {
      endsAt = 0;
      watch();
      setTyping(false);
    },
  };
  return presence;
}
