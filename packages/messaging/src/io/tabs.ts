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
import type { Clock, Socket } from "../ports.js";
import type { Hub } from "./tab-hub.js";
import type { Received, Said, Seat, Tab } from "./tab-letters.js";

const GONE = 1006;
/** Texts of the platform that may say whether the session stands, and frames of ours that begin one. */
const ABOUT_SESSION = /"class"\s*:\s*"(Session|Logout)/;
const CONFIGURES = /"action":"configure/;

export interface TabPorts {
  clock: Clock;
  uuid(): string;
  createSocket(url: string): Socket;
  createChannel(name: string): BroadcastChannel;
  locks: Pick<LockManager, "request">;
  /** Calls back when the page is put away; returns what stops it. */
  onLeave(listener: () => void): () => void;
}

export interface Sharing {
  deploymentId: string;
  /** The same for all tabs of one session, and no secret. */
  key: string;
}

/** A socket that may be another tab's. Never throws; trouble is a `close` event. */
export function openSharedSocket(url: string, { deploymentId, key }: Sharing, ports: TabPorts): Socket {
  const name = `guestpass:${deploymentId}:messaging`;
  const target = new EventTarget();
  const me = ports.uuid();
  const channel = ports.createChannel(name);
  let seat: Seat | null = null;
  let release = () => {};
  let over = false;
  let closed = false;

  function finish(code: number): void {
    if (over) return;
    over = true;
    stopLeave();
    seat?.leave();
    closed = true;
    channel.close();
    release();
    tab.emit("close", { code });
  }
  const gone = () => finish(GONE);
  const stopLeave = ports.onLeave(gone);

  const tab: Tab = {
    clock: ports.clock,
    post: (letter) => closed || channel.postMessage({ ...letter, key, from: me }),
    emit: (type, fields) => target.dispatchEvent(Object.assign(new Event(type), fields)),
    gone,
    take(taken) {
      seat = taken;
    },
  };

  channel.addEventListener("message", ({ data }: MessageEvent<Received & { key: string; to?: string }>) => {
    if (!over && data.key === key && (data.to ?? me) === me) seat?.receive(data);
  });

  /** True when the lock is ours until `release`. */
  function lock(slot: number): Promise<boolean> {
    return new Promise((resolve) => {
      const held = ports.locks.request(`${name}:${key}:${slot}`, { ifAvailable: true }, (taken) => {
        if (!taken) return resolve(false);
        return new Promise<void>((free) => {
          release = free;
          resolve(true);
        });
      });
      Promise.resolve(held).catch(() => resolve(false));
    });
  }

  async function elect(): Promise<void> {
    for (let slot = 1; slot <= SOCKETS_PER_SESSION; slot += 1) {
      if (await lock(slot)) {
        if (over) release();
        else seat = seatWithSocket(ports.createSocket(url), tab);
        return;
      }
      if (slot === 1 && (await greet(tab))) return;
      if (over) return;
    }
    gone();
  }

  elect().catch(gone);

  return {
    send: (text) => seat?.send(text),
    close: () => finish(1000),
    addEventListener: target.addEventListener.bind(target) as Socket["addEventListener"],
  };
}

/** True when a tab with a socket has answered: then this one speaks through it. */
async function greet(tab: Tab): Promise<boolean> {
  const company = await import("./tab-guest.js").catch(() => null);
  return !!company && company.greet(tab);
}

function seatWithSocket(socket: Socket, tab: Tab): Seat {
  const said: Said = { isOpen: false, sent: "", configured: "", session: "" };
  let hub: Hub | undefined;
  let loading: Promise<Hub> | undefined;

  const company = async (): Promise<Hub> => {
    const { createHub } = await import("./tab-hub.js");
    hub = createHub(socket, tab, said);
    return hub;
  };

  socket.addEventListener("open", () => {
    said.isOpen = true;
    tab.post({ type: "open" });
    tab.emit("open");
  });
  socket.addEventListener("message", ({ data }) => {
    const text = String(data);
    if (ABOUT_SESSION.test(text)) said.session = text;
    if (!hub?.keeps(text)) tab.emit("message", { data });
  });
  socket.addEventListener("close", tab.gone);
  socket.addEventListener("error", tab.gone);

  return {
    send(text) {
      said.sent = text;
      if (CONFIGURES.test(text)) said.configured = text;
      socket.send(text);
    },
    receive(letter) {
      loading ??= company();
      // A newcomer that hears nothing helps itself.
      loading
        .then(({ receive }) => receive(letter))
        .catch(() => {
          loading = undefined;
        });
    },
    leave() {
      tab.post({ type: "bye" });
      socket.close(1000, "The user has closed the connection.");
    },
  };
}
