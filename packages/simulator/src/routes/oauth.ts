/** `POST /oauth/token`: client credentials. Knows which pairs are accepted; does not know what a token opens. */
import { record, str } from "@guestpass/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Platform } from "../platform.js";
import { OAuthError } from "../platform-error.js";

/** Document 4 has the second path. */
const PATHS = ["/oauth/token", "/api/v2/oauth/token"];

/** What the documents' clients are allowed, when no scope is asked for by name. */
const ALL_SCOPES = [
  "conversations:messaging:send",
  "conversations:messaging:receive",
  "analytics:query",
  "externaluser:guest:create",
  "externaluser:guest:read",
  "webmessaging:guest:create",
  "openid",
  "webchat:guest-token:create",
  "webchat:guest-token:read",
  "oauth:client:credentials",
  "webchat:guest:create",
];

export function oauthRoutes(app: FastifyInstance, platform: Platform): void {
  const { settings } = platform;
  for (const path of PATHS) {
    app.post(path, async (request, reply) => {
      const form = readForm(request);
      const { id, secret } = readCredentials(request, form);
      const grant = str(form["grant_type"]);
      if (!grant) throw new OAuthError(400, "invalid_request", "missing required parameter: grant_type");
      if (grant !== "client_credentials") {
        throw new OAuthError(400, "unsupported_grant_type", `unsupported grant type: ${grant}`);
      }
      checkClient(id, secret);
      const asked = str(form["scope"])?.split(" ").filter(Boolean) ?? [];
      const scopes = asked.length > 0 ? asked : null;
      const access_token = platform.accessTokens.issue(id, scopes, settings.oauthLife);
      reply.header("cache-control", "no-store");
      return {
        access_token,
        token_type: "bearer",
        expires_in: settings.oauthLife,
        scope: (scopes ?? ALL_SCOPES).join(" "),
      };
    });
  }

  function checkClient(id: string, secret: string): void {
    const clients = platform.clients();
    if (clients.length === 0) return;
    const client = clients.find((one) => one.id === id);
    if (!client) throw new OAuthError(400, "invalid_client", "client not found: invalid_client");
    if (client.secret !== secret) throw new OAuthError(401, "invalid_client", "authentication failed: invalid_client");
  }
}

function readForm(request: FastifyRequest): Readonly<Record<string, unknown>> {
  if (!request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) {
    throw new OAuthError(415, "invalid_request", "the body must be application/x-www-form-urlencoded");
  }
  return record(request.body);
}

/** Basic authentication, or `client_id` and `client_secret` in the form (document 2). */
function readCredentials(
  request: FastifyRequest,
  form: Readonly<Record<string, unknown>>,
): { id: string; secret: string } {
  const basic = /^basic +([A-Za-z0-9+/=]+)$/i.exec(request.headers.authorization ?? "")?.[1];
  const [, left, right] = basic ? (/^([^:]*):(.*)$/s.exec(Buffer.from(basic, "base64").toString("utf8")) ?? []) : [];
  const id = left ?? str(form["client_id"]);
  const secret = right ?? str(form["client_secret"]);
  if (!id || !secret) throw new OAuthError(401, "invalid_client", "client credentials are missing: invalid_client");
  return { id, secret };
}
