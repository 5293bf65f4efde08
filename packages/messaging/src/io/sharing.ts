/** Where a session may share one connection between tabs, the shared one; else a connection of its own. For browsers. */
import type { ConversationOptions } from "../contract.js";
import type { ConversationPorts, Socket } from "../ports.js";
import { openSharedSocket } from "./tabs.js";

export interface Shareable extends Readonly<Pick<ConversationOptions, "deploymentId" | "guestApi" | "shareKey">> {
  /** The whole URL of the socket; carries no token. */
  readonly socketUrl: string;
  readonly ports: ConversationPorts;
}

/** `sessionToken` is hashed, never shown: tabs of one session find each other by it. */
export async function sharedSocket(settings: Shareable, sessionToken: string): Promise<Socket> {
  const { ports, socketUrl, deploymentId, guestApi, shareKey } = settings;
  const key = shareKey || (guestApi === "web-messaging" && (await hash(sessionToken)));
  if (!key) return ports.createSocket(socketUrl);
  return openSharedSocket(
    socketUrl,
    { deploymentId, key },
    {
      ...ports,
      createChannel: (name) => new BroadcastChannel(name),
      locks: navigator.locks,
      onLeave(listener) {
        addEventListener("pagehide", listener);
        return () => removeEventListener("pagehide", listener);
      },
    },
  );
}

async function hash(text: string): Promise<string> {
  return String(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)), 0, 12));
}
