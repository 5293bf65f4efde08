/**
 * One guest session and how it goes on: a pure step from what happens to the next session and what is to be sent. Knows
 * no socket, no clock, no randomness; instants and ids come in with what happens.
 */
import { GuestApiCode, type Json, list, record, str } from "@guestpass/protocol";
import {
  contentMessage,
  eventMessage,
  inbound,
  outbound,
  type Person,
  presenceEvent,
  presenceOf,
  type Stamp,
  typeOf,
  withMetadata,
} from "./message.js";
import type { GuestEvent } from "./request.js";
import { messageFrame, notice, refusal, response, type WireFrame, type WireMessage } from "./wire.js";

/** Messages that a session's history holds; the oldest goes first. */
const HISTORY = 10_000;

export interface Session {
  readonly id: string;
  readonly key: string;
  readonly deploymentId: string;
  /** Changes with each new conversation of the session. */
  readonly conversationId: string;
  /** The agent is in the conversation. */
  readonly joined: boolean;
  readonly readOnly: boolean;
  /** Milliseconds; the session's life counts from here. */
  readonly lastMessageAt: number;
  /** Signed in. */
  readonly person: Person | null;
  /** Oldest first. */
  readonly messages: readonly WireMessage[];
}

/** What the rules of the deployment are for a session. */
export interface SessionRules {
  readOnly: boolean;
  clear: boolean;
  /** Seconds. */
  sessionDuration: number;
}

export type Happening =
  | {
      what: "guest-message";
      type: "Text" | "Structured";
      text: string;
      content: unknown[];
      metadata: Record<string, string>;
      tracingId: string | undefined;
    }
  | { what: "guest-event"; event: GuestEvent; tracingId: string | undefined }
  | { what: "echo"; text: string; metadata: Record<string, string>; tracingId: string | undefined }
  | {
      what: "agent";
      from: Record<string, string>;
      entity: "Human" | "Bot";
      text?: string;
      content?: unknown[];
      events?: unknown[];
      metadata?: Record<string, string>;
    }
  /** Announced when it happens in the middle of a conversation. */
  | { what: "sign-in"; person: Person; announce: boolean }
  | { what: "close"; tracingId: string | undefined }
  | { what: "expire" };

export type Effect =
  | { send: WireFrame; to: "sender" | "all" }
  /** Sends a frame and ends the connection. */
  | { end: WireFrame; to: "others" | "all" }
  /** Something for the agent to answer. */
  | { prompt: "join" | "message"; text: string }
  /** The session is over; its token may be used again after a clear, not after expiry. */
  | { forget: "cleared" | "expired" };

export interface Stepped {
  session: Session;
  effects: Effect[];
}

/** Milliseconds. */
export function expiryOf(session: Session, rules: SessionRules): number {
  return session.lastMessageAt + rules.sessionDuration * 1000;
}

export function step(session: Session, happening: Happening, rules: SessionRules, stamp: Stamp): Stepped {
  switch (happening.what) {
    case "guest-message":
      return guestMessage(session, happening, stamp);
    case "guest-event":
      return guestEvent(session, happening.event, happening.tracingId, rules, stamp);
    case "echo":
      return { session, effects: [{ send: echoed(session, happening, rules, stamp), to: "sender" }] };
    case "agent":
      return agentSpeaks(session, happening, rules, stamp);
    case "sign-in":
      return signIn(session, happening, stamp);
    case "close": {
      const body = { connected: false, newSession: false, readOnly: session.readOnly };
      const effects: Effect[] = [
        { end: notice("ConnectionClosedEvent"), to: "others" },
        { send: response("SessionResponse", body, happening.tracingId), to: "sender" },
      ];
      return { session, effects };
    }
    case "expire":
      return {
        session,
        effects: [{ send: response("SessionExpiredEvent", {}), to: "all" }, { forget: "expired" }],
      };
  }
}

function guestMessage(session: Session, happening: Happening & { what: "guest-message" }, stamp: Stamp): Stepped {
  const { tracingId, type, text, content, metadata } = happening;
  if (session.readOnly) return { session, effects: [readOnlyRefusal(tracingId)] };
  const message = contentMessage(withMetadata(fromGuest(session, stamp), metadata), type, text, content);
  const answered = session.joined ? [] : [{ prompt: "join" as const, text: "" }];
  return {
    session: { ...remember(session, message), joined: true, lastMessageAt: stamp.now },
    effects: [
      { send: messageFrame(message, tracingId), to: "all" },
      ...answered,
      { prompt: "message", text: promptOf(text, content) },
    ],
  };
}

/** The agent hears a quick reply as its words, and another choice by its label. */
function promptOf(text: string, content: unknown[]): string {
  const chosen = content.map(record).find((item) => item["contentType"] === "ButtonResponse");
  const answer = chosen && record(chosen["buttonResponse"]);
  const [label, payload] = [str(answer?.["text"]), str(answer?.["payload"])];
  const filled = content.map(record).find((item) => item["contentType"] === "Form");
  if (filled) return `chosen: ${formText(record(filled["form"]))}`;
  if (answer?.["type"] === "QuickReply") return payload ?? label ?? text;
  if (answer) return `chosen: ${label ?? payload ?? text}`;
  return text === "" ? "chosen: a file" : text;
}

/** What was entered in a form, part after part. */
function formText(form: Json): string {
  const answers = list(form["response"]).map((item) => record(record(record(item)["component"])["buttonResponse"]));
  return answers
    .map((answer) => str(answer["text"]))
    .filter(Boolean)
    .join(", ");
}

function guestEvent(
  session: Session,
  event: GuestEvent,
  tracingId: string | undefined,
  rules: SessionRules,
  stamp: Stamp,
): Stepped {
  // nobody sees the guest type but the agent
  if (event === "Typing") return { session, effects: session.readOnly ? [readOnlyRefusal(tracingId)] : [] };
  if (event === "Clear") {
    if (!rules.clear) {
      const text = "Presence events Conversation Clear are not supported";
      return { session, effects: [{ send: refusal(403, text, tracingId), to: "sender" }] };
    }
    return {
      session,
      effects: [
        { send: notice("SessionClearedEvent", {}, tracingId), to: "all" },
        { end: notice("ConnectionClosedEvent"), to: "all" },
        { forget: "cleared" },
      ],
    };
  }
  if (session.readOnly) return { session, effects: [readOnlyRefusal(tracingId)] };
  const message = eventMessage(fromGuest(session, stamp), [presenceEvent("Join")]);
  const effects: Effect[] = [{ send: messageFrame(message, tracingId), to: "all" }];
  if (!session.joined) effects.push({ prompt: "join", text: "" });
  return { session: { ...remember(session, message), joined: true, lastMessageAt: stamp.now }, effects };
}

function agentSpeaks(
  session: Session,
  said: Happening & { what: "agent" },
  rules: SessionRules,
  stamp: Stamp,
): Stepped {
  const { from, entity, text = "", content = [], events = [], metadata = {} } = said;
  const frame = withMetadata(outbound(from, entity, stamp), metadata);
  if (events.length > 0) return agentEvents(session, frame, events, rules, stamp);
  const message = contentMessage(frame, typeOf(content), text, content);
  return {
    session: { ...remember(session, message), joined: true, lastMessageAt: stamp.now },
    effects: [{ send: messageFrame(message), to: "all" }],
  };
}

function agentEvents(
  session: Session,
  frame: Omit<WireMessage, "type">,
  events: unknown[],
  rules: SessionRules,
  stamp: Stamp,
): Stepped {
  const leaves = events.some((event) => presenceOf(event) === "Disconnect");
  const metadata = { ...frame.metadata, ...(leaves ? { readOnly: String(rules.readOnly) } : {}) };
  const message = eventMessage({ ...frame, metadata }, events);
  const effects: Effect[] = [{ send: messageFrame(message), to: "all" }];
  const lasting = events.some((event) => presenceOf(event) !== undefined);
  if (!lasting) return { session, effects };
  const next = remember(session, message);
  if (!leaves) return { session: next, effects };
  return { session: { ...next, joined: false, readOnly: rules.readOnly, conversationId: stamp.uuid }, effects };
}

function signIn(session: Session, { person, announce }: Happening & { what: "sign-in" }, stamp: Stamp): Stepped {
  const signedIn = { ...session, person };
  if (!announce) return { session: signedIn, effects: [] };
  const message = eventMessage(fromGuest(signedIn, stamp), [presenceEvent("SignIn")]);
  return { session: remember(signedIn, message), effects: [{ send: messageFrame(message), to: "all" }] };
}

function echoed(session: Session, asked: Happening & { what: "echo" }, rules: SessionRules, stamp: Stamp): WireFrame {
  const metadata = {
    ...asked.metadata,
    durationSeconds: String(rules.sessionDuration),
    expirationDate: String(Math.floor(expiryOf(session, rules) / 1000)),
  };
  const message = contentMessage(withMetadata(fromGuest(session, stamp), metadata), "Text", asked.text, []);
  return response("StructuredMessage", message, asked.tracingId);
}

function fromGuest({ deploymentId, person }: Session, stamp: Stamp): Omit<WireMessage, "type"> {
  return inbound(deploymentId, person, stamp);
}

function remember(session: Session, message: WireMessage): Session {
  return { ...session, messages: [...session.messages.slice(1 - HISTORY), message] };
}

function readOnlyRefusal(tracingId: string | undefined): Effect {
  return { send: refusal(409, "The conversation is read-only", tracingId), to: "sender" };
}

/** What a guest is told whose session is gone. */
export function goneFrame(reason: "expired" | "not-found", tracingId: string | undefined): WireFrame {
  return reason === "expired"
    ? refusal(GuestApiCode.SessionHasExpired, "The session has expired", tracingId)
    : refusal(GuestApiCode.SessionNotFound, "The session was not found: configure it first", tracingId);
}
