/** The platform's limits as a client keeps them: sizes before sending, and when the next frame may go. Pure. */
import {
  attributesBytes,
  CUSTOM_ATTRIBUTES_BYTES,
  ECHOES_PER_MINUTE,
  FRAMES_PER_MINUTE,
  HISTORY_PER_MINUTE,
  MESSAGE_TEXT_BYTES,
  MESSAGES_PER_SECOND,
  TYPING_INTERVAL_MS,
  utf8Bytes,
} from "@guestpass/protocol";
import { MessagingError } from "../errors.js";

/** What keeps a text and its attributes from being sent, or null. */
export function tooLarge(
  text: string,
  attributes: Readonly<Record<string, string>>,
  attributesMax = CUSTOM_ATTRIBUTES_BYTES,
): MessagingError | null {
  const bytes = utf8Bytes(text);
  if (bytes > MESSAGE_TEXT_BYTES) {
    return new MessagingError("message_too_long", `The text has ${bytes} bytes of at most ${MESSAGE_TEXT_BYTES}.`);
  }
  const attributeBytes = attributesBytes(attributes);
  if (attributeBytes > attributesMax) {
    return new MessagingError(
      "attributes_too_large",
      `The custom attributes have ${attributeBytes} bytes of at most ${attributesMax}.`,
    );
  }
  return null;
}

const PAUSE_MAX_MS = 300_000;

/** The pause that the platform asks for, in milliseconds; 5 minutes at the most. */
export function pauseMs(retryAfterSeconds: number): number {
  return Math.min(Math.max(0, retryAfterSeconds * 1000), PAUSE_MAX_MS);
}

/** What is counted. Every kind but `history` is a frame of the socket as well. */
export type Kind = "message" | "typing" | "echo" | "control" | "history";

/** Frames that messages and typing leave free, so that configuring, history and health always get through. */
const RESERVED_FRAMES = 8;
/** A second and a bit: frames that left evenly may arrive bunched. */
const MESSAGE_WINDOW_MS = 1_100;
const MINUTE_MS = 60_000;

/** Instants of what went out, each list no longer than its limit. */
export interface Pace {
  readonly sent: { readonly [K in Kind]?: readonly number[] };
  readonly frames: readonly number[];
  /** Nothing but control frames goes before this instant: the platform asked for a pause. */
  readonly pausedUntil: number;
}

export const FRESH_PACE: Pace = { sent: {}, frames: [], pausedUntil: 0 };

const OWN_LIMIT: { readonly [K in Kind]?: readonly [limit: number, windowMs: number] } = {
  message: [MESSAGES_PER_SECOND, MESSAGE_WINDOW_MS],
  typing: [1, TYPING_INTERVAL_MS],
  echo: [ECHOES_PER_MINUTE, MINUTE_MS],
  history: [HISTORY_PER_MINUTE, MINUTE_MS],
};

/** Milliseconds until one of this kind may go; 0: now. */
export function waitMs(pace: Pace, kind: Kind, now: number): number {
  const own = OWN_LIMIT[kind];
  const ownWait = own ? windowWait(pace.sent[kind] ?? [], own[0], own[1], now) : 0;
  if (kind === "history") return ownWait;
  const frames = kind === "control" ? FRAMES_PER_MINUTE : FRAMES_PER_MINUTE - RESERVED_FRAMES;
  const frameWait = windowWait(pace.frames, frames, MINUTE_MS, now);
  return Math.max(ownWait, frameWait, kind === "control" ? 0 : pace.pausedUntil - now);
}

/** The pace after one of this kind has gone. */
export function spend(pace: Pace, kind: Kind, now: number): Pace {
  const own = OWN_LIMIT[kind];
  const sent = own ? { ...pace.sent, [kind]: [...(pace.sent[kind] ?? []), now].slice(-own[0]) } : pace.sent;
  const frames = kind === "history" ? pace.frames : [...pace.frames, now].slice(-FRAMES_PER_MINUTE);
  return { ...pace, sent, frames };
}

/** A new connection: its frames count from nothing; what is counted by session goes on. */
export function newConnection(pace: Pace): Pace {
  return { ...pace, frames: [] };
}

export function pause(pace: Pace, until: number): Pace {
  return { ...pace, pausedUntil: Math.max(pace.pausedUntil, until) };
}

function windowWait(instants: readonly number[], limit: number, windowMs: number, now: number): number {
  const oldest = instants[instants.length - limit];
  return oldest === undefined ? 0 : Math.max(0, oldest + windowMs - now);
}
