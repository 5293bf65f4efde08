/**
 * What stands behind a page in the tests of a token's life: the simulator, the real endpoint in front of it and a host
 * page on another origin with the built script tag. Time can be passed for all three, and the network broken in the ways
 * in which it breaks.
 */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createBroker, ephemeralKeyRing, memoryStore } from "@guestpass/broker";
import { guestpass } from "@guestpass/endpoint";
import { startSimulator } from "@guestpass/simulator";
import { fastify } from "fastify";

/** A deployment for each test: nothing that a page keeps or says bears on another test's. */
const DEPLOYMENTS = Array.from({ length: 90 }, (_, n) => `3f8a2c14-90b7-4a53-8f0e-0b1c6d7e8f${n + 10}`);
const CLIENT = { id: "life-tests", secret: "known to these tests alone" };

export interface StageOptions {
  /** Seconds; 3600. */
  tokenLife?: number;
  binding?: "preferred" | "required" | "off";
}

/** In place of the endpoint's answer to `/v1/*`, as often as `times`. */
export type Trouble = "portal" | "hang" | "no-cors" | "drop" | { status: number; code: string; retryAfter?: number };

export interface Stage {
  readonly endpoint: string;
  /** Origin of the host page. */
  readonly shop: string;
  /** `METHOD path status`, preflights and the script tag's files apart; `-` where trouble answered. */
  readonly calls: string[];
  /** URL of a page with this body and a strict policy, after what `setup` does; `{{endpoint}}` and `{{deployment}}` are replaced. */
  page(body?: string, setup?: string): string;
  trouble(what: Trouble, times?: number): void;
  /** Requests that came, whether or not they are answered. */
  readonly arrivals: number;
  untrouble(): void;
  /** Passes time for the endpoint and the platform, as a page's sleep does. */
  pass(seconds: number): void;
  /** Holds answers back until the returned function is called. */
  hold(): () => void;
  /** No trouble, no calls counted, another deployment. */
  next(): void;
  close(): Promise<void>;
}

/** Listens to all events of the element, and lets a test turn the page's two clocks. */
const STUB = `window.Guestpass = window.Guestpass || function () { (Guestpass.q = Guestpass.q || []).push(arguments) };
Object.defineProperty(window, "shop", { get: () => Guestpass });
window.heard = [];
window.tokens = [];
window.violations = [];
for (const name of ["state", "ready", "token-expiring", "token-refreshed", "token-expired", "degraded", "recovered", "error"])
  document.addEventListener("guestpass-" + name, (event) => {
    heard.push(name === "state" ? "=" + event.state : name === "error" ? "error " + event.code : name);
    if (event.token) tokens.push(event.token);
  });
document.addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective + " " + event.blockedURI));
{
  const now = Date.now;
  let ahead = 0;
  Date.now = () => now() + ahead;
  window.passes = (seconds) => { ahead += seconds * 1000; };
}`;

/** The script tag; `attributes` go on it. */
export function tag(attributes = "", body = "<h1>Shop</h1>"): string {
  return `${body}<script async src="{{endpoint}}/embed/guestpass.js" data-deployment-id="{{deployment}}" data-messenger="none" ${attributes}></script>`;
}

export async function openStage({ tokenLife = 3600, binding = "preferred" }: StageOptions = {}): Promise<Stage> {
  const simulator = await startSimulator({
    clients: [CLIENT],
    deployments: DEPLOYMENTS,
    tokenLife,
    guestQuota: 10_000,
  });
  const pages: { body: string; setup: string }[] = [];
  let test = 0;
  const calls: string[] = [];
  let endpoint = "";
  let ahead = 0;
  let troubles: Trouble[] = [];
  let held: Promise<void> | undefined;
  let arrivals = 0;

  const host = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://host").pathname;
    const page = pages[Number(/^\/(?:page|setup)-(\d+)/.exec(path)?.[1] ?? Number.NaN)];
    const policy = `default-src 'none'; script-src 'self' ${endpoint}; connect-src ${endpoint} ${simulator.url} ${simulator.url.replace(/^http/, "ws")}; img-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types guestpass`;
    if (page && path.startsWith("/setup")) {
      response.writeHead(200, { "content-type": "text/javascript" }).end(STUB + page.setup);
    } else if (page) {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-security-policy": policy });
      response.end(`<!doctype html><html lang="en"><title>Shop</title>${page.body}`);
    } else response.writeHead(404, { "content-type": "text/html" }).end("<!doctype html><title>Nothing</title>");
  });
  await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
  const shop = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;

  const broker = createBroker({
    guestApi: "guest-tokens",
    platform: {
      baseUrl: simulator.url,
      credentials: [{ clientId: CLIENT.id, clientSecret: CLIENT.secret }],
      guestQuota: 10_000,
    },
    deploymentIds: DEPLOYMENTS,
    session: { keys: ephemeralKeyRing(), binding },
    store: memoryStore(),
    ports: { clock: { now: () => Date.now() + ahead } },
  });
  const bad = new WeakSet<object>();
  const app = fastify({ forceCloseConnections: true });
  app.addHook("onRequest", async (request, reply) => {
    if (!request.url.startsWith("/v1/") || request.method === "OPTIONS") return;
    arrivals += 1;
    const trouble = troubles.shift();
    if (trouble === undefined) return held;
    calls.push(`${request.method} ${request.url.split("?")[0]} -`);
    bad.add(request);
    reply.hijack();
    answerBadly(reply.raw, trouble, shop);
  });
  app.addHook("onResponse", async (request, reply) => {
    if (!bad.has(request) && request.method !== "OPTIONS" && !request.url.startsWith("/embed/"))
      calls.push(`${request.method} ${request.url.split("?")[0]} ${reply.statusCode}`);
  });
  await app.register(guestpass, { broker, allowedOrigins: [shop], rateLimit: { max: 10_000, windowSeconds: 60 } });
  endpoint = await app.listen({ host: "127.0.0.1", port: 0 });

  return {
    endpoint,
    shop,
    calls,
    get arrivals() {
      return arrivals;
    },
    page(body = tag(), setup = "") {
      const number = pages.length;
      const whole = `<script src="/setup-${number}.js"></script>${body}`
        .replaceAll("{{endpoint}}", endpoint)
        .replaceAll("{{deployment}}", DEPLOYMENTS[test] ?? "");
      pages.push({ body: whole, setup });
      return `${shop}/page-${number}`;
    },
    trouble: (what, times = 1) => void troubles.push(...Array.from({ length: times }, () => what)),
    untrouble() {
      troubles = [];
    },
    pass(seconds) {
      ahead += seconds * 1000;
      simulator.advance(seconds);
    },
    hold() {
      let free = (): void => {};
      held = new Promise<void>((resolve) => {
        free = resolve;
      });
      return () => {
        held = undefined;
        free();
      };
    },
    next() {
      test += 1;
      troubles = [];
      held = undefined;
      calls.length = arrivals = 0;
    },
    async close() {
      await app.close();
      await broker.close();
      await simulator.close();
      host.closeAllConnections();
      await new Promise((resolve) => host.close(resolve));
    },
  };
}

function answerBadly(raw: ServerResponse, trouble: Trouble, shop: string): void {
  const open = { "access-control-allow-origin": shop, "access-control-expose-headers": "Retry-After" };
  if (trouble === "hang") return;
  if (trouble === "drop") raw.destroy();
  else if (trouble === "no-cors") raw.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>");
  else if (trouble === "portal")
    raw.writeHead(200, { ...open, "content-type": "text/html" }).end("<!doctype html><title>Wi-Fi</title><form>");
  else {
    const { status, code, retryAfter } = trouble;
    const body = { type: `https://guestpass.dev/problems/${code}`, title: code, status, code, detail: "Refused." };
    const wait = retryAfter === undefined ? {} : { "retry-after": String(retryAfter) };
    raw.writeHead(status, { ...open, ...wait, "content-type": "application/problem+json" }).end(JSON.stringify(body));
  }
}
