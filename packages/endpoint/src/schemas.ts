/** The schemas of the routes, for OpenAPI alone: the broker checks requests, and answers are what it gives. */
import {
  compatAnswerSchema,
  compatRequestSchema,
  messengerInfoSchema,
  problemSchema,
  refreshedSessionSchema,
  refreshSessionSchema,
  sessionSchema,
  startSessionSchema,
} from "@guestpass/broker";
import type { FastifyInstance } from "fastify";
import { PROBLEM_TYPE } from "./problems.js";

/** Keeps the names apart from those of a server that the plugin is a guest in. */
const NAMESPACE = "guestpass:";

const healthSchema = {
  type: "object",
  required: ["status"],
  properties: {
    status: { type: "string", enum: ["live", "ready"] },
    checks: {
      type: "array",
      items: {
        type: "object",
        required: ["name", "ok"],
        properties: { name: { type: "string" }, ok: { type: "boolean" }, detail: { type: "string" } },
      },
    },
  },
} as const;

const SCHEMAS = {
  StartSessionRequest: startSessionSchema,
  RefreshSessionRequest: refreshSessionSchema,
  Session: sessionSchema,
  RefreshedSession: refreshedSessionSchema,
  MessengerInfo: messengerInfoSchema,
  CompatGuestTokenRequest: compatRequestSchema,
  CompatGuestToken: compatAnswerSchema,
  Problem: problemSchema,
  Health: healthSchema,
} as const;
type SchemaName = keyof typeof SCHEMAS;

/** Makes the schemas known to a scope, and its validation and serialisation free of them. */
export function knowSchemas(scope: FastifyInstance): void {
  for (const [name, schema] of Object.entries(SCHEMAS)) scope.addSchema({ ...schema, $id: NAMESPACE + name });
  scope.setValidatorCompiler(() => () => true);
  scope.setSerializerCompiler(() => (data) => JSON.stringify(data));
}

/** The name in OpenAPI's components. */
export function schemaName(schema: { $id?: unknown }): string {
  return String(schema.$id).slice(NAMESPACE.length);
}

const ref = (name: SchemaName) => ({ $ref: `${NAMESPACE}${name}#` });

const problem = (description: string) => ({ description, content: { [PROBLEM_TYPE]: { schema: ref("Problem") } } });
const json = (description: string, name: SchemaName) => ({
  description,
  content: { "application/json": { schema: ref(name) } },
});

const failures = {
  "4xx": problem("Refused; `code` says why and what to do"),
  "5xx": problem("The endpoint or the platform fails; try again, after Retry-After where it is given"),
};
const handle = [{ sessionHandle: [] }];
const proof = { dpop: { type: "string", description: "DPoP proof (RFC 9449), ES256" } };

export const startSession = {
  operationId: "startSession",
  tags: ["sessions"],
  summary: "Starts a guest session",
  headers: { type: "object", properties: proof },
  body: ref("StartSessionRequest"),
  response: { 201: json("The session, with its token", "Session"), ...failures },
};

export const refreshSession = {
  operationId: "refreshSession",
  tags: ["sessions"],
  summary: "A new token for the same guest, and a new handle",
  security: handle,
  headers: { type: "object", properties: proof },
  body: ref("RefreshSessionRequest"),
  response: { 200: json("The same session, with a new token", "RefreshedSession"), ...failures },
};

export const endSession = {
  operationId: "endSession",
  tags: ["sessions"],
  summary: "Ends a session, upstream too where the platform can",
  security: handle,
  headers: { type: "object", properties: proof },
  response: { 204: { description: "It has ended", type: "null" }, ...failures },
};

export const messenger = {
  operationId: "messengerInfo",
  tags: ["messenger"],
  summary: "What a page may know before it has a token",
  querystring: {
    type: "object",
    required: ["deploymentId"],
    properties: { deploymentId: { type: "string", description: "An allowed deployment" } },
  },
  response: {
    200: json("The deployment", "MessengerInfo"),
    304: { description: "It has not changed", type: "null" },
    ...failures,
  },
};

export const compatGuestToken = {
  operationId: "compatGuestToken",
  tags: ["sessions"],
  summary: "A guest token by the older contract, for pages that use it",
  body: ref("CompatGuestTokenRequest"),
  response: { 201: json("The token", "CompatGuestToken"), ...failures },
};

export const live = {
  operationId: "live",
  tags: ["health"],
  summary: "The process runs",
  response: { 200: json("It runs", "Health") },
};

export const ready = {
  operationId: "ready",
  tags: ["health"],
  summary: "Credentials, store, platform and keys work",
  response: { 200: json("They work", "Health"), 503: problem("What does not is in `checks`") },
};

const file = (description: string, type: string, schema: object) => ({
  200: { description, content: { [type]: { schema } } },
  304: { description: "It has not changed", type: "null" },
  "4xx": failures["4xx"],
});

export const embedScript = {
  operationId: "embedScript",
  tags: ["embed"],
  summary: "The script tag; also at /embed/<version>/guestpass.js, where it never changes",
  response: file("The script", "text/javascript", { type: "string" }),
};

export const embedManifest = {
  operationId: "embedManifest",
  tags: ["embed"],
  summary: "The build's files with their SRI hashes, and the policy that a page needs for them",
  response: file("The manifest", "application/json", { type: "object", additionalProperties: true }),
};

export const openapi = {
  operationId: "openapi",
  tags: ["about"],
  summary: "This document",
  response: {
    200: {
      description: "OpenAPI 3.1",
      content: { "application/json": { schema: { type: "object", additionalProperties: true } } },
    },
  },
};
