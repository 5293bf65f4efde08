/**
 * A span for each request, by the OpenTelemetry SDK that the host has registered in this process. Knows what a span may
 * say: the method, the route's pattern, the status, a problem's code; nothing that a client or the platform has sent.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { problemToldIn } from "./answers.js";

/** What is used of a span. */
interface Span {
  updateName(name: string): unknown;
  setAttribute(name: string, value: string): unknown;
  setStatus(status: { code: number; message?: string }): unknown;
}

/** Before all hooks and routes. Does nothing, and loads nothing, where no SDK is registered or a package is missing. */
export async function traceRequests(app: FastifyInstance): Promise<void> {
  const api = await import("@opentelemetry/api").catch(() => undefined);
  if (!api) return;
  const provider = api.trace.getTracerProvider();
  // Without an SDK the provider stands for the one that does nothing.
  const nothing = new api.ProxyTracerProvider().getDelegate();
  if (provider instanceof api.ProxyTracerProvider && provider.getDelegate() === nothing) return;
  const otel = await import("@fastify/otel").catch(() => undefined);
  if (!otel) {
    app.log.warn("an OpenTelemetry SDK is registered, but @fastify/otel is not installed: requests are not traced");
    return;
  }
  const { FastifyOtelInstrumentation } = otel;
  const instrumentation = new FastifyOtelInstrumentation({
    instrumentHooks: false,
    instrumentHandler: false,
    recordExceptions: false,
    requestHook: (span, request) => describe(span, request),
  });
  await app.register(instrumentation.plugin());
  app.addHook("onSend", (request, reply, payload, done) => {
    const code = problemToldIn(reply.raw);
    if (code !== undefined) request.opentelemetry().span?.setAttribute("error.type", code);
    done(null, payload);
  });
}

function describe(span: Span, request: FastifyRequest): void {
  // A path that is no route's, and any query, may hold whatever somebody pasted there.
  const route = request.is404 ? "unknown" : (request.routeOptions.url ?? "unknown");
  span.updateName(`${request.method} ${route}`);
  span.setAttribute("url.path", route);
  // An unexpected error's message may hold anything, and the status would take it over.
  const setStatus = span.setStatus.bind(span);
  span.setStatus = ({ code }) => setStatus({ code });
}
