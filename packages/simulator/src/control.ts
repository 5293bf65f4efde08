/**
 * `/_sim/*`: the same levers over HTTP that `Simulator` has in a program. Knows no route of the platform.
 */
import { list, num, optional, record, str, stringMap } from "@guestpass/protocol";
import type { FastifyInstance } from "fastify";
import { type Fault, readFault } from "./faults.js";
import { PlatformError } from "./platform-error.js";
import type { RecordedFrame, RecordedRequest } from "./recorder.js";
import type { SimulatorClient } from "./settings.js";

/** What the agent says. */
export interface Speech {
  text?: string;
  /** Rich content in the wire's form. */
  content?: unknown[];
  /** Events in the wire's form, such as `{eventType: "Presence", presence: {type: "Disconnect"}}`. */
  events?: unknown[];
  /** Who speaks, in the wire's form: `nickname`, `firstName`, `lastName`, `image`; the agent by default. */
  from?: Record<string, string>;
  /** A person by default. */
  entity?: "Human" | "Bot";
  /** Of the message, beside what the platform writes there. */
  metadata?: Record<string, string>;
  /** A session's id, or its guest's token or id; the last configured one by default. */
  session?: string;
}

/** A session, as far as a test wants to know it. */
export interface SessionSummary {
  id: string;
  deploymentId: string;
  /** `token:<uuid>`, or the guest API and the guest. */
  guest: string;
  conversationId: string;
  readOnly: boolean;
  /** Connections. */
  sockets: number;
  /** Messages in the history. */
  messages: number;
}

export interface Levers {
  fault(fault: Fault): void;
  clearFaults(): void;
  faults(): Fault[];
  requests(): RecordedRequest[];
  clearRequests(): void;
  frames(): RecordedFrame[];
  sessions(): SessionSummary[];
  say(speech: Speech): void;
  send(frame: unknown, session?: string): void;
  advance(seconds: number): void;
  now(): number;
  dropSockets(): void;
  setClients(clients: readonly SimulatorClient[]): void;
}

/** A speech of unknown shape as a speech; a TypeError says what is wrong with it. */
export function readSpeech(value: unknown): Speech {
  const { text, content, events, session, from, entity, metadata } = record(value);
  if (text !== undefined && str(text) === undefined) throw new TypeError("text must be a string");
  if (content !== undefined && !Array.isArray(content)) throw new TypeError("content must be an array");
  if (events !== undefined && !Array.isArray(events)) throw new TypeError("events must be an array");
  if (session !== undefined && str(session) === undefined) throw new TypeError("session must be a string");
  for (const [name, map] of Object.entries({ from, metadata })) {
    const right =
      map === undefined || (map === record(map) && Object.values(map).every((one) => typeof one === "string"));
    if (!right) throw new TypeError(`${name} must be an object of strings`);
  }
  const who = entity === "Human" || entity === "Bot" ? entity : undefined;
  if (who !== entity) throw new TypeError("entity must be Human or Bot");
  if (!text && list(content).length === 0 && list(events).length === 0) {
    throw new TypeError("say needs text, content or events");
  }
  return {
    ...(typeof text === "string" ? { text } : {}),
    ...(Array.isArray(content) ? { content } : {}),
    ...(Array.isArray(events) ? { events } : {}),
    ...(typeof session === "string" ? { session } : {}),
    ...(who ? { entity: who } : {}),
    ...optional({
      from: from === undefined ? undefined : stringMap(from),
      metadata: metadata === undefined ? undefined : stringMap(metadata),
    }),
  };
}

/** Seconds to advance by; a TypeError says what is wrong with them. */
export function readSeconds(value: unknown): number {
  const seconds = num(value);
  if (seconds === undefined || seconds < 0) throw new TypeError("seconds must be a number of at least 0");
  return seconds;
}

export function controlRoutes(app: FastifyInstance, levers: Levers): void {
  app.post("/_sim/faults", async (request, reply) => {
    levers.fault(atDoor(() => readFault(request.body)));
    return reply.code(201).send({ faults: levers.faults().length });
  });
  app.get("/_sim/faults", async () => levers.faults());
  app.delete("/_sim/faults", async (_request, reply) => {
    levers.clearFaults();
    return reply.code(204).send();
  });
  app.get("/_sim/requests", async () => levers.requests());
  app.delete("/_sim/requests", async (_request, reply) => {
    levers.clearRequests();
    return reply.code(204).send();
  });
  app.get("/_sim/frames", async () => levers.frames());
  app.get("/_sim/sessions", async () => levers.sessions());
  app.post("/_sim/say", async (request) => {
    atDoor(() => levers.say(readSpeech(request.body)));
    return { said: true };
  });
  app.post("/_sim/send", async (request) => {
    const { frame, session } = record(request.body);
    atDoor(() => levers.send(frame, str(session)));
    return { sent: true };
  });
  app.post("/_sim/advance", async (request) => {
    levers.advance(atDoor(() => readSeconds(record(request.body)["seconds"])));
    return { now: levers.now() };
  });
  app.get("/_sim/now", async () => ({ now: levers.now() }));
  app.put("/_sim/clients", async (request) => {
    atDoor(() => levers.setClients(readClients(request.body)));
    return { clients: list(request.body).length };
  });
  app.post("/_sim/drop-sockets", async () => {
    levers.dropSockets();
    return { dropped: true };
  });
}

/** Clients of unknown shape as they are listed; what is no text in them is found by `setClients`. */
function readClients(value: unknown): SimulatorClient[] {
  return list(value).map((client) => ({
    id: str(record(client)["id"]) ?? "",
    secret: str(record(client)["secret"]) ?? "",
  }));
}

function atDoor<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof TypeError ? new PlatformError(400, error.message) : error;
  }
}
