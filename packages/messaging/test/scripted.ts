/** A platform whose every frame the test decides: a real socket server on loopback, for what a well-behaved one never does. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";

export interface Frame {
  action: string;
  token: string;
  tracingId: string;
  startNew?: boolean;
  data?: { code: string };
  message?: { type: string; text?: string; metadata?: Record<string, string>; events?: { eventType: string }[] };
}

export interface Guest {
  /** 1 for the first connection. */
  number: number;
  say(frame: unknown): void;
  cut(): void;
}

export interface Scripted {
  url: string;
  /** Every frame so far with its connection's number. */
  frames: (Frame & { connection: number })[];
  /** Query strings of the upgrades. */
  queries: string[];
  connections: number;
  /** Resolves with the first frame, from now or before, that fits. */
  frame(fits: (frame: Frame & { connection: number }) => boolean): Promise<Frame & { connection: number }>;
  open(): Guest[];
}

export const session = (frame: Frame, body: Record<string, unknown> = {}) => ({
  type: "response",
  class: "SessionResponse",
  code: 200,
  tracingId: frame.tracingId,
  body: { connected: true, newSession: true, readOnly: false, ...body },
});

export const refusalFrame = (code: number, text: string, tracingId?: string) => ({
  type: "response",
  class: "string",
  code,
  body: text,
  ...(tracingId === undefined ? {} : { tracingId }),
});

let count = 0;
const numbered = (who: string) => {
  count += 1;
  return `${who}-${count}`;
};

export const echoOf = (frame: Frame, id = numbered("server")) => ({
  type: "message",
  class: "StructuredMessage",
  code: 200,
  tracingId: frame.tracingId,
  body: { ...frame.message, id, direction: "Inbound", channel: { time: new Date().toISOString(), messageId: id } },
});

export const agentSays = (text: string, id = numbered("agent"), time = new Date().toISOString()) => ({
  type: "message",
  class: "StructuredMessage",
  code: 200,
  body: {
    id,
    type: "Text",
    text,
    direction: "Outbound",
    originatingEntity: "Human",
    channel: { time, from: { nickname: "Ann" } },
  },
});

/** `answer` is called with every frame; `http` answers history, 404 without it. */
export async function scripted(
  answer: (frame: Frame, guest: Guest) => void,
  http: (
    url: string,
    authorization: string,
  ) => { status: number; body: unknown; headers?: Record<string, string> } = () => ({
    status: 404,
    body: {},
  }),
): Promise<Scripted> {
  const server = createServer((request, response) => {
    const { status, body, headers } = http(request.url ?? "", request.headers.authorization ?? "");
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  });
  const sockets = new WebSocketServer({ server });
  const guests = new Map<WebSocket, Guest>();
  const looking = new Set<() => void>();
  const platform: Scripted = {
    url: "",
    frames: [],
    queries: [],
    connections: 0,
    frame: (fits) =>
      new Promise((resolve) => {
        const look = () => {
          const found = platform.frames.find(fits);
          if (!found) return;
          looking.delete(look);
          resolve(found);
        };
        looking.add(look);
        look();
      }),
    open: () => [...guests.values()],
  };
  sockets.on("connection", (socket, request) => {
    platform.connections += 1;
    platform.queries.push(request.url ?? "");
    const guest: Guest = {
      number: platform.connections,
      say: (frame) => socket.send(typeof frame === "string" ? frame : JSON.stringify(frame)),
      cut: () => socket.terminate(),
    };
    guests.set(socket, guest);
    socket.on("close", () => guests.delete(socket));
    socket.on("message", (data: Buffer) => {
      const frame = JSON.parse(data.toString("utf8")) as Frame;
      platform.frames.push({ ...frame, connection: guest.number });
      answer(frame, guest);
      for (const look of looking) look();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  platform.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
  });
  return platform;
}
