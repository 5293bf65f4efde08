/** Frames from the platform to a guest, in the wire's form. Pure. */

export interface WireFrame {
  type: "response" | "message";
  class: string;
  code: number;
  body: unknown;
  tracingId?: string;
}

export interface WireMessage {
  id: string;
  type: "Text" | "Structured" | "Event";
  text?: string;
  direction: "Inbound" | "Outbound";
  originatingEntity: "Human" | "Bot";
  channel: {
    /** ISO 8601. */
    time: string;
    messageId?: string;
    type: "Private";
    from?: Record<string, string>;
    to?: { id: string };
  };
  content?: unknown[];
  events?: unknown[];
  metadata?: Record<string, string>;
}

/** What the guest asked for. */
export function response(name: string, body: unknown, tracingId?: string): WireFrame {
  return traced({ type: "response", class: name, code: 200, body }, tracingId);
}

/** What happened. */
export function notice(name: string, body: unknown = {}, tracingId?: string): WireFrame {
  return traced({ type: "message", class: name, code: 200, body }, tracingId);
}

export function messageFrame(message: WireMessage, tracingId?: string): WireFrame {
  return notice("StructuredMessage", message, tracingId);
}

/** A refusal: `class` is `string`, the body its text. */
export function refusal(code: number, text: string, tracingId?: string): WireFrame {
  return traced({ type: "response", class: "string", code, body: text }, tracingId);
}

export function tooMany(retryAfter: number, errorMessage: string, tracingId?: string): WireFrame {
  const body = { retryAfter, errorCode: 4029, errorMessage };
  return traced({ type: "response", class: "TooManyRequestsErrorMessage", code: 429, body }, tracingId);
}

/** With the tracing id of the request that it answers, where there is one. */
export function traced(frame: WireFrame, tracingId: string | undefined): WireFrame {
  return tracingId === undefined ? frame : { ...frame, tracingId };
}
