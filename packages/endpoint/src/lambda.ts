/**
 * The endpoint as an AWS Lambda function, behind an HTTP API (payload 2.0 or 1.0), a function URL or a load balancer.
 * Nothing happens before the first event; what fails then is tried again at the next.
 */
import { setImmediate } from "node:timers/promises";
import awsLambdaFastify from "@fastify/aws-lambda";
import type { FastifyRequest } from "fastify";
import { readConfig } from "./config.js";
import { CredentialsRefused, createServer, type Surroundings } from "./server.js";

/** As much of an event as is read here; the rest is for @fastify/aws-lambda. */
export interface LambdaEvent {
  version?: string;
  rawPath?: string;
  requestContext?: { stage?: string; [name: string]: unknown };
  [name: string]: unknown;
}
export interface LambdaAnswer {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
  isBase64Encoded?: boolean;
}
export type LambdaHandler = (event: LambdaEvent, context: object) => Promise<LambdaAnswer>;

/** Audit records are made and handed on in turns of the event loop that follow the answer. */
const TURNS_BESIDE = 3;
/** The header by which the stage that was cut off the path comes along; a caller's own is overwritten. */
const STAGE_HEADER = "x-guestpass-stage";

/**
 * A handler by this environment. HOST, PORT and ADMIN_* say nothing here.
 * It rejects with ConfigError, and the function fails, while the configuration has mistakes.
 */
export function createLambdaHandler(
  env: NodeJS.ProcessEnv = process.env,
  surroundings: Pick<Surroundings, "stdout" | "stderr"> = {},
): LambdaHandler {
  let starting: Promise<LambdaHandler> | undefined;
  return async (event, context) => {
    starting ??= start(env, surroundings);
    let answer: LambdaHandler;
    try {
      answer = await starting;
    } catch (error) {
      starting = undefined;
      throw error;
    }
    const answered = await answer(withoutStage(event), context);
    // The function may be frozen as soon as this resolves: what stands beside the answer gets its turns first.
    for (let turn = 0; turn < TURNS_BESIDE; turn += 1) await setImmediate();
    return answered;
  };
}

/** `handler` of this module, by the function's own environment. */
export const handler: LambdaHandler = createLambdaHandler();

async function start(env: NodeJS.ProcessEnv, surroundings: Surroundings): Promise<LambdaHandler> {
  const config = readConfig(env);
  // One event at a time: there is no load to shed, and a frozen function would look late.
  const options = { maxConcurrent: false, ...(config.publicUrl === undefined && { publicUrl: calledUrl }) } as const;
  const { app, prove } = await createServer(config, { ...surroundings, options });
  for (const warning of config.warnings) app.log.warn(warning);
  await app.ready();
  await prove().catch((error: unknown) => {
    if (!(error instanceof CredentialsRefused)) throw error;
    app.log.error({ reason: error.reason, mend: error.mend }, "the credentials are refused: sessions answer not_ready");
  });
  return awsLambdaFastify<LambdaEvent>(app, { decorateRequest: false }) as LambdaHandler;
}

/** AWS ends TLS itself, always. */
function calledUrl(request: FastifyRequest): string {
  const stage = request.headers[STAGE_HEADER];
  return `https://${request.host}${typeof stage === "string" && stage !== "" ? `/${stage}` : ""}`;
}

/** A stage with a name stands before the path in payload 2.0. */
function withoutStage(event: LambdaEvent): LambdaEvent {
  const stage = event.requestContext?.stage ?? "";
  const named = event.version === "2.0" && stage !== "" && event.rawPath?.startsWith(`/${stage}/`);
  const headers = { ...(event["headers"] as object | undefined), [STAGE_HEADER]: named ? stage : "" };
  return named ? { ...event, headers, rawPath: event.rawPath?.slice(stage.length + 1) ?? "/" } : { ...event, headers };
}
