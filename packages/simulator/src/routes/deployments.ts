/** The public files of a deployment on the CDN: `config.json`, `domains.json`. */
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Platform } from "../platform.js";
import { isListed } from "../settings.js";
import { deploymentConfig, deploymentDomains } from "../world/deployment.js";

const BASE = "/webdeployments/v1/deployments/:deploymentId";

export function deploymentRoutes(app: FastifyInstance, platform: Platform): void {
  const { settings } = platform;

  app.get<{ Params: { deploymentId: string } }>(`${BASE}/config.json`, async (request, reply) => {
    const { deploymentId } = request.params;
    if (!isListed(settings.deployments, deploymentId)) return denied(reply);
    const api = platform.origin();
    return cached(reply).send(deploymentConfig(deploymentId, settings, { api, messaging: api.replace(/^http/, "ws") }));
  });

  app.get<{ Params: { deploymentId: string } }>(`${BASE}/domains.json`, async (request, reply) => {
    if (!isListed(settings.deployments, request.params.deploymentId)) return denied(reply);
    return cached(reply).send(deploymentDomains(settings));
  });
}

function cached(reply: FastifyReply): FastifyReply {
  return reply.header("cache-control", "max-age=60");
}

/** The store behind the CDN knows no "not found". */
function denied(reply: FastifyReply): FastifyReply {
  return reply
    .code(403)
    .type("application/xml")
    .send(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
    );
}
