/**
 * Remembers what was asked of the platform, so that a test can look. Bounded; control calls are not the platform's.
 */
import type { IncomingHttpHeaders } from "node:http";

/** Requests and frames kept; the oldest go first. */
const KEPT = 1000;
/** Bodies above this are not kept. */
const BODY_BYTES = 64 * 1024;

export interface RecordedRequest {
  /** Milliseconds by the simulator's clock. */
  at: number;
  method: string;
  /** Without the query. */
  path: string;
  /** The query, decoded. */
  query: Record<string, string>;
  headers: IncomingHttpHeaders;
  /** Parsed when it is JSON or a form, else text; null when there is none. */
  body: unknown;
  /** HTTP status; null while it is not answered (hanging, dropped). */
  status: number | null;
}

/** A frame that a guest sent. */
export interface RecordedFrame {
  /** Milliseconds by the simulator's clock. */
  at: number;
  /** Number of the connection, counted from 1. */
  connection: number;
  /** Parsed when it is JSON, else text. */
  frame: unknown;
}

export interface Recorder {
  list(): RecordedRequest[];
  frames(): RecordedFrame[];
  frame(frame: RecordedFrame): void;
  /** Writes down a request; its body and status are filled in as they become known. */
  open(request: { at: number; method: string; url: string; headers: IncomingHttpHeaders }): RecordedRequest;
  clear(): void;
}

/** Body and status that are fit to keep. */
export function keepableBody(body: unknown): unknown {
  if (body === undefined || body === null) return null;
  if (Buffer.isBuffer(body)) return { bytes: body.length };
  const size = typeof body === "string" ? body.length : JSON.stringify(body).length;
  return size > BODY_BYTES ? { bytes: size } : body;
}

export function pathOf(url: string): string {
  return url.split("?", 1)[0] ?? url;
}

export function createRecorder(): Recorder {
  let requests: RecordedRequest[] = [];
  let frames: RecordedFrame[] = [];
  return {
    frames: () => [...frames],
    frame(frame) {
      frames.push({ ...frame, frame: keepableBody(parsed(frame.frame)) });
      if (frames.length > KEPT) frames = frames.slice(-KEPT);
    },
    list: () => requests.map((request) => ({ ...request })),
    open({ at, method, url, headers }) {
      const query = Object.fromEntries(new URLSearchParams(url.slice(pathOf(url).length)));
      const entry = { at, method, path: pathOf(url), query, headers, body: null, status: null };
      requests.push(entry);
      if (requests.length > KEPT) requests = requests.slice(-KEPT);
      return entry;
    },
    clear() {
      requests = [];
      frames = [];
    },
  };
}

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return text;
  }
}
