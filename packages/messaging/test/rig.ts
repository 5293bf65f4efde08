/** A conversation against a real simulator over real sockets, with a clock that the test moves and ears for every event. */
import { randomUUID } from "node:crypto";
import {
  type Clock,
  type Conversation,
  type ConversationEventMap,
  type ConversationOptions,
  createConversation,
  type Signal,
  type Socket,
} from "@guestpass/messaging";
import type { DeploymentConfig } from "@guestpass/protocol";
import { type Simulator, type SimulatorOptions, startSimulator } from "@guestpass/simulator";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";

/** Time-outs of a token, an opening socket and a configure: not what a test of waiting is about. */
const FIXED = new Set([15_000, 60_000]);

/** Time that passes only when the test says so. */
export class HandClock implements Clock {
  #now = 0;
  readonly #base = Date.now();
  #timers = new Set<{ at: number; run: () => void }>();

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#base + this.#now;
  }

  /** The waits before each try of a connection: timers of no fixed length. */
  readonly waits: number[] = [];

  after(delayMs: number, run: () => void): () => void {
    if (!FIXED.has(delayMs)) this.waits.push(delayMs);
    const timer = { at: this.#now + Math.max(0, delayMs), run };
    this.#timers.add(timer);
    // What is due at once needs no moving of the hand.
    if (delayMs <= 0) setImmediate(() => this.#timers.has(timer) && this.advance(0));
    return () => void this.#timers.delete(timer);
  }

  /** Everything that falls due on the way runs at its own instant. */
  advance(ms: number): void {
    const target = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.at <= target).toSorted((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.run();
    }
    this.#now = target;
  }

  /** Milliseconds until the next timer; undefined: none is armed. */
  get nextIn(): number | undefined {
    const next = Math.min(...[...this.#timers].map((timer) => timer.at));
    return Number.isFinite(next) ? next - this.#now : undefined;
  }
}

export class HandSignal implements Signal {
  #value = true;
  #listeners = new Set<() => void>();

  current(): boolean {
    return this.#value;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  set(value: boolean): void {
    this.#value = value;
    for (const listener of this.#listeners) listener();
  }
}

type Heard = {
  [Type in keyof ConversationEventMap]: { type: Type } & ConversationEventMap[Type];
}[keyof ConversationEventMap];

const TYPES = ["state", "message", "typing", "started", "ended", "expiring", "presence", "error", "change"] as const;

/** Remembers every event and lets a test wait for one. */
export class Ears {
  readonly heard: Heard[] = [];
  #waiting = new Set<() => void>();

  constructor(conversation: Conversation) {
    for (const type of TYPES) {
      conversation.addEventListener(type, (event) => {
        const fields = Object.fromEntries(Object.entries(event).filter(([key]) => key !== "isTrusted"));
        this.heard.push({ type, ...fields } as Heard);
        for (const look of this.#waiting) look();
      });
    }
  }

  of<Type extends Heard["type"]>(type: Type): Extract<Heard, { type: Type }>[] {
    return this.heard.filter((event): event is Extract<Heard, { type: Type }> => event.type === type);
  }

  /** Resolves as soon as it is so; looked at after each event. */
  until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!isSo()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  async next<Type extends Heard["type"]>(
    type: Type,
    from = this.of(type).length,
  ): Promise<Extract<Heard, { type: Type }>> {
    await this.until(() => this.of(type).length > from);
    const event = this.of(type)[from];
    if (!event) throw new Error(`no ${type}`);
    return event;
  }
}

export const DEPLOYMENT = "3f1c2f9e-54e0-4f6a-9f6b-1d7a5f0a9c11";

export const CONFIG: DeploymentConfig = {
  id: DEPLOYMENT,
  version: "1",
  languages: ["en-us"],
  defaultLanguage: "en-us",
  active: true,
  authEnabled: false,
  allowSessionUpgrade: false,
  launcherVisibility: "On",
  fileUploadEnabled: true,
  showAgentTyping: true,
  showUserTyping: true,
  autoStart: false,
  disconnect: "Send",
  clearEnabled: true,
  markdown: true,
};

export async function platform(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({ quietAgent: true, ...options });
  // Not waited for: a client's idle connection may keep it for seconds.
  onTestFinished(() => void simulator.close());
  return simulator;
}

export function nodeSocket(url: string): Socket {
  return new WebSocket(url);
}

export interface Rig {
  conversation: Conversation;
  ears: Ears;
  clock: HandClock;
  online: HandSignal;
  visible: HandSignal;
  token: string;
}

/** A visitor of this platform. Reconnects at once unless `random` says otherwise; time stands still unless moved. */
export function visitor(url: string, options: Partial<ConversationOptions> = {}): Rig {
  const token = randomUUID();
  const clock = new HandClock();
  const online = new HandSignal();
  const visible = new HandSignal();
  const conversation = createConversation({
    deploymentId: DEPLOYMENT,
    urls: { socket: `${url.replace(/^http/, "ws")}/v1`, api: url },
    guestApi: "web-messaging",
    getToken: async () => ({ token, tokenType: "uuid", sessionToken: token }),
    config: CONFIG,
    ...options,
    ports: { clock, online, visible, random: () => 0, createSocket: nodeSocket, ...options.ports },
  });
  onTestFinished(() => conversation.dispose());
  return { conversation, ears: new Ears(conversation), clock, online, visible, token };
}

export function texts(conversation: Conversation): string[] {
  return conversation.transcript.map((message) => message.text);
}
