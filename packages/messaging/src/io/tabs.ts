/**
 * One connection for all tabs of a site that are in the same session: the tab that holds a Web Lock has the socket, the
 * others speak through it over a BroadcastChannel. Looks like a socket from outside, so that a conversation knows nothing
 * of it. Here is what every tab needs: it looks whether it is the first, and as long as it is alone it keeps what it
 * would have to tell others. What company needs is loaded when there is some.
 *
 * No tab ever waits for a lock. A tab that finds it taken and nobody who answers (the other tab is frozen) takes the next
 * of three, so that a session never has a fourth connection, which the platform would pay back by closing the first.
 * Tokens do not travel between tabs: the tab with the socket puts its own into every frame.
 */
import { SOCKETS_PER_SESSION } from "@guestpass/protocol";
import type { Socket } from "../ports.js";
import type { Hub } from "./tab-hub.js";
import type { Said, Sent, TabPorts } from "./tab-letters.js";

/** Texts of the platform that may say whether the session stands, and frames of ours that begin one. */
const ABOUT_SESSION = /"class"\s*:\s*"(Session|Logout)/;
const CONFIGURES = /"action":"configure/;

export interface Sharing {
  deploymentId: string;
  /** The same for all tabs of one session, and no secret. */
  key: string;
}

/** A socket that may be another tab's. Rejects where there is no place for one. */
export async function openSharedSocket(url: string, { deploymentId, key }: Sharing, ports: TabPorts): Promise<Socket> {
  const name = `guestpass:${deploymentId}:messaging`;
  for (let slot = 1; slot <= SOCKETS_PER_SESSION; slot += 1) {
    const release = await lock(ports.locks, `${name}:${key}:${slot}`);
    if (release) {
      try {
        return lead(await ports.createSocket(url), name, key, ports, release);
      } catch (error) {
        release();
        throw error;
      }
    }
    // Whoever cannot even ask takes the next place.
    const company = slot === 1 && (await import("./tab-guest.js").catch(() => null));
    const shared = company && (await company.greet(name, key, ports));
    if (shared) return shared;
  }
  throw new Error("No place for another connection");
}

/** What gives the lock back; null where another tab has it. */
function lock(locks: TabPorts["locks"], name: string): Promise<(() => void) | null> {
  return new Promise((resolve, reject) => {
    const held = locks.request(name, { ifAvailable: true }, (taken) =>
      taken ? new Promise<void>((free) => resolve(free)) : resolve(null),
    );
    held.catch(reject);
  });
}

function lead(socket: Socket, name: string, key: string, ports: TabPorts, release: () => void): Socket {
  const channel = ports.createChannel(name);
  const said: Said = { configured: "", session: "" };
  let hub: Promise<Hub> | undefined;

  const leave = () => {
    stop();
    socket.close(1000, "The user has closed the connection.");
    release();
    if (hub) hub.then(({ bye }) => bye()).catch(() => {});
    else channel.close();
  };
  const stop = ports.onLeave(leave);

  socket.addEventListener("message", ({ data }) => {
    if (ABOUT_SESSION.test(String(data))) said.session = String(data);
  });
  socket.addEventListener("close", leave);
  channel.addEventListener("message", ({ data }: MessageEvent<Sent>) => {
    if (data.key !== key) return;
    hub ??= import("./tab-hub.js").then(({ createHub }) =>
      createHub(socket, channel, { key, from: ports.uuid() }, said),
    );
    // A newcomer that hears nothing helps itself.
    hub
      .then(({ receive }) => receive(data))
      .catch(() => {
        hub = undefined;
      });
  });

  return {
    send(text) {
      if (CONFIGURES.test(text)) said.configured = text;
      socket.send(text);
    },
    close: leave,
    addEventListener: socket.addEventListener.bind(socket),
  };
}
