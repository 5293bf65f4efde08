// Document 5, whole, in a server of one's own: POST /api/webchat/guest-token for the pages of known origins, routed to a
// queue, served once the credentials are proved. `guestpass serve` is the same with limits, metrics and problem+json.
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { BrokerError, createBroker, ephemeralKeyRing } from "@guestpass/broker";
import { platformOf, runAs } from "./platform.mjs";

const PATH = "/api/webchat/guest-token";

export async function main(env, log) {
  const origins = (env.FRONTEND_ORIGIN ?? "").split(",");
  const broker = createBroker({
    guestApi: "webchat-instances",
    platform: { ...platformOf(env), verifyQueues: true },
    deploymentIds: [env.DEPLOYMENT_ID],
    queueIds: (env.QUEUE_IDS ?? "").split(","),
    session: { keys: ephemeralKeyRing() },
  });

  // Before the first request: credentials that are refused end it.
  const proof = await broker.prove();
  if (!proof.ok) {
    await broker.close();
    throw new Error(`${proof.reason} ${proof.mend}`);
  }

  const serve = async (request, response) => {
    const { origin } = request.headers;
    const known = origin !== undefined && origins.includes(origin);
    const answer = (status, body) => {
      response.writeHead(status, {
        "content-type": "application/json",
        "cache-control": "no-store",
        vary: "Origin",
        ...(known && {
          "access-control-allow-origin": origin,
          "access-control-allow-methods": "POST",
          "access-control-allow-headers": "Content-Type, X-Request-ID",
        }),
      });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    };
    if (!known) return answer(403, { code: "origin_not_allowed" });
    if (request.method === "OPTIONS") return answer(204);
    if (request.method !== "POST" || request.url !== PATH) return answer(404, { code: "not_found" });
    try {
      const requestId = request.headers["x-request-id"] ?? crypto.randomUUID();
      const body = JSON.parse(await text(request));
      return answer(201, await broker.compatGuestToken(body, { requestId, origin }));
    } catch (error) {
      if (!(error instanceof BrokerError)) return answer(400, { code: "invalid_request" });
      // The platform's own 401 and 403 are passed on.
      const status = [401, 403].includes(error.upstreamStatus) ? error.upstreamStatus : error.status;
      return answer(status, { code: error.code, detail: error.message, errors: error.errors });
    }
  };
  const server = createServer((request, response) => void serve(request, response));
  server.once("close", () => void broker.close());
  await new Promise((resolve) => server.listen(Number(env.PORT ?? 3000), "127.0.0.1", resolve));
  log(`guest token endpoint listening on http://127.0.0.1:${server.address().port}${PATH}`);
  return server;
}

runAs(import.meta.url, main);
