/** The caller's options, read once and filled with defaults. Throws what the platform would refuse. */
import type { ConversationOptions } from "./contract.js";
import { networkSignal, systemClock, visibilitySignal } from "./io/clock.js";
import { type Shareable, sharedSocket } from "./io/sharing.js";
import { randomUuid } from "./io/uuid.js";
import type { Socket } from "./ports.js";
import { tooLarge } from "./rules/limits.js";
import { VERSION } from "./version.js";

export interface Settings extends Shareable, Readonly<Omit<ConversationOptions, "ports" | "customAttributes">> {
  readonly customAttributes: Readonly<Record<string, string>>;
  /** The common socket of the session's tabs where there may be one, else our own. Throws where there is none at all. */
  openSocket(sessionToken: string): Socket | Promise<Socket>;
}

export function readOptions(options: ConversationOptions): Settings {
  const { deploymentId, urls, customAttributes = {}, application } = options;
  const tooMuch = tooLarge("", customAttributes);
  if (tooMuch) throw tooMuch;
  const query = new URLSearchParams({ deploymentId, application: application ?? `Guestpass-${VERSION}` });
  const settings: Settings = {
    ...options,
    customAttributes,
    socketUrl: `${urls.socket}?${query}`,
    openSocket(sessionToken) {
      // Where there are locks there are channels and hashes, too.
      const mayShare = options.shareKey !== false && globalThis.document && navigator.locks;
      if (!mayShare) return settings.ports.createSocket(settings.socketUrl);
      return sharedSocket(settings, sessionToken);
    },
    ports: {
      clock: systemClock(),
      random: Math.random,
      createSocket: (url) => new WebSocket(url),
      fetch: (...request) => fetch(...request),
      uuid: randomUuid,
      online: networkSignal(),
      visible: visibilitySignal(),
      ...options.ports,
    },
  };
  return settings;
}
