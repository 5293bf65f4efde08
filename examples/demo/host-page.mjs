// The host page's own server: static files under a strict Content-Security-Policy, and the few calls by which the
// controls beside the page change what stands behind it.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import { GUEST_APIS } from "@guestpass/protocol";
import Fastify from "fastify";
import { DEPLOYMENT_ID } from "./stage.mjs";

const PUBLIC = fileURLToPath(new URL("./public/", import.meta.url));

export function createHostPage(stage) {
  const app = Fastify({ forceCloseConnections: true });

  app.addHook("onSend", (_request, reply, _payload, done) => {
    const endpoint = stage.endpointUrl;
    const socket = stage.simulatorUrl.replace(/^http/, "ws");
    reply.header(
      "Content-Security-Policy",
      [
        "default-src 'none'",
        `script-src 'self' ${endpoint}`,
        "style-src 'self'",
        `connect-src 'self' ${endpoint} ${stage.simulatorUrl} ${socket}`,
        `img-src 'self' data: ${stage.simulatorUrl}`,
        `media-src ${stage.simulatorUrl}`,
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types guestpass",
      ].join("; "),
    );
    reply.header("Cache-Control", "no-store");
    done();
  });

  app.register(fastifyStatic, { root: PUBLIC, index: false });
  app.get("/", async (_request, reply) => {
    const html = await readFile(`${PUBLIC}index.html`, "utf8");
    reply.type("text/html; charset=utf-8");
    return html.replaceAll("{{endpoint}}", stage.endpointUrl).replaceAll("{{deployment}}", DEPLOYMENT_ID);
  });
  app.get("/demo/state", () => ({
    settings: stage.settings,
    trouble: stage.trouble,
    calls: stage.calls(),
    guestApis: GUEST_APIS,
  }));
  app.post(
    "/demo/settings",
    {
      schema: {
        body: {
          type: "object",
          additionalProperties: false,
          properties: {
            guestApi: { enum: GUEST_APIS },
            tokenLife: { type: "integer", minimum: 15, maximum: 86400 },
          },
        },
      },
    },
    async (request, reply) => {
      await stage.change(request.body);
      return reply.code(204).send();
    },
  );
  app.post(
    "/demo/trouble",
    {
      schema: {
        body: {
          type: "object",
          additionalProperties: false,
          properties: {
            endpoint: { enum: ["fine", "failing", "down"] },
            platform: { enum: ["fine", "slow", "down"] },
            offline: { type: "boolean" },
          },
        },
      },
    },
    (request, reply) => {
      stage.disturb(request.body);
      return reply.code(204).send();
    },
  );
  app.post(
    "/demo/say",
    {
      schema: {
        body: { type: "object", required: ["text"], properties: { text: { type: "string", maxLength: 500 } } },
      },
    },
    (request, reply) => {
      stage.say(request.body.text);
      return reply.code(204).send();
    },
  );

  return {
    listen: (port) => app.listen({ host: "127.0.0.1", port }),
    close: () => app.close(),
  };
}
