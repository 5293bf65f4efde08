/**
 * `wss /v1`: upgrades, one connection after the other, frames in and out. Knows no session; what a frame means is asked
 * elsewhere.
 */
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import type { Fault } from "./faults.js";
import type { Platform } from "./platform.js";
import { PlatformError, platformErrorBody } from "./platform-error.js";
import { pathOf, type RecordedRequest } from "./recorder.js";
import type { GuestSocket } from "./sessions.js";
import { isListed } from "./settings.js";
import { mayEmbed } from "./world/deployment.js";

const PATH = "/v1";
/** `connections.rate.per.minute` of a deployment. */
const CONNECTIONS_PER_MINUTE = 1000;
const MINUTE_MS = 60_000;
/** The platform's gateway takes no larger frame. */
const FRAME_BYTES = 128 * 1024;
/** How long a guest may take to answer the close frame when the simulator ends. */
const GOODBYE_MS = 500;

export interface SocketServer {
  /** Cuts every connection without a close frame. */
  drop(): void;
  close(): Promise<void>;
}

export interface SocketEvents {
  frame(socket: GuestSocket, wire: string): Promise<void>;
  gone(socket: GuestSocket): void;
}

export function createSocketServer(server: Server, platform: Platform, events: SocketEvents): SocketServer {
  const { settings, clock, recorder, faults, windows } = platform;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: FRAME_BYTES, perMessageDeflate: false });
  const waiting = new Set<Duplex>();
  const ending = new AbortController();
  let count = 0;

  server.on("upgrade", (request, stream, head) => {
    stream.on("error", () => stream.destroy());
    void upgrade(request, stream, head);
  });

  async function upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    const url = request.url ?? "/";
    const entry = recorder.open({ at: clock.now(), method: "GET", url, headers: request.headers });
    const fault = faults.take("GET", pathOf(url));
    waiting.add(stream);
    stream.once("close", () => waiting.delete(stream));
    if (fault?.delayMs) await wait(fault.delayMs, undefined, { signal: ending.signal }).catch(() => undefined);
    if (ending.signal.aborted || fault?.drop) return void stream.destroy();
    if (fault?.hang) return;
    waiting.delete(stream);
    if (fault && (fault.status !== undefined || fault.body !== undefined)) return answerFault(stream, entry, fault);
    const refused = refusalOf(request, entry);
    if (refused)
      return answer(stream, entry, refused.status, { "content-type": "application/json" }, platformErrorBody(refused));
    entry.status = 101;
    sockets.handleUpgrade(request, stream, head, (socket) => welcome(socket, entry.query["deploymentId"] ?? ""));
  }

  function refusalOf(request: IncomingMessage, { path, query }: RecordedRequest): PlatformError | null {
    if (path !== PATH) return new PlatformError(404, `HTTP 404 Not Found: ${path}`);
    const deploymentId = query["deploymentId"];
    if (!deploymentId) return new PlatformError(400, "deploymentId is missing in the query");
    if (!isListed(settings.deployments, deploymentId)) return new PlatformError(403, "The deployment may not be used");
    if (!mayEmbed(settings.allowedDomains, request.headers.origin, request.headers.host ?? "")) {
      return new PlatformError(403, "The origin is not one of the deployment's allowed domains");
    }
    const key = `connections:${deploymentId.toLowerCase()}`;
    if (!windows.take(key, CONNECTIONS_PER_MINUTE, MINUTE_MS).allowed)
      return new PlatformError(429, "Too many connections");
    return null;
  }

  function welcome(socket: WebSocket, deploymentId: string): void {
    count += 1;
    const guest: GuestSocket = {
      id: count,
      deploymentId,
      send: (frame) => socket.send(JSON.stringify(frame)),
      end: (code, reason) => socket.close(code, reason),
      cut: () => socket.terminate(),
    };
    let last = Promise.resolve();
    socket.on("message", (data) => {
      const wire = textOf(data);
      recorder.frame({ at: clock.now(), connection: guest.id, frame: wire });
      last = last
        .then(() => (socket.readyState === socket.OPEN ? events.frame(guest, wire) : undefined))
        .catch((error: unknown) => {
          process.emitWarning(error instanceof Error ? error : String(error));
          socket.close(1011, "Unexpected condition");
        });
    });
    socket.on("error", () => socket.terminate());
    socket.on("close", () => events.gone(guest));
  }

  return {
    drop() {
      for (const socket of sockets.clients) socket.terminate();
    },
    async close() {
      ending.abort();
      for (const stream of waiting) stream.destroy();
      const open = [...sockets.clients];
      const closed = open.map((socket) => new Promise<void>((resolve) => socket.once("close", () => resolve())));
      for (const socket of open) socket.close(1001, "The platform is going away");
      await Promise.race([Promise.all(closed), wait(GOODBYE_MS, undefined, { ref: false })]);
      for (const socket of open) socket.terminate();
      sockets.close();
    },
  };
}

function answerFault(stream: Duplex, entry: RecordedRequest, fault: Fault): void {
  const status = fault.status ?? 200;
  const type = typeof fault.body === "string" ? "text/plain" : "application/json";
  const body =
    fault.body ?? platformErrorBody(new PlatformError(status, `The request was answered with status ${status}`));
  answer(stream, entry, status, { "content-type": type, ...fault.headers }, body);
}

function answer(
  stream: Duplex,
  entry: RecordedRequest,
  status: number,
  headers: Record<string, string>,
  body: unknown,
): void {
  entry.status = status;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const lines = Object.entries({ ...headers, "content-length": String(Buffer.byteLength(text)), connection: "close" });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  stream.end(`HTTP/1.1 ${status} ${status === 403 ? "Forbidden" : "Refused"}\r\n${head}\r\n${text}`);
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString("utf8");
  return Buffer.from(data as Buffer).toString("utf8");
}
