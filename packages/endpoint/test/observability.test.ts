/** The dashboard, the alert rules and the table of metrics, held to what a running endpoint exports. */
import { readFileSync } from "node:fs";
import { PROBLEM_STATUS } from "@guestpass/protocol";
import { parser } from "@prometheus-io/lezer-promql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { DEPLOYMENT, type RunningEndpoint, request, startEndpoint } from "./running-endpoint.js";

const DOCS = new URL("../../../docs/observability/", import.meta.url);
const text = (name: string) => readFileSync(new URL(name, DOCS), "utf8");
/** What Prometheus itself adds to each series it scrapes. */
const OF_PROMETHEUS = ["job", "instance"];

interface Rule {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string; description: string };
}
const rules = (parse(text("alerts.yaml")) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);

interface Panel {
  id: number;
  type: string;
  title: string;
  gridPos: { h: number; w: number; x: number; y: number };
  targets?: { expr: string; legendFormat: string }[];
}
const dashboard = JSON.parse(text("dashboard.json")) as {
  panels: Panel[];
  annotations: { list: { expr: string }[] };
  templating: { list: { name: string; definition?: string }[] };
};
const targets = dashboard.panels.flatMap(({ targets = [] }) => targets);

/** What one expression asks for: its metrics with the labels that choose among them. */
interface Selected {
  metric: string;
  matchers: { label: string; value: string }[];
}

/** By Prometheus' own grammar; throws where that cannot read it. */
function readExpression(expression: string): { selected: Selected[]; grouped: string[] } {
  const plain = expression.replaceAll("$__rate_interval", "5m");
  const selected: Selected[] = [];
  const grouped: string[] = [];
  parser.parse(plain).iterate({
    enter({ type, from, to, node }) {
      const own = plain.slice(from, to);
      if (type.isError) throw new Error(`cannot read ${plain} at ${from}`);
      if (type.name === "VectorSelector") {
        const metric = node.getChild("Identifier");
        selected.push({ metric: metric ? plain.slice(metric.from, metric.to) : "", matchers: [] });
      }
      if (type.name === "UnquotedLabelMatcher") {
        const [, label = "", value = ""] = /^(\w+)\s*[=!~]+\s*"(.*)"$/.exec(own) ?? [];
        selected.at(-1)?.matchers.push({ label, value });
      }
      if (type.name === "GroupingLabels") grouped.push(...(own.match(/\w+/g) ?? []));
    },
  });
  return { selected, grouped };
}

const expressions = [
  ...rules.map((rule) => rule.expr),
  ...targets.map((target) => target.expr),
  ...dashboard.annotations.list.map((annotation) => annotation.expr),
  ...dashboard.templating.list.flatMap(
    ({ definition }) => /label_values\((.+), \w+\)/.exec(definition ?? "")?.[1] ?? [],
  ),
];

describe("what is exported", () => {
  let endpoint: RunningEndpoint;
  /** Of each metric the labels of its samples, and of each sample the name. */
  const metrics = new Map<string, Set<string>>();
  const samples = new Map<string, Set<string>>();
  beforeAll(async () => {
    endpoint = await startEndpoint({
      ADMIN_PORT: "0",
      GUEST_API: "guest-tokens",
      UPSTREAM_DEADLINE: "1",
      UPSTREAM_TIMEOUT: "1",
    });
    // Each series is there once something has happened that it counts.
    const { json } = await endpoint.post("/v1/sessions", { deploymentId: DEPLOYMENT });
    const bearer = { authorization: `Bearer ${json.session.handle}` };
    await endpoint.post("/v1/sessions/refresh", undefined, bearer);
    await endpoint.post("/v1/sessions/refresh", undefined, { authorization: "Bearer nonsense" });
    const place = endpoint.server.admin?.addresses()[0];
    if (typeof place !== "object") throw new Error("there is no admin listener");
    for (const line of (await request(`http://127.0.0.1:${place.port}/metrics`)).text.trimEnd().split("\n")) {
      const introduced = /^# TYPE (\S+)/.exec(line)?.[1];
      if (introduced) metrics.set(introduced, new Set());
      if (line.startsWith("#")) continue;
      const [, name = "", labels = ""] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? [];
      const names = [...labels.matchAll(/(\w+)="/g)].map(([, label = ""]) => label);
      const metric = metrics.has(name) ? name : name.replace(/_(?:bucket|sum|count)$/, "");
      for (const label of names) metrics.get(metric)?.add(label);
      samples.set(name, new Set([...(samples.get(name) ?? []), ...names]));
    }
  });
  afterAll(() => endpoint.close());

  it("is in the table of metrics with its labels, and nothing else is", () => {
    const rows = [...text("README.md").matchAll(/^\| `(\w+)` \| ([^|]*)\| [^|]+\|$/gm)];
    const table = Object.fromEntries(
      rows.map(([, name, labels]) => [name, [...(labels ?? "").matchAll(/`(\w+)`/g)].map(([, label]) => label).sort()]),
    );
    const exported = Object.fromEntries([...metrics].map(([name, labels]) => [name, [...labels].sort()]));
    expect(Object.keys(exported).length).toBeGreaterThan(20);
    expect(table).toEqual(exported);
  });

  it("is what dashboard and alerts ask for, by names and labels", () => {
    let seen = 0;
    for (const expression of expressions) {
      const { selected, grouped } = readExpression(expression);
      expect(selected.length, expression).toBeGreaterThan(0);
      for (const { metric, matchers } of selected) {
        seen += 1;
        const labels = samples.get(metric);
        expect(labels, `${metric} in ${expression}`).toBeDefined();
        for (const { label } of matchers) expect([...OF_PROMETHEUS, ...(labels ?? [])], expression).toContain(label);
      }
      const known = selected.flatMap(({ metric }) => [...(samples.get(metric) ?? [])]);
      for (const label of grouped) expect([...OF_PROMETHEUS, ...known], expression).toContain(label);
    }
    expect(seen).toBeGreaterThan(30);
  });

  it("is asked for by values that there are", () => {
    const values: Record<string, readonly string[]> = {
      code: Object.keys(PROBLEM_STATUS),
      operation: ["start", "refresh", "end"],
      outcome: ["delivered", "failed", "dropped"],
      by: ["customer", "origin", "network"],
    };
    for (const expression of expressions)
      for (const { matchers } of readExpression(expression).selected)
        for (const { label, value } of matchers) {
          if (OF_PROMETHEUS.includes(label)) continue;
          for (const one of value.split("|"))
            expect(
              values[label]?.some((known) => new RegExp(`^${one}$`).test(known)),
              `${label}=${one}`,
            ).toBe(true);
        }
  });

  it("is shown in the legends by labels that remain", () => {
    for (const { expr, legendFormat } of targets) {
      const { selected, grouped } = readExpression(expr);
      const remaining =
        grouped.length > 0 ? grouped : selected.flatMap(({ metric }) => [...(samples.get(metric) ?? [])]);
      for (const [, label = ""] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
        expect([...OF_PROMETHEUS, ...remaining], legendFormat).toContain(label);
    }
  });
});

describe("the dashboard", () => {
  it("has panels with titles that do not lie on each other", () => {
    expect(dashboard.panels.length).toBeGreaterThan(15);
    expect(new Set(dashboard.panels.map((panel) => panel.id)).size).toBe(dashboard.panels.length);
    const taken = new Set<string>();
    for (const { title, gridPos } of dashboard.panels) {
      expect(title).not.toBe("");
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.has(`${x} ${y}`), title).toBe(false);
          taken.add(`${x} ${y}`);
        }
    }
  });
});

describe("the alert rules", () => {
  it("have a name, a severity and a word on what to do", () => {
    expect(rules.length).toBeGreaterThan(10);
    expect(new Set(rules.map((rule) => rule.alert)).size).toBe(rules.length);
    for (const { alert, labels, annotations, ...rule } of rules) {
      expect(alert).toMatch(/^Guestpass[A-Z]\w+$/);
      expect(["critical", "warning", "info"]).toContain(labels.severity);
      expect(annotations.summary && annotations.description, alert).toBeTruthy();
      expect(rule.for ?? "1m").toMatch(/^\d+[smh]$/);
    }
  });
});
