/**
 * Authenticated web messaging: a sign-in code for a Genesys JWT, a refresh, a revocation. The browser calls these itself,
 * without an access token. Any code works but `invalid`; the person is what stands before the code's first colon, so
 * that `ann:1` and `ann:2` are two sign-ins of one person.
 */

import type { FastifyInstance } from "fastify";
import { decodeJwt } from "jose";
import type { Platform } from "../platform.js";
import { PlatformError } from "../platform-error.js";
import { isListed } from "../settings.js";
import type { SignIn, SignIns } from "../sign-ins.js";
import { bearerOf, unauthenticated } from "./bearer.js";

const BASE = "/api/v2/webdeployments/token";

interface Exchange {
  deploymentId: string;
  oauth: { code?: string; idToken?: string };
}

const text = { type: "string", minLength: 1 };
const exchange = {
  type: "object",
  required: ["deploymentId", "oauth"],
  properties: {
    deploymentId: text,
    oauth: {
      type: "object",
      anyOf: [{ required: ["code"] }, { required: ["idToken"] }],
      properties: {
        code: text,
        idToken: text,
        redirectUri: text,
        nonce: text,
        maxAge: { type: "integer" },
        codeVerifier: text,
        iss: text,
      },
    },
    journeyContext: { type: "object" },
  },
};

const refresh = {
  type: "object",
  required: ["refreshToken"],
  properties: { refreshToken: text, deploymentId: text },
};

export function signInRoutes(
  app: FastifyInstance,
  platform: Platform,
  signIns: SignIns,
  onRevoked: (signIn: SignIn) => void,
): void {
  const { settings } = platform;

  app.post<{ Body: Exchange }>(`${BASE}/oauthcodegrantjwtexchange`, { schema: { body: exchange } }, async (request) => {
    const { deploymentId, oauth } = request.body;
    if (!isListed(settings.deployments, deploymentId)) throw new PlatformError(404, "The deployment was not found");
    const { code } = oauth;
    const userId = code === undefined ? subjectOf(oauth.idToken ?? "") : (code.split(":", 1)[0] ?? "");
    if (!userId || userId === "invalid") throw new PlatformError(401, "The sign-in code was not accepted");
    const signIn = signIns.open(userId, deploymentId);
    const jwt = await signIns.mint(signIn, settings.tokenLife);
    // with an id token there is nothing to renew from
    return code === undefined ? { jwt } : { jwt, refreshToken: signIn.refreshToken };
  });

  app.post<{ Body: { refreshToken: string; deploymentId?: string } }>(
    `${BASE}/refresh`,
    { schema: { body: refresh } },
    async (request) => {
      const signIn = signIns.ofRefreshToken(request.body.refreshToken);
      const deploymentId = request.body.deploymentId?.toLowerCase() ?? signIn?.deploymentId;
      if (!signIn || signIn.deploymentId !== deploymentId) throw unauthenticated("The refresh token is not valid");
      return { jwt: await signIns.mint(signIn, settings.tokenLife), refreshToken: signIn.refreshToken };
    },
  );

  app.delete(`${BASE}/revoke`, async (request, reply) => {
    const signIn = await signIns.ofJwt(bearerOf(request) ?? "");
    if (!signIn) throw unauthenticated("Invalid login credentials.");
    signIns.revoke(signIn);
    onRevoked(signIn);
    return reply.code(204).send();
  });
}

function subjectOf(idToken: string): string {
  try {
    return decodeJwt(idToken).sub ?? "";
  } catch {
    return "";
  }
}
