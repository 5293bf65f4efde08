/** Where a session may share one connection between tabs, the shared one; else a connection of its own. Loaded by browsers. */
import type { Settings } from "../options.js";
import type { Socket } from "../ports.js";
import { openSharedSocket } from "./tabs.js";

/** `sessionToken` is hashed, never shown: tabs of one session find each other by it. */
export async function sharedSocket(settings: Settings, sessionToken: string): Promise<Socket> {
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
