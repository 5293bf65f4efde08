/** The debug report: a bounded timeline of decisions. Knows which facts may be told; a token, a handle or an identity is none of them. */

/** What was decided or happened. */
export type ReportWhat =
  | "scheduled"
  | "woke"
  | "clock-changed"
  | "asking"
  | "sent"
  | "answered"
  | "failed"
  | "deferred"
  | "circuit-open"
  | "adopted"
  | "state"
  | "stopped"
  | "resumed"
  | "unbound"
  | "listener-failed";

export interface ReportEntry {
  /** ISO 8601, by the page's own clock. */
  readonly at: string;
  readonly what: ReportWhat;
  /** Why, in one or two words: `timer`, `visible`, `online`, `caller`, `refused-token`, a state, a problem code. */
  readonly why?: string;
  /** Milliseconds from `at` until it is due. */
  readonly inMs?: number;
  readonly status?: number;
  readonly requestId?: string;
}

/** Lines that are kept. */
export const REPORT_LINES = 200;

/** The lines with one more, the oldest dropped beyond the limit. */
export function append(lines: readonly ReportEntry[], line: ReportEntry): readonly ReportEntry[] {
  return [...lines.slice(1 - REPORT_LINES), line];
}

/** Foreign text, cut, with everything that could be a token, a handle or a key replaced. */
export function redact(text: string): string {
  return text.slice(0, 300).replace(/[\w.~+/=-]{24,}/g, "[redacted]");
}
