/** What the tabs of one site tell each other about a deployment's session. Works without an answer, and without other tabs. */
import { num, record, str } from "@guestpass/protocol";
import type { Channel, KeeperPorts } from "../ports.js";
import { type Place, storageKey } from "./storage.js";

/** `ask`: is somebody there? `here`: yes. `sending`: I am asking the endpoint. `granted`: I got it. `gone`: it is ended. */
export type Word = "ask" | "here" | "sending" | "granted" | "gone";

export interface Talk {
  readonly word: Word;
  readonly sessionId?: string | undefined;
  /** `granted`: the endpoint's answer, */
  readonly session?: unknown;
  /** how long ago it was asked for, milliseconds, delivery included, */
  readonly ageMs?: number | undefined;
  /** whether its handle is bound to this site's key, */
  readonly bound?: boolean | undefined;
  /** and what the endpoint's clock shows now, milliseconds. */
  readonly serverNow?: number | undefined;
}

export interface Sharing {
  readonly isOpen: boolean;
  tell(talk: Talk): void;
  open(): void;
  close(): void;
}

const WORDS: readonly unknown[] = ["ask", "here", "sending", "granted", "gone"];

/** What belongs to another endpoint, another user or another way of keeping is not heard. */
export function createSharing(
  ports: Pick<KeeperPorts, "openChannel" | "clock">,
  { endpoint, deploymentId, user, persist }: Place,
  hear: (talk: Talk) => void,
): Sharing {
  let channel: Channel | null = null;
  const mark = JSON.stringify([endpoint, user, persist]);
  const listen = (message: unknown): void => {
    const json = record(message);
    const word = json["word"];
    if (json["mark"] !== mark || !WORDS.includes(word)) return;
    // A page that was frozen hears late: what has passed since it was said is added.
    const late = Math.max(0, ports.clock.wall() - (num(json["saidAt"]) ?? 0));
    hear({
      word: word as Word,
      sessionId: str(json["sessionId"]),
      session: json["session"],
      ageMs: (num(json["ageMs"]) ?? 0) + late,
      bound: json["bound"] === true,
      serverNow: (num(json["serverNow"]) ?? 0) + late,
    });
  };
  return {
    get isOpen() {
      return channel !== null;
    },
    tell(talk) {
      try {
        channel?.post({ ...talk, mark, saidAt: ports.clock.wall() });
      } catch {
        // A closed channel: the others do without.
      }
    },
    open() {
      if (user !== null && persist !== "none") channel ??= ports.openChannel(storageKey(deploymentId), listen);
    },
    close() {
      channel?.close();
      channel = null;
    },
  };
}

export function browserChannel(name: string, hear: (message: unknown) => void): Channel | null {
  // Without a document there are no other tabs, and in Node an open channel would keep the process alive.
  if (!globalThis.document || typeof BroadcastChannel !== "function") return null;
  try {
    const channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }) => hear(data);
    return { post: (message) => channel.postMessage(message), close: () => channel.close() };
  } catch {
    return null;
  }
}
