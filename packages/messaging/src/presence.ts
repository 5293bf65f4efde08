/**
 * Who is there and for how long: the guest's coming, typing both ways, people who come and go, and the warning before the
 * session runs out. Knows events, not messages.
 */
import type { OutboundEventBody, SessionResponse, StructuredMessage } from "@guestpass/protocol";
import type { Emit } from "./emit.js";
import type { Settings } from "./options.js";
import type { Connection, Exchange } from "./rooms.js";
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
  readonly exchange: Exchange;
}

/** Seconds of the session after each message, and unix seconds of its end; in metadata they are text. */
type Life = Readonly<Partial<Record<keyof SessionResponse & ("durationSeconds" | "expirationDate"), number | string>>>;

export interface Presence {
  agentTyping: boolean;
  /** The guest types: said at most once in 5 s, and not at all while there is no session. */
  typing(): void;
  /** The guest is here. */
  join(): void;
  /** A message of the platform, an event of it, or one that went. */
  hear(message: StructuredMessage): void;
  /** The platform told of the session's life. `anew`: what ends after silence begins anew. */
  lives(life: Life, anew?: boolean): void;
  /** Who types is not known any more. */
  down(): void;
  /** The session is over: nothing runs out. */
  stop(): void;
}

export function createPresence(host: PresenceHost): Presence {
  const { settings, timers, connection, emit } = host;
  const { config, customAttributes, ports } = settings;
  let seen: string[] = [];
  let duration = 0;
  let endsAt = 0;

  const platformTime = () => host.exchange.platformTime();

  function setTyping(active: boolean): void {
    timers.disarm("typing");
    if (active === presence.agentTyping) return;
    presence.agentTyping = active;
    emit("typing", { active });
  }

  function came(type: string, message: StructuredMessage): void {
    const name = senderName(message.from);
    emit("presence", { presence: type, ...(name && { name }) });
    if (type === "SessionExpired") connection.dispatch("over", "expired");
    if (type !== "Disconnect" || message.direction === "Inbound") return;
    setTyping(false);
    const readOnly = message.metadata["readOnly"] ?? String(config?.disconnect === "ReadOnly");
    if (readOnly === "true") connection.dispatch("read-only");
    else if (connection.state === "open") emit("ended", { reason: "agent" });
  }

  /** A deadline, looked at again when it comes: timers end early above 24 days and late after sleep. */
  function watch(): void {
    const left = endsAt - platformTime();
    const wait = left - Math.min(WARNING_MS, duration ? duration * 333 : WARNING_MS);
    if (wait > 0) timers.arm("expiry", wait, watch);
    else {
      timers.disarm("expiry");
      endsAt = 0;
      if (left > 0) emit("expiring", { expiresIn: Math.round(left / 1000) });
    }
  }

  function say(kind: "typing" | "control", event: OutboundEventBody, attributes?: Settings["customAttributes"]): void {
    connection.write(kind, eventFrame(ports.uuid(), event, attributes));
  }

  const presence: Presence = {
    agentTyping: false,
    typing() {
      const isShown = config?.showUserTyping !== false && connection.state === "open";
      if (isShown) say("typing", { eventType: "Typing", typing: { type: "On" } });
    },
    join: () => say("control", { eventType: "Presence", presence: { type: "Join" } }, customAttributes),
    hear(message) {
      const { identity, type, direction, events, metadata } = message;
      const isEvent = type === "Event" || type === "Receipt";
      if (isEvent) {
        if (identity && seen.includes(identity)) return;
        seen = [...seen, identity].slice(-REMEMBERED);
      } else if (direction === "Outbound") setTyping(false);
      presence.lives(metadata, !isEvent);
      for (const event of events) {
        if (event.eventType === "Presence") came(event.presence, message);
        if (event.eventType !== "Typing" || direction === "Inbound" || config?.showAgentTyping === false) continue;
        setTyping(true);
        timers.arm("typing", Math.min(event.durationMs, TYPING_MAX_MS), () => setTyping(false));
      }
    },
    lives({ durationSeconds, expirationDate }, anew) {
      duration = Number(durationSeconds) || duration;
      if (Number(expirationDate)) endsAt = Number(expirationDate) * 1000;
      else if (anew && duration) endsAt = platformTime() + duration * 1000;
      if (endsAt) watch();
    },
    down: () => setTyping(false),
    stop() {
      endsAt = 0;
      timers.disarm("expiry");
    },
  };
  return presence;
}
