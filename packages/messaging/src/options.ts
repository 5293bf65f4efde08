/** The caller's options, checked once at the door and filled with defaults. Throws a TypeError that names the option. */
import type { ConversationOptions } from "./contract.js";
import { networkSignal, systemClock, visibilitySignal } from "./io/clock.js";
import { browserSocket } from "./io/socket.js";
import { randomUuid } from "./io/uuid.js";
import type { ConversationPorts } from "./ports.js";
import { tooLarge } from "./rules/limits.js";
import { VERSION } from "./version.js";

export interface Settings extends Readonly<Omit<ConversationOptions, "ports" | "application" | "customAttributes">> {
  readonly customAttributes: Readonly<Record<string, string>>;
  /** The whole URL of the socket; carries no token. */
  readonly socketUrl: string;
  readonly ports: ConversationPorts;
}

export function readOptions(options: ConversationOptions): Settings {
  const { deploymentId, urls, guestApi, customAttributes = {} } = options;
  demand(typeof deploymentId === "string" && deploymentId !== "", "deploymentId must be a string");
  demand(typeof guestApi === "string" && guestApi !== "", "guestApi must be a string");
  demand(typeof options.getToken === "function", "getToken must be a function");
  const socketUrl = parse(urls?.socket);
  demand(socketUrl !== null && /^wss?:$/.test(socketUrl.protocol), "urls.socket must be a ws or wss URL");
  demand(/^https?:$/.test(parse(urls?.api)?.protocol ?? ""), "urls.api must be an http or https URL");
  const tooMuch = tooLarge("", customAttributes);
  if (tooMuch) throw tooMuch;
  socketUrl.searchParams.set("deploymentId", deploymentId);
  socketUrl.searchParams.set("application", options.application ?? `Guestpass-${VERSION}`);
  return Object.freeze({
    ...options,
    urls: { socket: urls.socket, api: urls.api.replace(/\/+$/, "") },
    customAttributes: { ...customAttributes },
    socketUrl: socketUrl.href,
    ports: {
      clock: systemClock(),
      random: Math.random,
      createSocket: browserSocket,
      fetch: (...request: Parameters<typeof fetch>) => globalThis.fetch(...request),
      uuid: randomUuid,
      online: networkSignal(),
      visible: visibilitySignal(),
      ...options.ports,
    },
  });
}

function parse(url: unknown): URL | null {
  try {
    return new URL(String(url));
  } catch {
    return null;
  }
}

function demand(fine: boolean, complaint: string): asserts fine {
  if (!fine) throw new TypeError(`createConversation: ${complaint}`);
}
