/**
 * The server's log: JSON lines on stderr, redacted as they are written. A request is a line at `debug`, no address and
 * no query in it; stdout stays for the URL and the audit.
 */
import { type FastifyReply, type FastifyRequest, type FastifyServerOptions, LogController } from "fastify";
import { redactor } from "./redact.js";

export interface LogOptions {
  level: string;
  secrets: readonly string[];
  write(line: string): unknown;
}

/** Fastify's options that concern the log. */
export function logOptions({
  level,
  secrets,
  write,
}: LogOptions): Pick<FastifyServerOptions, "logger" | "logController"> {
  const redact = redactor(secrets);
  return {
    logController: new QuietLog(),
    logger: {
      level,
      base: { name: "guestpass" },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { req: requestLine },
      stream: { write: (line: string) => void write(redact(line)) },
    },
  };
}

function requestLine(request: FastifyRequest): Record<string, unknown> {
  return { method: request.method, path: request.url.replace(/\?.*$/s, "") };
}

/** Nothing per request above `debug`; problems say what they have to say themselves. */
class QuietLog extends LogController {
  override isLogDisabled(): boolean {
    return true;
  }
  override incomingRequest(): void {}
  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    if (error) request.log.warn({ err: error }, "the answer could not be sent");
    else
      request.log.debug({ req: request, statusCode: reply.statusCode, ms: Math.round(reply.elapsedTime) }, "answered");
  }
}
