/** The debug report: a bounded timeline of decisions. Knows which facts may be told; a token, a handle or an identity is none of them. */

/** What was decided or happened. */
export type ReportWhat =
  | "state"
  | "woke"
  | "clock-changed"
  | "asking"
  | "sent"
  | "answered"
  | "scheduled"
  | "adopted"
  | "failed"
  | "deferred"
  | "circuit-open"
  | "stopped";

/** A line without its instant. */
export interface ReportLine {
  readonly what: ReportWhat;
  /** Why, in one or two words: `timer`, `visible`, `online`, `caller`, a state, a problem code. */
  readonly why?: string | undefined;
  /** Milliseconds until what was decided is due. */
  readonly inMs?: number | undefined;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
}

export interface ReportEntry extends ReportLine {
  /** ISO 8601, by the page's own clock. */
  readonly at: string;
}

/** Lines that are kept. */
export const REPORT_LINES = 200;

/** The lines with one more, the oldest dropped beyond the limit. */
export function append(lines: readonly ReportEntry[], line: ReportEntry): readonly ReportEntry[] {
  return [...lines.slice(1 - REPORT_LINES), line];
}
