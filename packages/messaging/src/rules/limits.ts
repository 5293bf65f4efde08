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
  if (utf8Bytes(text) > MESSAGE_TEXT_BYTES) {
    return new MessagingError("message_too_long", `The text has more than ${MESSAGE_TEXT_BYTES} bytes`);
  }
  if (attributesBytes(attributes) > attributesMax) {
    return new MessagingError("attributes_too_large", `The attributes have more than ${attributesMax} bytes`);
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

const MINUTE_MS = 60_000;
/** Frames that all kinds but `control` leave free, so that configuring and health always get through. */
const RESERVED_FRAMES = 8;

type Counted = Exclude<Kind, "control"> | "frame";

const LIMITS: Readonly<Record<Counted, readonly [limit: number, windowMs: number]>> = {
  // A second and a bit: frames that left evenly may arrive bunched.
  message: [MESSAGES_PER_SECOND, 1_100],
  typing: [1, TYPING_INTERVAL_MS],
  echo: [ECHOES_PER_MINUTE, MINUTE_MS],
  history: [HISTORY_PER_MINUTE, MINUTE_MS],
  frame: [FRAMES_PER_MINUTE, MINUTE_MS],
};

/** Instants of what went out, each list no longer than the frames of a minute. */
export interface Pace {
  readonly sent: { readonly [K in Counted]?: readonly number[] };
  /** Nothing but control frames goes before this instant: the platform asked for a pause. */
  readonly pausedUntil: number;
}

export const FRESH_PACE: Pace = { sent: {}, pausedUntil: 0 };

/** Milliseconds until one of this kind may go; 0: now. */
export function waitMs(pace: Pace, kind: Kind, now: number): number {
  const isFree = kind === "control" || kind === "history";
  const waits = countedWith(kind).map((counted) => {
    const [limit, windowMs] = LIMITS[counted];
    const reserved = counted === "frame" && !isFree ? RESERVED_FRAMES : 0;
    const instant = pace.sent[counted]?.at(reserved - limit);
    return instant === undefined ? 0 : instant + windowMs - now;
  });
  return Math.max(0, ...waits, isFree ? 0 : pace.pausedUntil - now);
}

/** The pace after one of this kind has gone. */
export function spend(pace: Pace, kind: Kind, now: number): Pace {
  const sent = { ...pace.sent };
  for (const counted of countedWith(kind)) {
    sent[counted] = [...(sent[counted] ?? []), now].slice(-FRAMES_PER_MINUTE);
  }
  return { ...pace, sent };
}

function countedWith(kind: Kind): Counted[] {
  return kind === "history" ? [kind] : kind === "control" ? ["frame"] : [kind, "frame"];
}

/** A new connection: its frames and echoes count from nothing; what is counted by session goes on. */
export function newConnection({ sent, pausedUntil }: Pace): Pace {
  return { sent: { ...sent, frame: [], echo: [] }, pausedUntil };
}
