/** What the tabs of one site tell each other about a deployment's session. Works without an answer, and without other tabs. */
import type { Channel, KeeperPorts } from "../ports.js";
import { type Place, storageKey } from "./storage.js";

export type Talk =
  /** Has somebody a session? */
  | { readonly word: "ask" }
  /** I am asking the endpoint. */
  | { readonly word: "sending" }
  /** It is ended. */
  | { readonly word: "gone"; readonly sessionId: string | undefined }
  /** I got it. */
  | {
      readonly word: "granted";
      readonly sessionId: string;
      /** The endpoint's answer. */
      readonly session: unknown;
      /** How long ago it was asked for, milliseconds. */
      readonly ageMs: number;
      /** What the endpoint's clock shows now, milliseconds. */
      readonly serverNow: number;
    };

export interface Sharing {
  isOpen(): boolean;
  say(talk: Talk): void;
  open(): void;
  close(): void;
}

/** `hear` is told besides how many milliseconds ago it was said: a page that was frozen hears late. */
export function createSharing(
  ports: Pick<KeeperPorts, "openChannel" | "clock">,
  { endpoint, deploymentId, user, persist }: Place,
  hear: (talk: Talk, lateMs: number) => void,
): Sharing {
  let channel: Channel | null = null;
  // What belongs to another endpoint, user, version or way of keeping is not heard.
  const mark = JSON.stringify([1, endpoint, user, persist]);
  const { clock } = ports;
  return {
    isOpen: () => !!channel,
    say: (talk) => channel?.post({ mark, saidAt: clock.wall(), talk }),
    open() {
      if (user === null || persist === "none") return;
      channel ??= ports.openChannel(storageKey(deploymentId), (message) => {
        const { mark: theirs, saidAt, talk } = message as { mark?: unknown; saidAt: number; talk: Talk };
        if (theirs === mark) hear(talk, Math.max(0, clock.wall() - saidAt));
      });
    },
    close() {
      channel?.close();
      channel = null;
    },
  };
}

export function browserChannel(name: string, hear: (message: unknown) => void): Channel | null {
  // Without a document there are no other tabs, and in Node an open channel would keep the process alive.
  if (!globalThis.document || !globalThis.BroadcastChannel) return null;
  const channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }) => hear(data ?? {});
  return { post: (message) => channel.postMessage(message), close: () => channel.close() };
}

export function browserLock(name: string): Promise<(() => void) | null> {
  return new Promise((had, refuse) => {
    const held = (lock: Lock | null) => (lock ? new Promise<void>(had) : had(null));
    navigator.locks.request(name, { ifAvailable: true }, held).catch(refuse);
  });
}
