/** `POST /api/webchat/guest-token`: the older Express endpoint's contract, kept for pages that use it. */
import { BrokerError } from "@guestpass/broker";
import type { FastifyInstance } from "fastify";
import { Refusal } from "../problems.js";
import { compatGuestToken } from "../schemas.js";
import { contextOf, type Gate } from "./gate.js";

export const COMPAT_PATH = "/api/webchat/guest-token";
/** Statuses of the platform that this contract hands on as they are. */
const PASSED_ON: ReadonlySet<number> = new Set([401, 403]);

export function compatRoute(scope: FastifyInstance, gate: Gate): void {
  scope.post(COMPAT_PATH, { schema: compatGuestToken, onRequest: gate.starts }, async (request, reply) => {
    const token = await gate
      .run(() => gate.broker.compatGuestToken(request.body, contextOf(request, reply, gate)))
      .catch((error: unknown) => {
        throw passOn(error);
      });
    return reply.code(201).send(token);
  });
}

function passOn(error: unknown): unknown {
  if (!(error instanceof BrokerError) || !PASSED_ON.has(error.upstreamStatus ?? 0)) return error;
  return new Refusal(error.code, error.message, { status: error.upstreamStatus ?? error.status, cause: error.cause });
}
