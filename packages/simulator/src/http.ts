/**
 * The HTTP server that speaks for all of the platform's hosts: parsing, recording, faults, CORS, error bodies. Knows no
 * route of the platform.
 */
import { setMaxListeners } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Fault } from "./faults.js";
import type { Platform } from "./platform.js";
import { OAuthError, oauthErrorBody, PlatformError, platformErrorBody } from "./platform-error.js";
import { keepableBody, pathOf, type RecordedRequest } from "./recorder.js";

/** Calls that a browser makes by itself; OAuth and the guest APIs are for servers and carry no CORS headers. */
const PUBLIC = [
  "/_sim/",
  "/api/v2/webmessaging/",
  "/api/v2/webdeployments/token/",
  "/webdeployments/",
  "/genesys-bootstrap/",
  "/uploads/",
  "/downloads/",
  "/media/",
];
const CONTROL = "/_sim/";

/** Parsed JSON is bounded by this; uploads have a bound of their own. */
const BODY_BYTES = 256 * 1024;

export interface HttpServer {
  app: FastifyInstance;
  /** Lets go of the requests that a fault keeps hanging. */
  release(): void;
}

export function createHttpServer(platform: Platform): HttpServer {
  const app = Fastify({
    bodyLimit: BODY_BYTES,
    logger: false,
    forceCloseConnections: "idle",
    exposeHeadRoutes: false,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, allErrors: true } },
  });
  const ending = new AbortController();
  // As many as wait for a delayed answer.
  setMaxListeners(0, ending.signal);
  const hanging = new Set<FastifyRequest["raw"]["socket"]>();
  const entries = new WeakMap<FastifyRequest, RecordedRequest>();

  app.removeContentTypeParser(["text/plain", "application/json"]);
  const parseJson = app.getDefaultJsonParser("error", "error");
  // the platform's own client says JSON where it sends nothing
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    if (body.length === 0) done(null, undefined);
    else void parseJson(request, body.toString(), done);
  });
  app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(body.toString())));
  });

  app.addHook("onRequest", async (request, reply) => {
    const path = pathOf(request.url);
    if (PUBLIC.some((prefix) => path.startsWith(prefix))) {
      reply.header("access-control-allow-origin", "*");
      if (request.method === "OPTIONS" && request.headers["access-control-request-method"])
        return preflight(request, reply);
      reply.header("access-control-expose-headers", "*, Retry-After");
    }
    if (path.startsWith(CONTROL)) return;
    const { method, url, headers } = request;
    entries.set(request, platform.recorder.open({ at: platform.clock.now(), method, url, headers }));
  });

  app.addHook("preValidation", async (request, reply) => {
    const path = pathOf(request.url);
    if (path.startsWith(CONTROL)) return;
    const entry = entries.get(request);
    if (entry) entry.body = keepableBody(request.body);
    const fault = platform.faults.take(request.method, path);
    if (!fault) return;
    if (fault.delayMs) await wait(fault.delayMs, undefined, { signal: ending.signal }).catch(() => undefined);
    return applyFault(fault, request, reply);
  });

  app.addHook("onResponse", async (request, reply) => {
    const entry = entries.get(request);
    if (entry) entry.status = reply.statusCode;
  });

  app.setErrorHandler((error, request, reply) => answerError(error, request, reply));
  app.setNotFoundHandler((request, reply) => {
    answerError(new PlatformError(404, `HTTP 404 Not Found: ${request.method} ${pathOf(request.url)}`), request, reply);
  });

  return {
    app,
    release() {
      ending.abort();
      for (const socket of hanging) socket.destroy();
    },
  };

  function applyFault(fault: Fault, request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
    const { socket } = request.raw;
    if (fault.drop) {
      reply.hijack();
      socket.destroy();
      return reply;
    }
    if (fault.hang) {
      reply.hijack();
      hanging.add(socket);
      socket.once("close", () => hanging.delete(socket));
      if (ending.signal.aborted) socket.destroy();
      return reply;
    }
    if (fault.status === undefined && fault.body === undefined) {
      if (fault.headers) reply.headers(fault.headers);
      return undefined;
    }
    const status = fault.status ?? 200;
    const body = fault.body ?? (status < 400 ? "" : faultBody(status));
    reply.code(status).headers({ ...contentType(body), ...fault.headers });
    return reply.send(typeof body === "string" ? body : JSON.stringify(body));
  }
}

function preflight(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply
    .code(204)
    .headers({
      "access-control-allow-methods": "GET, POST, PUT, DELETE, OPTIONS",
      "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "*",
      "access-control-max-age": "600",
      vary: "Access-Control-Request-Headers",
    })
    .send();
}

function faultBody(status: number): Record<string, unknown> {
  return platformErrorBody(new PlatformError(status, `The request was answered with status ${status}`));
}

function contentType(body: unknown): Record<string, string> {
  return { "content-type": typeof body === "string" ? "text/plain; charset=utf-8" : "application/json; charset=utf-8" };
}

/** Fastify's own errors (bad JSON, wrong type, a schema that does not match) become the platform's. */
function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  if (error instanceof OAuthError) {
    reply.code(error.status).send(oauthErrorBody(error));
    return;
  }
  const known = error instanceof PlatformError ? error : fromFastify(error, request);
  const body = platformErrorBody(known);
  reply
    .code(known.status)
    .headers({ "inin-correlation-id": String(body["contextId"]), ...known.headers })
    .send(body);
}

interface FastifyFailure {
  statusCode?: number;
  message?: string;
  validation?: { instancePath: string; message?: string; params?: Record<string, unknown> }[];
}

function fromFastify(error: unknown, request: FastifyRequest): PlatformError {
  const { statusCode, message, validation } = (error ?? {}) as FastifyFailure;
  if (validation) {
    const details = validation.map((fault) => ({
      errorCode: "invalid.value",
      fieldName: [...fault.instancePath.split("/").slice(1), fault.params?.["missingProperty"]]
        .filter(Boolean)
        .join("."),
    }));
    const said = validation.map((fault, i) => `${details[i]?.fieldName || "body"}: ${fault.message ?? "invalid"}`);
    return new PlatformError(400, `The request could not be understood: ${said.join("; ")}`, { details });
  }
  if (statusCode && statusCode >= 400 && statusCode < 500)
    return new PlatformError(statusCode, message ?? "Bad request");
  process.emitWarning(error instanceof Error ? error : String(error), `${request.method} ${pathOf(request.url)}`);
  return new PlatformError(500, "The server encountered an unexpected condition");
}
