/** Spans as a host's own SDK exports them. */
import { context, propagation, trace } from "@opentelemetry/api";
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLIENT, DEPLOYMENT, ORIGIN, type RunningEndpoint, startEndpoint } from "./running-endpoint.js";

const SECRET_PATH = "/eyJhbGciOiJub25lIn0.a-path-that-somebody-pasted";

describe("with an SDK in the process", () => {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  let endpoint: RunningEndpoint;
  beforeAll(async () => {
    provider.register();
    endpoint = await startEndpoint({ GUEST_API: "guest-tokens", UPSTREAM_DEADLINE: "1", UPSTREAM_TIMEOUT: "1" });
  });
  afterAll(async () => {
    await endpoint.close();
    await provider.shutdown();
    for (const part of [trace, context, propagation]) part.disable();
  });

  /** The span of the request that has just been answered. */
  async function spanOf(name: string): Promise<ReadableSpan> {
    const named = () => exporter.getFinishedSpans().filter((span) => span.name === name);
    await expect.poll(() => named().length, { interval: 5 }).toBe(1);
    const [span] = named();
    if (!span) throw new Error(`no span ${name}`);
    return span;
  }

  it("a start and a refresh are a span each, with the caller's as its parent", async () => {
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const started = await endpoint.post(
      `/v1/sessions?token=${CLIENT.secret}`,
      { deploymentId: DEPLOYMENT },
      { traceparent },
    );
    expect(started.status).toBe(201);
    const start = await spanOf("POST /v1/sessions");
    expect(start.spanContext().traceId).toBe("4bf92f3577b34da6a3ce929d0e0e4736");
    expect(start.parentSpanContext?.spanId).toBe("00f067aa0ba902b7");
    expect(start.attributes).toMatchObject({
      "http.request.method": "POST",
      "http.route": "/v1/sessions",
      "url.path": "/v1/sessions",
      "http.response.status_code": 201,
    });
    const bearer = { authorization: `Bearer ${started.json.session.handle}` };
    const refreshed = await endpoint.post("/v1/sessions/refresh", undefined, bearer);
    expect(refreshed.status).toBe(200);
    const refresh = await spanOf("POST /v1/sessions/refresh");
    expect(refresh.attributes["http.response.status_code"]).toBe(200);
    expect(refresh.status.code).toBe(0);

    exporter.reset();
    endpoint.simulator.fault({ path: "/api/v2/guest-tokens", status: 500, body: CLIENT.secret, times: 9 });
    expect((await endpoint.post("/v1/sessions", { deploymentId: DEPLOYMENT })).status).toBe(503);
    endpoint.simulator.clearFaults();
    const failed = await spanOf("POST /v1/sessions");
    expect(failed.attributes).toMatchObject({ "error.type": "upstream_unavailable", "http.response.status_code": 503 });
    expect(failed.status).toEqual({ code: 2 });
  });

  it("nothing that was sent or answered is in a span", async () => {
    exporter.reset();
    const { json } = await endpoint.post("/v1/sessions", { deploymentId: DEPLOYMENT });
    const bearer = { origin: ORIGIN, authorization: `Bearer ${json.session.handle}` };
    const refreshed = await endpoint.post(`/v1/sessions/refresh?handle=${json.session.handle}`, undefined, bearer);
    await endpoint.ask("GET", SECRET_PATH, bearer);
    const body = `{"identityToken":"${json.session.handle}`;
    const broken = await endpoint.ask("POST", "/v1/sessions", { ...bearer, "content-type": "application/json" }, body);
    expect(broken.status).toBe(400);
    const thrown = `an unexpected error with ${CLIENT.secret}`;
    const { startSession } = endpoint.server.broker;
    endpoint.server.broker.startSession = async () => Promise.reject(new Error(thrown));
    expect((await endpoint.post("/v1/sessions", { deploymentId: DEPLOYMENT })).status).toBe(500);
    endpoint.server.broker.startSession = startSession;

    await expect.poll(() => exporter.getFinishedSpans().length, { interval: 5 }).toBe(5);
    const told = exporter
      .getFinishedSpans()
      .map(({ name, attributes, events, status, links }) =>
        JSON.stringify({ name, attributes, events, status, links }),
      );
    expect(told.some((span) => span.includes('"error.type":"internal"'))).toBe(true);
    expect(told.some((span) => span.includes("GET unknown"))).toBe(true);
    const secrets = [
      CLIENT.secret,
      json.token,
      json.session.handle,
      refreshed.json.token,
      refreshed.json.session.handle,
    ];
    for (const secret of [...secrets, SECRET_PATH, json.guestId, thrown])
      for (const span of told) expect(span).not.toContain(secret);
  });
});

it("without an SDK in the process nothing is traced, and requests are answered all the same", async () => {
  const endpoint = await startEndpoint();
  try {
    expect(endpoint.server.app.hasPlugin("@fastify/otel")).toBe(false);
    expect((await endpoint.post("/v1/sessions", { deploymentId: DEPLOYMENT })).status).toBe(201);
  } finally {
    await endpoint.close();
  }
});
