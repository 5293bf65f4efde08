import type { OutboundFrame } from "./frames-out.js";

/** One frame as wire text. */
export function encodeFrame(frame: OutboundFrame): string {
  return JSON.stringify(frame);
}
