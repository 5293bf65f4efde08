/** Reads JSON bodies: UTF-8 that is really UTF-8, no `__proto__`, and an empty body as none. Knows no route. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Refusal } from "./problems.js";

const utf8 = new TextDecoder("utf-8", { fatal: true });
const UTF8_NAMES: ReadonlySet<string> = new Set(["utf-8", "utf8"]);

/** Makes JSON the only media type that the scope reads, at most `bodyLimit` bytes of it. */
export function acceptJsonOnly(scope: FastifyInstance, bodyLimit: number): void {
  const parse = scope.getDefaultJsonParser("error", "error");
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("application/json", { parseAs: "buffer", bodyLimit }, (request, body: Buffer, done) => {
    try {
      checkEncoding(request);
      if (body.length === 0) done(null, undefined);
      else void parse(request, decode(body), done);
    } catch (error) {
      done(error as Error, undefined);
    }
  });
}

function checkEncoding(request: FastifyRequest): void {
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding.toLowerCase() !== "identity")
    throw new Refusal("unsupported_media_type", "Bodies are not compressed: leave Content-Encoding out.", {
      headers: { "accept-encoding": "identity" },
    });
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(request.headers["content-type"] ?? "")?.[1];
  if (charset !== undefined && !UTF8_NAMES.has(charset.toLowerCase()))
    throw new Refusal("unsupported_media_type", "Bodies are application/json in UTF-8.");
}

function decode(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch (cause) {
    throw new Refusal("invalid_request", "The body is not valid UTF-8.", { cause });
  }
}
