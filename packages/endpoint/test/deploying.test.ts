/** What docs/DEPLOYING.md gives to copy: it is read as its reader's tools would read it, and names what there is. */
import { readFileSync } from "node:fs";
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { ConfigMap } from "kubernetes-models/v1/ConfigMap";
import { Service } from "kubernetes-models/v1/Service";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { readConfig } from "../src/index.js";
import { VARIABLES, type Variable } from "../src/variables.js";

const TEXT = readFileSync(new URL("../../../docs/DEPLOYING.md", import.meta.url), "utf8");
const DOCKERFILE = readFileSync(new URL("../image/Dockerfile", import.meta.url), "utf8");
const blocks = [...TEXT.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = "", body = ""]) => ({
  language,
  body,
}));
const blocksOf = (language: string) => blocks.filter((block) => block.language === language).map(({ body }) => body);
const names = Object.keys(VARIABLES);
/** Names that the environment has, those of files included. */
const readable = new Set([
  ...names,
  "NODE_ENV",
  "NODE_OPTIONS",
  ...Object.entries<Variable>(VARIABLES).flatMap(([name, { secret }]) => (secret ? [`${name}_FILE`] : [])),
]);
/** Requests under way have the deadline, then a few seconds; what supervises has to wait longer than that. */
const LONGEST_END_SECONDS = VARIABLES.UPSTREAM_DEADLINE.fallback + 5;

describe("the configuration table", () => {
  const table = /\| what \| names \|\n[\s\S]*?\n\n/.exec(TEXT)?.[0] ?? "";
  const listed = [...table.matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, name]) => name);

  it("has every variable, and no other", () => {
    expect([...listed].sort()).toEqual([...names].sort());
  });

  it("names only what there is, in the rest of the text, too", () => {
    const OF_OTHERS = ["NODE_IMAGE", "PNPM_VERSION", "ENTRYPOINT", "CMD"];
    const words = [...TEXT.matchAll(/`([A-Z][A-Z0-9_]{3,})(?:=[^`]*)?`/g)].map(([, name = ""]) => name);
    expect(words.length).toBeGreaterThan(50);
    for (const word of words)
      expect(readable.has(word.replace(/_\d$/, "")) || OF_OTHERS.includes(word), word).toBe(true);
  });
});

it("the least that it needs is enough", () => {
  const least = blocksOf("sh").find((block) => block.includes("GUEST_API=")) ?? "";
  const env = Object.fromEntries([...least.matchAll(/^(\w+)=(\S+)/gm)].map(([, name = "", value]) => [name, value]));
  for (const name of Object.keys(env)) expect(readable).toContain(name);
  // The file of the example is not on this machine.
  const { SESSION_KEYS_FILE: _file, NODE_ENV: _production, ...rest } = env;
  expect(readConfig(rest).guestApi).toBe("web-messaging");
});

describe("the systemd unit", () => {
  const unit = blocksOf("ini")[0] ?? "";
  const settings = [...unit.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = "", value = ""]) => ({ name, value }));
  const of = (name: string) => settings.filter((one) => one.name === name).map(({ value }) => value);

  it("is one, with sections that there are", () => {
    expect([...unit.matchAll(/^\[(\w+)\]$/gm)].map(([, name]) => name)).toEqual(["Unit", "Service", "Install"]);
    for (const line of unit.trim().split("\n")) expect(line).toMatch(/^(?:#.*|\[\w+\]|[A-Za-z]+=.*|)$/);
  });

  it("starts the command without root, again after a fault, but not with a wrong configuration", () => {
    expect(of("ExecStart")[0]).toMatch(/guestpass serve$/);
    expect(of("User")[0]).not.toBe("root");
    expect([of("Restart"), of("RestartPreventExitStatus")]).toEqual([["on-failure"], ["78"]]);
    expect(of("ProtectSystem")).toEqual(["strict"]);
    expect(Number(of("TimeoutStopSec")[0])).toBeGreaterThan(LONGEST_END_SECONDS);
    for (const pair of of("Environment")) expect(readable).toContain(pair.split("=")[0]);
  });

  it("starts Node as the image does", () => {
    const option = of("Environment")
      .find((pair) => pair.startsWith("NODE_OPTIONS="))
      ?.split(/=(.*)/)[1];
    expect(DOCKERFILE).toContain(`ENTRYPOINT ["node", "${option}", `);
  });
});

describe("the Kubernetes manifests", () => {
  const documents = parseAllDocuments(blocksOf("yaml")[0] ?? "");
  const objects = documents.map((document) => document.toJS() as { kind: string });
  const find = <T>(kind: string) => objects.find((one) => one.kind === kind) as T;
  const deployment = find<{
    spec: {
      template: {
        metadata: { labels: Record<string, string> };
        spec: {
          terminationGracePeriodSeconds: number;
          securityContext: { runAsUser: number; runAsNonRoot: boolean };
          containers: {
            securityContext: { readOnlyRootFilesystem: boolean };
            ports: { name: string; containerPort: number }[];
            livenessProbe: { httpGet: { path: string; port: string } };
            readinessProbe: { httpGet: { path: string; port: string } };
            volumeMounts: { mountPath: string }[];
          }[];
        };
      };
    };
  }>("Deployment");
  const { data } = find<{ data: Record<string, string> }>("ConfigMap");

  it("are valid by Kubernetes' own schemas", () => {
    for (const document of documents) expect(document.errors).toEqual([]);
    const MODELS = { ConfigMap, Deployment, Service, PodDisruptionBudget };
    expect(objects.map((one) => one.kind)).toEqual(Object.keys(MODELS));
    for (const one of objects) {
      const Model = MODELS[one.kind as keyof typeof MODELS] as new (from: object) => { validate(): void };
      new Model(one).validate();
    }
    expect(() => new Deployment({ ...deployment, spec: { replicas: 2 } } as never).validate()).toThrow("selector");
  });

  it("run it as the image does, ask for its health, and wait for its end", () => {
    const { spec } = deployment.spec.template;
    const [container] = spec.containers;
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true });
    expect(DOCKERFILE).toContain(`USER ${spec.securityContext.runAsUser}:`);
    expect(container?.securityContext.readOnlyRootFilesystem).toBe(true);
    expect(container?.livenessProbe.httpGet).toEqual({ path: "/health/live", port: "http" });
    expect(container?.readinessProbe.httpGet).toEqual({ path: "/health/ready", port: "http" });
    expect(DOCKERFILE).toMatch(new RegExp(`^EXPOSE ${container?.ports[0]?.containerPort}$`, "m"));
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(LONGEST_END_SECONDS + 5);
  });

  it("configure it with names that there are, and values that it takes", () => {
    const mount = deployment.spec.template.spec.containers[0]?.volumeMounts[0]?.mountPath ?? "-";
    const files = Object.entries(data).filter(([name]) => name.endsWith("_FILE"));
    for (const [, path] of files) expect(path.startsWith(`${mount}/`)).toBe(true);
    for (const name of Object.keys(data)) expect(readable).toContain(name);
    // Without the files of the secret, which are not on this machine.
    const env = Object.fromEntries(Object.entries(data).filter(([name]) => !name.endsWith("_FILE")));
    const config = readConfig({ ...env, REDIS_URL: "redis://127.0.0.1:6379" });
    expect([config.guestApi, config.store.kind, config.admin?.port]).toEqual(["web-messaging", "redis", 9464]);
  });
});

it("every file that is linked to is there", () => {
  const links = [...TEXT.matchAll(/\]\(([^)#]+)\)/g)]
    .map(([, path = ""]) => path)
    .filter((path) => !/^\w+:/.test(path));
  expect(links.length).toBeGreaterThan(1);
  for (const path of links)
    expect(readFileSync(new URL(`../../../docs/${path}`, import.meta.url)).length).toBeGreaterThan(0);
});
