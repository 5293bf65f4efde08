// What stands behind the page: the simulator and the endpoint, started anew when a setting changes, on the same ports,
// and broken on demand. Knows nothing of the page but its origin.
import { randomUUID } from "node:crypto";
import { createServer, readConfig } from "@guestpass/endpoint";
import { startSimulator } from "@guestpass/simulator";

export const DEPLOYMENT_ID = "5d9d1f52-2f2b-4c0c-9d8e-6d3f2a7c1e10";
const QUEUE_ID = "b1a7c7c4-7d53-4b4a-9c55-0f6f3b1f2d20";
const CLIENT = { id: "guestpass-demo", secret: randomUUID() };

export function createStage({ guestApi, tokenLife }) {
  const settings = { guestApi, tokenLife };
  const trouble = { endpoint: "fine", platform: "fine", offline: false };
  const ports = { simulator: 0, endpoint: 0 };
  let origins = [];
  let simulator;
  let endpoint;
  let endpointUrl = "";
  let changing = Promise.resolve();

  async function start() {
    simulator = await startSimulator({
      port: ports.simulator,
      tokenLife: settings.tokenLife,
      clients: [CLIENT],
      deployments: [DEPLOYMENT_ID],
      queues: [QUEUE_ID],
    });
    ports.simulator = simulator.port;
    endpoint = await createServer(
      readConfig({
        GUEST_API: settings.guestApi,
        GENESYS_BASE_URL: simulator.url,
        GENESYS_CLIENT_ID: CLIENT.id,
        GENESYS_CLIENT_SECRET: CLIENT.secret,
        ALLOWED_ORIGINS: origins.join(","),
        DEPLOYMENT_IDS: DEPLOYMENT_ID,
        QUEUE_IDS: QUEUE_ID,
        CUSTOM_SIGNING_SECRET: "the demo signs with a secret that is none",
        CUSTOM_SIGNING_TTL: String(settings.tokenLife),
        RATE_LIMIT_MAX: "300",
        AUDIT_LOG: "off",
        LOG_LEVEL: "silent",
        HOST: "127.0.0.1",
        PORT: String(ports.endpoint),
      }),
    );
    endpoint.app.addHook("onRequest", (request, reply, done) => {
      if (trouble.offline || trouble.endpoint === "down") {
        request.raw.destroy();
        reply.hijack();
      } else if (trouble.endpoint === "failing" && request.url.startsWith("/v1/")) {
        reply.code(500).send({ error: "out of order" });
      } else done();
    });
    endpointUrl = await endpoint.start();
    ports.endpoint = Number(new URL(endpointUrl).port);
    breakThings();
  }

  async function stop() {
    await endpoint?.close();
    await simulator?.close();
  }

  function breakThings() {
    simulator.clearFaults();
    if (trouble.platform === "down") {
      simulator.fault({ path: "/oauth/token", status: 503, times: 1_000_000 });
      simulator.fault({ path: "/api/*", status: 503, times: 1_000_000 });
    }
    if (trouble.platform === "slow") simulator.fault({ path: "/api/*", delayMs: 3000, times: 1_000_000 });
    if (trouble.offline || trouble.platform === "down") {
      simulator.fault({ path: "/v1", drop: true, times: 1_000_000 });
      simulator.dropSockets();
    }
  }

  function next(work) {
    changing = changing.then(work, work);
    return changing;
  }

  return {
    settings,
    trouble,
    get endpointUrl() {
      return endpointUrl;
    },
    get simulatorUrl() {
      return simulator?.url ?? "";
    },
    open(pageUrl) {
      origins = [pageUrl, pageUrl.replace("127.0.0.1", "localhost")];
      return next(start);
    },
    change(changes) {
      Object.assign(settings, changes);
      return next(async () => {
        await stop();
        await start();
      });
    },
    disturb(changes) {
      Object.assign(trouble, changes);
      breakThings();
    },
    say(text) {
      simulator.say({ text });
    },
    /** What reached the platform, by kind. */
    calls() {
      const count = (test) => simulator.requests().filter(test).length;
      return {
        oauth: count(({ path }) => path.endsWith("/oauth/token")),
        guests: count(
          ({ method, path }) => method === "POST" && path.startsWith("/api/v2/") && !path.endsWith("/oauth/token"),
        ),
      };
    },
    close: () => next(stop),
  };
}
