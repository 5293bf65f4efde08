/**
 * What every answer carries: its request id, the security headers of a JSON API and, where something went wrong, a
 * problem. Knows no route.
 */
import type { ServerResponse } from "node:http";
import type { BrokerError } from "@guestpass/broker";
import type { FastifyReply, FastifyRequest } from "fastify";
import { nanoid } from "nanoid";
import { PROBLEM_TYPE, problemOf, type Refusal, refusalOf } from "./problems.js";

/** A caller's X-Request-Id is taken over when it looks like one. */
const SANE_ID = /^[\w.:~+/=@-]{1,128}$/;

export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  vary: "Origin",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
};

/** The caller's id if it is sane, else a new one. */
export function requestIdOf(headers: Record<string, string | string[] | undefined>): string {
  const given = headers["x-request-id"];
  return typeof given === "string" && SANE_ID.test(given) ? given : nanoid();
}

/** Sets the headers that every answer has, whatever comes of it. */
export function openAnswer(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(COMMON_HEADERS);
  reply.header("x-request-id", request.id);
}

/** Which problem an answer tells of, for who counts them. */
const told = new WeakMap<ServerResponse, string>();

/** The code of the problem that an answer tells of, if it does. */
export function problemToldIn(response: ServerResponse): string | undefined {
  return told.get(response);
}

/** Answers with a problem. What a page may not see goes to the log. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = refusalOf(error);
  told.set(reply.raw, refusal.code);
  // Work that was given up because its caller went away is no fault.
  if (!reply.raw.destroyed) logProblem(refusal, request);
  if ("headers" in refusal && refusal.headers) reply.headers(refusal.headers);
  if (refusal.retryAfterSeconds !== undefined) reply.header("retry-after", refusal.retryAfterSeconds);
  if (refusal.status === 401) reply.header("www-authenticate", "Bearer");
  return reply
    .code(refusal.status)
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(problemOf(refusal, request.id)));
}

function logProblem(refusal: Refusal | BrokerError, request: FastifyRequest): void {
  if (refusal.status < 500) request.log.debug({ code: refusal.code }, "refused");
  else if (refusal.code === "internal") request.log.error({ err: refusal.cause ?? refusal }, "unexpected error");
  else request.log.warn({ code: refusal.code, err: refusal.cause }, refusal.message);
}
