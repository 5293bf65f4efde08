/** `POST /v1/sessions`, its refresh and its end. Parses the handle and the proof; the broker does the rest. */
import type { RequestContext } from "@guestpass/broker";
import { ENDPOINT_PATHS } from "@guestpass/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Refusal } from "../problems.js";
import { endSession, refreshSession, startSession } from "../schemas.js";
import { contextOf, type Gate } from "./gate.js";

export function sessionRoutes(scope: FastifyInstance, gate: Gate): void {
  const { broker } = gate;

  scope.post(ENDPOINT_PATHS.sessions, { schema: startSession, onRequest: gate.starts }, async (request, reply) => {
    const upgradeFrom = bearerOf(request);
    const context = contextOf(request, reply, gate);
    const session = await gate.run(() =>
      broker.startSession(request.body, upgradeFrom === undefined ? context : { ...context, upgradeFrom }),
    );
    return reply.code(201).send(session);
  });

  scope.post(ENDPOINT_PATHS.refresh, { schema: refreshSession, onRequest: gate.refreshes }, async (request, reply) =>
    withHandle(request, reply, gate, (handle, context) => broker.refreshSession(handle, request.body, context)),
  );

  scope.delete(ENDPOINT_PATHS.sessions, { schema: endSession, onRequest: gate.refreshes }, async (request, reply) => {
    await withHandle(request, reply, gate, (handle, context) => broker.endSession(handle, context));
    return reply.code(204).send();
  });
}

async function withHandle<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  gate: Gate,
  work: (handle: string, context: RequestContext) => Promise<T>,
): Promise<T> {
  const handle = bearerOf(request);
  if (handle === undefined)
    throw new Refusal("session_invalid", "Send the session handle: Authorization: Bearer <handle>.");
  const context = contextOf(request, reply, gate);
  return gate.run(() => work(handle, context));
}

/** RFC 6750: the scheme in any case, one token. Something else in the header is no handle. */
function bearerOf(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers;
  return authorization === undefined ? undefined : /^bearer +([\w.~+/=-]+) *$/i.exec(authorization)?.[1];
}
