/**
 * What stands behind a page in these tests: the simulator, the endpoint in front of it and a host page on another
 * origin, each on a free port of loopback. The host page comes with a strict Content-Security-Policy unless it says so.
 */
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer, readConfig } from "@guestpass/endpoint";
import { type Simulator, type SimulatorOptions, startSimulator } from "@guestpass/simulator";
import { test as base, expect, type Locator, type Page } from "@playwright/test";

export { expect };
export const DEPLOYMENT = "3f8a2c14-90b7-4a53-8f0e-0b1c6d7e8f90";
const CLIENT = { id: "embed-tests", secret: "known to these tests alone" };

export interface StageOptions {
  simulator?: SimulatorOptions;
  env?: Record<string, string>;
  /** The page's policy lets the official Messenger in. */
  official?: boolean;
  /** False: the page has no policy at all. */
  strict?: boolean;
}

export interface Stage {
  readonly simulator: Simulator;
  readonly endpoint: string;
  /** `METHOD path status` of what reached the endpoint, the script tag's files apart. */
  readonly calls: string[];
  /** Serves this as a page and gives its URL; `{{endpoint}}` and `{{deployment}}` are replaced. */
  page(html: string): string;
  /** Puts the network away, for the endpoint and the platform. */
  cut(): void;
  restore(): void;
}

const STUB = `window.Guestpass = window.Guestpass || function () { (Guestpass.q = Guestpass.q || []).push(arguments) };
window.heard = [];
for (const name of ["before-open", "open", "before-close", "close", "state", "ready", "token-expiring", "token-refreshed", "token-expired",
  "degraded", "recovered", "message", "unread", "conversation-started", "conversation-ended", "error"]) {
  document.addEventListener("guestpass-" + name, (event) => {
    const { state, previous, code, message, direction, text, count, reason, trigger, rotated, retryable } = event;
    window.heard.push({ name, state, previous, code, message, direction, text, count, reason, trigger, rotated, retryable });
  });
}
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective + " " + event.blockedURI));`;

/** A host page with the script tag; `attributes` go on the tag, `body` stands before it. */
export function tag(attributes = "", body = "<h1>Shop</h1>"): string {
  return `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Shop</title>
${body}<script src="/stub.js"></script>
<script async src="{{endpoint}}/embed/guestpass.js" data-deployment-id="{{deployment}}" ${attributes}></script>`;
}

async function openStage({
  simulator: options,
  env,
  official,
  strict = true,
}: StageOptions): Promise<[Stage, () => Promise<void>]> {
  const simulator = await startSimulator({ clients: [CLIENT], deployments: [DEPLOYMENT], ...options });
  const pages: string[] = [];
  let endpoint = "";
  const host = createHttpServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://host").pathname;
    const html = pages[Number(/^\/page-(\d+)/.exec(path)?.[1] ?? Number.NaN)];
    const policy = [
      "default-src 'none'",
      `script-src 'self' ${endpoint} ${official ? simulator.url : ""}`,
      `connect-src ${endpoint} ${simulator.url} ${simulator.url.replace(/^http/, "ws")}`,
      `img-src 'self' ${simulator.url}`,
      `media-src ${simulator.url}`,
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      `trusted-types guestpass ${official ? "'allow-duplicates'" : ""}`,
    ].join("; ");
    if (html !== undefined) {
      const headers = { "content-type": "text/html; charset=utf-8" };
      response.writeHead(200, strict ? { ...headers, "content-security-policy": policy } : headers);
      response.end(html.replaceAll("{{endpoint}}", endpoint).replaceAll("{{deployment}}", DEPLOYMENT));
    } else if (path === "/stub.js") response.writeHead(200, { "content-type": "text/javascript" }).end(STUB);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
  const hostUrl = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
  const { app, start, close } = await createServer(
    readConfig({
      GUEST_API: "web-messaging",
      GENESYS_BASE_URL: simulator.url,
      GENESYS_CLIENT_ID: CLIENT.id,
      GENESYS_CLIENT_SECRET: CLIENT.secret,
      ALLOWED_ORIGINS: hostUrl,
      DEPLOYMENT_IDS: DEPLOYMENT,
      RATE_LIMIT_MAX: "1000",
      AUDIT_LOG: "off",
      LOG_LEVEL: "silent",
      HOST: "127.0.0.1",
      PORT: "0",
      ...env,
    }),
  );
  const calls: string[] = [];
  let isCut = false;
  app.addHook("onRequest", (request, reply, done) => {
    if (!isCut) return done();
    reply.hijack();
    request.raw.destroy();
  });
  app.addHook("onResponse", (request, reply, done) => {
    const counted = request.method !== "OPTIONS" && !request.url.startsWith("/embed/");
    if (counted) calls.push(`${request.method} ${request.url.split("?")[0]} ${reply.statusCode}`);
    done();
  });
  endpoint = await start();
  const stage: Stage = {
    simulator,
    endpoint,
    calls,
    page(html) {
      pages.push(html);
      return `${hostUrl}/page-${pages.length - 1}`;
    },
    cut() {
      isCut = true;
      simulator.fault({ path: "/*", drop: true, times: Number.MAX_SAFE_INTEGER });
      simulator.dropSockets();
    },
    restore() {
      isCut = false;
      simulator.clearFaults();
    },
  };
  return [
    stage,
    async () => {
      await close();
      await simulator.close();
      host.closeAllConnections();
      await new Promise((resolve) => host.close(resolve));
    },
  ];
}

export interface Heard {
  name: string;
  state?: string;
  previous?: string;
  code?: string;
  message?: string;
  direction?: string;
  text?: string;
  count?: number;
  reason?: string;
  trigger?: string;
  rotated?: boolean;
  retryable?: boolean;
}

/** The widget as a visitor finds it. */
export class Widget {
  readonly page: Page;
  readonly element: Locator;
  readonly launcher: Locator;
  readonly panel: Locator;
  readonly input: Locator;
  readonly transcript: Locator;
  readonly messages: Locator;

  constructor(page: Page) {
    this.page = page;
    this.element = page.locator("guestpass-messenger");
    this.launcher = this.element.locator('[part="launcher"]');
    this.panel = this.element.locator('[part="panel"]');
    this.input = this.element.locator('[part="input"]');
    this.transcript = this.element.locator('[part="transcript"]');
    this.messages = this.element.locator('[part~="message"]');
  }

  async open(): Promise<void> {
    await this.launcher.click();
    await expect(this.input).toBeFocused();
  }

  async say(text: string): Promise<void> {
    await this.input.fill(text);
    await this.input.press("Enter");
  }

  /** Says something that the agent answers. */
  async converse(text: string): Promise<void> {
    await this.say(text);
    await expect(this.page.getByText(`You wrote: ${text}`)).toBeVisible();
  }

  /** What the page has heard so far. */
  heard(name?: string): Promise<Heard[]> {
    return this.page.evaluate(
      (wanted) =>
        (globalThis as unknown as { heard: Heard[] }).heard.filter((event) => !wanted || event.name === wanted),
      name,
    );
  }

  async names(): Promise<string[]> {
    return (await this.heard()).map(({ name }) => name);
  }

  /** Calls `Guestpass(...)`; an error comes back as its code. */
  call(...args: unknown[]): Promise<unknown> {
    return this.page.evaluate(
      (call) =>
        (globalThis as unknown as { Guestpass: (...args: unknown[]) => Promise<unknown> })
          .Guestpass(...call)
          .catch((error: { code?: string; name: string }) => ({ code: error.code, error: error.name })),
      args,
    );
  }

  /** A property of the element. */
  get(name: string): Promise<unknown> {
    return this.element.evaluate((element, key) => (element as unknown as Record<string, unknown>)[key], name);
  }

  /** What the policy of the page has refused. */
  violations(): Promise<string[]> {
    return this.page.evaluate(() => (globalThis as unknown as { violations: string[] }).violations);
  }
}

/** A Playwright test with a stage of its own; `test.use({ stageOptions })` says what kind. Any page error fails it. */
export const test = base.extend<{ stageOptions: StageOptions; stage: Stage; widget: Widget }>({
  stageOptions: [{}, { option: true }],
  stage: async ({ stageOptions }, use) => {
    const [stage, close] = await openStage(stageOptions);
    await use(stage);
    await close();
  },
  widget: async ({ page }, use) => {
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await use(new Widget(page));
    expect(errors).toEqual([]);
  },
});
