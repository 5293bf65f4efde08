/** The messages of a conversation, in the wire's form. Pure: instants and ids come in. */
import { record, str } from "@guestpass/protocol";
import type { WireMessage } from "./wire.js";

export interface Stamp {
  /** Milliseconds. */
  now: number;
  /** 32 hex digits. */
  hex: string;
  uuid: string;
}

export interface Person {
  firstName: string;
  lastName: string;
}

/** Everything but what is said. */
type Frame = Omit<WireMessage, "type">;

/** From the guest, who may be signed in. */
export function inbound(deploymentId: string, person: Person | null, stamp: Stamp): Frame {
  return {
    id: stamp.hex,
    direction: "Inbound",
    originatingEntity: "Human",
    channel: {
      time: new Date(stamp.now).toISOString(),
      messageId: stamp.uuid,
      type: "Private",
      to: { id: deploymentId },
      ...(person ? { from: { ...person, nickname: `${person.firstName} ${person.lastName}` } } : {}),
    },
    ...(person ? { metadata: { authenticated: "true" } } : {}),
  };
}

/** From an agent or a bot. */
export function outbound(from: Record<string, string>, entity: "Human" | "Bot", stamp: Stamp): Frame {
  return {
    id: stamp.hex,
    direction: "Outbound",
    originatingEntity: entity,
    channel: { time: new Date(stamp.now).toISOString(), type: "Private", from },
    metadata: { correlationId: stamp.uuid },
  };
}

export function eventMessage(frame: Frame, events: unknown[]): WireMessage {
  return { ...frame, type: "Event", events };
}

export function presenceEvent(type: string): unknown {
  return { eventType: "Presence", presence: { type } };
}

/** The presence that an event tells of, if it does. */
export function presenceOf(event: unknown): string | undefined {
  return str(record(record(event)["presence"])["type"]);
}

/** With the guest's own metadata, or none. */
export function withMetadata(frame: Frame, metadata: Record<string, string>): Frame {
  return Object.keys(metadata).length === 0 ? frame : { ...frame, metadata: { ...metadata, ...frame.metadata } };
}

/** Text, with or without content: an agent's rich content makes it Structured, attachments do not. */
export function contentMessage(
  frame: Frame,
  type: "Text" | "Structured",
  text: string,
  content: unknown[],
): WireMessage {
  return { ...frame, type, text, ...(content.length > 0 ? { content } : {}) };
}

export function typeOf(content: unknown[]): "Text" | "Structured" {
  return content.some((item) => record(item)["contentType"] !== "Attachment") ? "Structured" : "Text";
}
