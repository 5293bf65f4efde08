/** The text format of Prometheus (0.0.4): samples in, text out. Knows no metric by name. */

export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly samples: readonly Sample[];
}
export interface Sample {
  /** Of a histogram: `_bucket`, `_sum` or `_count`. */
  readonly suffix?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}
/** Cumulative counts without the last, infinite one. */
export interface Distribution {
  readonly count: number;
  readonly sumSeconds: number;
  readonly buckets: readonly { readonly leSeconds: number; readonly count: number }[];
}

export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

export function expose(metrics: readonly Metric[]): string {
  const lines: string[] = [];
  for (const { name, help, type, samples } of metrics) {
    lines.push(`# HELP ${name} ${help.replace(/\\/g, "\\\\").replace(/\n/g, "\\n")}`, `# TYPE ${name} ${type}`);
    for (const { suffix = "", labels, value } of samples)
      lines.push(`${name}${suffix}${labelText(labels)} ${figure(value)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** The samples of one histogram with these labels. */
export function distributionSamples(
  distribution: Distribution,
  labels: Readonly<Record<string, string>> = {},
): Sample[] {
  const { buckets, count, sumSeconds } = distribution;
  return [
    ...buckets.map((bucket) => ({
      suffix: "_bucket",
      labels: { ...labels, le: figure(bucket.leSeconds) },
      value: bucket.count,
    })),
    { suffix: "_bucket", labels: { ...labels, le: "+Inf" }, value: count },
    { suffix: "_sum", labels, value: sumSeconds },
    { suffix: "_count", labels, value: count },
  ];
}

function labelText(labels: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(labels ?? {});
  if (entries.length === 0) return "";
  return `{${entries.map(([name, value]) => `${name}="${escapeLabel(value)}"`).join(",")}}`;
}

function escapeLabel(value: string): string {
  return value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
}

function figure(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  return String(value);
}
