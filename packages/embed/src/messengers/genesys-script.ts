/**
 * The official Messenger's script in the page: its queue function, and its calls as promises. Knows how Genesys'
 * bootstrap is loaded; does not know what its plugins mean.
 */
import { GuestpassError } from "../errors.js";

/** `Genesys(...)`: a queue until the script has loaded, then the real thing. */
export interface GenesysFunction {
  (call: "subscribe", event: string, listener: (message: { data?: unknown }) => void): void;
  (
    call: "command",
    command: string,
    options: object,
    resolved?: (value: unknown) => void,
    rejected?: (reason: unknown) => void,
  ): void;
  (call: "registerPlugin", name: string, start: (plugin: Plugin) => void): void;
  q?: unknown[];
  t?: number;
  c?: object;
}

/** A command that the Messenger gives to a plugin of the page. */
export interface PluginCall {
  resolve(value?: unknown): void;
  reject(reason: unknown): void;
}

export interface Plugin {
  registerCommand(name: string, run: (call: PluginCall) => void): void;
  ready(): void;
}

interface Page {
  Genesys?: GenesysFunction;
  _genesysJs?: string;
}

const COMMAND_TIMEOUT_MS = 15_000;
const page = globalThis as Page;
/** The origin that the bootstrap came from, where it was us who loaded it. */
let origin: string | undefined;

/** What the bootstrap is started with. */
export interface BootstrapConfig {
  environment: string;
  deploymentId: string;
  [more: string]: unknown;
}

/** Makes `Genesys(...)` callable, with this configuration; what is called waits for the script. */
export function prepare(config: BootstrapConfig): void {
  if (page.Genesys) {
    // The page has it already, by its own tag: that one is driven.
    page.Genesys.c = Object.assign(page.Genesys.c ?? {}, config);
    return;
  }
  const queue = ((...call: unknown[]) => {
    queue.q ??= [];
    queue.q.push(call);
  }) as GenesysFunction;
  queue.t = Date.now();
  queue.c = config;
  page._genesysJs = "Genesys";
  page.Genesys = queue;
}

/** Puts the bootstrap into the page, once a page. Rejects with `messenger_failed` when it cannot be loaded. */
export function loadBootstrap(url: string): Promise<void> {
  if (document.querySelector('script[src*="/genesys-bootstrap/"]')) return Promise.resolve();
  return new Promise((resolve, reject) => {
    origin = new URL(url).origin;
    const script = document.createElement("script");
    script.async = true;
    script.src = scriptUrl(url) as string;
    script.onload = () => resolve();
    script.onerror = () => {
      script.remove();
      delete page.Genesys;
      reject(new GuestpassError("messenger_failed", "The official Messenger could not be loaded", { retryable: true }));
    };
    document.head.append(script);
  });
}

/** A renewed token goes into the same object: that is how the Messenger hears of it. */
export function renewToken(token: string): void {
  const config = page.Genesys?.c as Partial<BootstrapConfig> | undefined;
  if (config && config["guestToken"] !== token) config["guestToken"] = token;
}

/**
 * Takes the Messenger out of the page as far as that can be done: its script, its windows and frames, its function. One
 * that the page has loaded by a tag of its own stays.
 */
export function removeMessenger(): void {
  if (origin === undefined) return;
  const parts = `script[src^="${origin}/"], iframe[src^="${origin}/"], body > [id^="genesys-"]`;
  for (const part of document.querySelectorAll(parts)) part.remove();
  origin = undefined;
  delete page.Genesys;
  delete page._genesysJs;
}

/** Takes away what the Messenger keeps of a deployment in this page. */
export function forgetStored(deploymentId: string): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(`_${deploymentId}:`)) localStorage.removeItem(key);
  } catch {
    // Without storage nothing is kept.
  }
}

export function subscribe(event: string, listener: (data: unknown) => void): void {
  page.Genesys?.("subscribe", event, ({ data }) => listener(data));
}

export function registerPlugin(name: string, start: (plugin: Plugin) => void): void {
  page.Genesys?.("registerPlugin", name, start);
}

/** Runs a command. Rejects with `messenger_failed`, or `timeout` where its plugin never answers. */
export function command(name: string, options: object = {}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new GuestpassError("timeout", `${name} was not answered`, { retryable: true })),
      COMMAND_TIMEOUT_MS,
    );
    page.Genesys?.(
      "command",
      name,
      options,
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (cause) => {
        clearTimeout(timer);
        reject(new GuestpassError("messenger_failed", `${name} was refused`, { cause }));
      },
    );
  });
}

interface PolicyFactory {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): unknown };
}

/**
 * The URL as a page with Trusted Types wants it. Lit has the policy of this name already, so such a page allows
 * duplicates (`trusted-types guestpass 'allow-duplicates'`) when it uses the official Messenger.
 */
function scriptUrl(url: string): unknown {
  const { trustedTypes } = globalThis as { trustedTypes?: PolicyFactory };
  try {
    return trustedTypes?.createPolicy("guestpass", { createScriptURL: (text) => text }).createScriptURL(url) ?? url;
  } catch {
    return url;
  }
}
