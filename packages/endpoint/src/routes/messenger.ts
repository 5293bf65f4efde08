/** `GET /v1/messenger`: what a page may know before it has a token. Cacheable for five minutes. */
import { createHash } from "node:crypto";
import { ENDPOINT_PATHS } from "@guestpass/protocol";
import type { FastifyInstance } from "fastify";
import { matches } from "../etag.js";
import { messenger } from "../schemas.js";
import { contextOf, type Gate } from "./gate.js";

/** Private: the answer is for the caller's origin, and its CORS headers with it. */
const CACHE_CONTROL = "private, max-age=300";

export function messengerRoute(scope: FastifyInstance, gate: Gate): void {
  scope.get(ENDPOINT_PATHS.messenger, { schema: messenger, onRequest: gate.reads }, async (request, reply) => {
    const { deploymentId } = request.query as { deploymentId?: unknown };
    const info = await gate.run(() => gate.broker.messengerInfo(deploymentId, contextOf(request, reply, gate)));
    const body = JSON.stringify(info);
    const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
    reply.headers({ etag, "cache-control": CACHE_CONTROL });
    if (matches(request.headers["if-none-match"], etag)) return reply.code(304).send();
    return reply.type("application/json; charset=utf-8").send(body);
  });
}
