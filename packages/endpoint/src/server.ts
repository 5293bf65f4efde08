/**
 * The endpoint as a server of its own: a Fastify instance with bounds on everything that a client can make large or
 * slow, the broker behind it, the admin listener beside it. Knows a `Config`; reads no environment.
 */
import type { Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Writable } from "node:stream";
import type { Broker } from "@guestpass/broker";
import { type FastifyHttpOptions, type FastifyInstance, fastify } from "fastify";
import { localUrl } from "./address.js";
import { createAdmin } from "./admin.js";
import { answerProblem, openAnswer, requestIdOf } from "./answers.js";
import type { Config } from "./config.js";
import { createCors } from "./cors.js";
import { logOptions } from "./logging.js";
import { measure } from "./metrics.js";
import type { BrokerGivenOptions } from "./options.js";
import { originMatcher } from "./origins.js";
import { guestpass } from "./plugin.js";
import { Refusal } from "./problems.js";
import { startRunning } from "./running.js";
import { answerClientError } from "./socket-errors.js";
import { traceRequests } from "./tracing.js";

const HEADER_BYTES = 16 * 1024;
const REQUEST_MS = 10_000;
/** Looks for slow clients within the time that a request has. */
const LOOKS = 5;
/** Longer than the idle time of usual load balancers (60 s), so that it is they who close. */
const KEEP_ALIVE_MS = 72_000;
/** A platform that has not answered by then counts as one that cannot be reached. */
const PATIENCE_MS = 3000;
const CLOSE_IDLE_MS = 50;
/** What is still open so long after the last answer had to be out is cut. */
const CUT_AFTER_MS = 1000;
/** No byte in either direction for so long, beyond the time that an answer may take. */
const SILENCE_MS = 15_000;

export interface Surroundings {
  stdout?: Writable;
  stderr?: Writable;
  /** Of the plugin, before what the configuration says. */
  options?: Pick<BrokerGivenOptions, "publicUrl" | "maxConcurrent">;
  /** Headers and body of a request have to be there after so long, ms; 10 000. */
  requestMs?: number;
  /** The platform was reached after the start and refused the credentials: there is no use in going on. */
  onRefused?(refused: { reason: string; mend: string }): void;
}

export interface GuestpassServer {
  readonly app: FastifyInstance;
  readonly broker: Broker;
  /** The admin listener, where the configuration has one. */
  readonly admin: FastifyInstance | undefined;
  /**
   * Listens and proves the credentials. Resolves with the URL, also while the platform cannot be reached.
   * @throws CredentialsRefused; an error of the listening socket.
   */
  start(): Promise<string>;
  /** What `start` does without listening. @throws CredentialsRefused. */
  prove(): Promise<void>;
  /** False until the credentials have been proved. */
  readonly ready: boolean;
  /** Answers what is under way, then lets go of everything. */
  close(): Promise<void>;
}

/** The platform does not accept the credentials: `reason` says why, `mend` what to do. */
export class CredentialsRefused extends Error {
  override readonly name = "CredentialsRefused";
  readonly reason: string;
  readonly mend: string;
  constructor({ reason, mend }: { reason: string; mend: string }) {
    super(reason);
    this.reason = reason;
    this.mend = mend;
  }
}

/** @throws ConfigError when a file that the configuration names cannot be used. */
export async function createServer(config: Config, surroundings: Surroundings = {}): Promise<GuestpassServer> {
  const { stdout = process.stdout, stderr = process.stderr, requestMs = REQUEST_MS, options, onRefused } = surroundings;
  const app = fastify(serverOptions(config, stderr, requestMs));
  await traceRequests(app);
  const running = await startRunning(config, { log: app.log, stdout, onRefused: (proof) => onRefused?.(proof) });
  const { broker, readiness } = running;
  const metrics = config.admin && measure(app, broker, () => readiness.ready);
  const admin = metrics && createAdmin(metrics);
  await app.register(guestpass, { ...running.options, ...options, ownsNotFound: true });
  // After the plugin's own hooks, so that a refusal has its headers.
  warnOfUnknownProxies(app);
  askForHost(app);
  // RFC 9110 section 10.1.1: an unknown expectation may be refused or not; Node would, without a body.
  app.server.on("checkExpectation", app.routing);
  const connections = new Set<Socket>();
  app.server.on("connection", (socket: Socket) => {
    connections.add(socket);
    socket.once("close", () => connections.delete(socket));
  });

  const prove = async (): Promise<void> => {
    const proof = await readiness.prove();
    if (!proof.ok && proof.refused) throw new CredentialsRefused(proof);
  };

  return {
    app,
    broker,
    admin,
    prove,
    get ready() {
      return readiness.ready;
    },
    async start() {
      await app.listen({ host: config.host, port: config.port });
      if (config.admin) await admin?.listen(config.admin);
      await withinPatience(prove(), (refused) => onRefused?.(refused));
      return localUrl(config.host, (app.server.address() as AddressInfo).port);
    },
    async close() {
      readiness.close();
      await closeServer(app, connections, answerMs(config) + CUT_AFTER_MS);
      await admin?.close();
      metrics?.close();
      await running.close();
    },
  };
}

/** The longest that an answer may take. */
function answerMs(config: Config): number {
  return config.platform.deadlineSeconds * 1000;
}

/**
 * A connection that was busy when closing began is kept by its client once its answer is out; without this it would
 * hold the end up until the keep-alive time is over. One that has never asked anything, as browsers open them ahead of
 * need, counts as busy for Node, and is ended as well. When every answer must be out, what is left is cut.
 */
async function closeServer(app: FastifyInstance, connections: Set<Socket>, cutAfterMs: number): Promise<void> {
  const timer = setInterval(() => {
    app.server.closeIdleConnections();
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
  }, CLOSE_IDLE_MS);
  const cut = setTimeout(() => app.server.closeAllConnections(), cutAfterMs);
  try {
    await app.close();
  } finally {
    clearInterval(timer);
    clearTimeout(cut);
  }
}

/** Waits for the proof, but not for a platform that says nothing at all; a refusal that comes later is handed on. */
async function withinPatience(
  proving: Promise<void>,
  onLateRefusal: (refused: CredentialsRefused) => void,
): Promise<void> {
  let late = false;
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      late = true;
      resolve();
    }, PATIENCE_MS);
  });
  const settled = proving.catch((error: unknown) => {
    if (!late || !(error instanceof CredentialsRefused)) throw error;
    onLateRefusal(error);
  });
  await Promise.race([settled, patience]).finally(() => clearTimeout(timer));
}

function serverOptions(config: Config, stderr: Writable, requestMs: number): FastifyHttpOptions<Server> {
  const cors = createCors(originMatcher(config.allowedOrigins));
  return {
    ...logOptions({ level: config.logLevel, secrets: config.secretValues, write: (line) => stderr.write(line) }),
    genReqId: (request) => requestIdOf(request.headers),
    trustProxy: config.trustProxy.length > 0 ? [...config.trustProxy] : false,
    requestTimeout: requestMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionTimeout: answerMs(config) + SILENCE_MS,
    http: {
      maxHeaderSize: HEADER_BYTES,
      headersTimeout: requestMs,
      requireHostHeader: false,
      connectionsCheckingInterval: requestMs / LOOKS,
    },
    // What still comes on an open connection while closing is answered, with Connection: close.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      openAnswer(request, reply);
      cors.hook(request, reply, () => void answerProblem(error, request, reply));
    },
    clientErrorHandler: answerClientError,
  };
}

/** Behind a proxy that is not named all visitors are one network, and share one limit: worth a word, once. */
function warnOfUnknownProxies(app: FastifyInstance): void {
  let warned = false;
  app.addHook("onRequest", (request, _reply, done) => {
    if (!warned && request.headers["x-forwarded-for"] !== undefined && request.ip === request.socket.remoteAddress) {
      warned = true;
      request.log.warn(
        { peer: request.ip },
        "a proxy forwards for others, but TRUST_PROXY does not name it: all of them count as one network",
      );
    }
    done();
  });
}

/** RFC 9112 section 3.2. Node's own refusal is empty. */
function askForHost(app: FastifyInstance): void {
  app.addHook("onRequest", (request, _reply, done) => {
    if (request.headers.host !== undefined || request.raw.httpVersion === "1.0") done();
    else done(new Refusal("invalid_request", "Requests need a Host header."));
  });
}
