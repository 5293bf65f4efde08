/**
 * What stands behind a page in the browser tests: the simulator, the endpoint in front of it and a host page on another
 * origin, each on a free port of loopback. Pages are the examples, with their placeholders replaced.
 */
import { readFile } from "node:fs/promises";
import { createServer as createHttpServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { createServer, readConfig } from "@guestpass/endpoint";
import { type Simulator, type SimulatorOptions, startSimulator } from "@guestpass/simulator";
import { test as base } from "@playwright/test";

export const DEPLOYMENT_ID = "5d9d1f52-2f2b-4c0c-9d8e-6d3f2a7c1e10";
export const QUEUE_ID = "b1a7c7c4-7d53-4b4a-9c55-0f6f3b1f2d20";
const CLIENT = { id: "guestpass-test", secret: "a secret of the tests" };
const TYPES: Record<string, string> = { html: "text/html; charset=utf-8", js: "text/javascript", css: "text/css" };

export interface StageOptions {
  simulator?: SimulatorOptions;
  env?: Record<string, string>;
}

export interface Stage {
  readonly simulator: Simulator;
  readonly endpointUrl: string;
  /** URL of an example's folder, such as `script-tag/`. */
  page(example: string): string;
  /** URL of a page that holds just this HTML. `{{endpoint}}` and `{{deployment}}` are replaced. */
  html(html: string): string;
  /** Cuts everything off, both the endpoint and the platform, until `restore`. */
  cut(): void;
  restore(): void;
  /** Answers `status` at the endpoint's `/v1/*` until 0 is set. */
  failEndpoint(status: number): void;
  /** Requests that reached the endpoint, `METHOD path status`. */
  readonly endpointRequests: string[];
  close(): Promise<void>;
}

/** Starts a stage; the caller closes it. */
export async function openStage({ simulator: options = {}, env = {} }: StageOptions = {}): Promise<Stage> {
  const simulator = await startSimulator({
    clients: [CLIENT],
    deployments: [DEPLOYMENT_ID],
    queues: [QUEUE_ID],
    ...options,
  });
  const pages = new Map<string, string>();
  let replace = (text: string): string => text;
  const host = await listen(
    createHttpServer((request, response) => {
      const path = new URL(request.url ?? "/", "http://host").pathname;
      void (pages.has(path) ? Promise.resolve(pages.get(path) ?? "") : readExample(path)).then(
        (text) => {
          const ending = path.endsWith("/") ? "html" : (path.split(".").at(-1) ?? "html");
          response.writeHead(200, { "content-type": TYPES[ending] ?? TYPES["html"], "cache-control": "no-store" });
          response.end(replace(text));
        },
        () => response.writeHead(404).end("not found"),
      );
    }),
  );
  const hostUrl = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
  const server = await createServer(
    readConfig({
      GUEST_API: "guest-tokens",
      GENESYS_BASE_URL: simulator.url,
      GENESYS_CLIENT_ID: CLIENT.id,
      GENESYS_CLIENT_SECRET: CLIENT.secret,
      ALLOWED_ORIGINS: hostUrl,
      DEPLOYMENT_IDS: DEPLOYMENT_ID,
      QUEUE_IDS: QUEUE_ID,
      RATE_LIMIT_MAX: "1000",
      AUDIT_LOG: "off",
      LOG_LEVEL: "silent",
      HOST: "127.0.0.1",
      PORT: "0",
      ...env,
    }),
  );
  let cut = false;
  let failing = 0;
  const endpointRequests: string[] = [];
  server.app.addHook("onRequest", (request, reply, done) => {
    if (cut) {
      reply.hijack();
      request.raw.destroy();
    } else if (failing > 0 && request.url.startsWith("/v1/") && request.method !== "OPTIONS") {
      void reply.code(failing).send({ message: "out of order" });
    } else done();
  });
  server.app.addHook("onResponse", (request, reply, done) => {
    if (request.method !== "OPTIONS") endpointRequests.push(`${request.method} ${request.url} ${reply.statusCode}`);
    done();
  });
  const endpointUrl = await server.start();
  const origins = new Map([
    ["https://tokens.example.com", endpointUrl],
    ["wss://webmessaging.mypurecloud.ie", simulator.url.replace(/^http/, "ws")],
    ["https://api.mypurecloud.ie", simulator.url],
    ["{{endpoint}}", endpointUrl],
    ["{{deployment}}", DEPLOYMENT_ID],
  ]);
  replace = (text) => [...origins].reduce((page, [from, to]) => page.replaceAll(from, to), text);

  return {
    simulator,
    endpointUrl,
    endpointRequests,
    page: (example) => `${hostUrl}/${example}`,
    html(html) {
      const path = `/page-${pages.size + 1}/`;
      pages.set(path, html);
      return hostUrl + path;
    },
    cut() {
      cut = true;
      simulator.fault({ path: "/*", drop: true, times: Number.MAX_SAFE_INTEGER });
      simulator.dropSockets();
    },
    restore() {
      cut = false;
      simulator.clearFaults();
    },
    failEndpoint(status) {
      failing = status;
    },
    async close() {
      await server.close();
      await simulator.close();
      host.closeAllConnections();
      await new Promise((resolve) => host.close(resolve));
    },
  };
}

/** A Playwright test with a stage of its own; `test.use({ stageOptions })` says what kind. */
export const test = base.extend<{ stageOptions: StageOptions; stage: Stage }>({
  // What moves is seen here as most visitors see it.
  contextOptions: { reducedMotion: "no-preference" },
  stageOptions: [{}, { option: true }],
  stage: async ({ stageOptions }, use) => {
    const stage = await openStage(stageOptions);
    await use(stage);
    await stage.close();
  },
});

export { expect } from "@playwright/test";

async function readExample(path: string): Promise<string> {
  const file = new URL(`..${path}${path.endsWith("/") ? "index.html" : ""}`, import.meta.url);
  return readFile(fileURLToPath(file), "utf8");
}

function listen(server: Server): Promise<Server> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}
