/**
 * `/embed/*`: the script-tag build. Open to every site, as a script has to be; chunks are ES modules, which browsers
 * load by CORS.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { corsOf } from "../cors.js";
import type { EmbedFile, EmbedFiles, Encoding } from "../embed-files.js";
import { matches } from "../etag.js";
import { Refusal } from "../problems.js";
import { embedManifest, embedScript } from "../schemas.js";

const OPEN_TO_ALL = { "cross-origin-resource-policy": "cross-origin" } as const;
const SUFFIXES: Readonly<Record<Encoding, string>> = { br: "-br", gzip: "-gz", identity: "" };

export function embedRoutes(scope: FastifyInstance, files: EmbedFiles): void {
  const config = corsOf({ forAll: true });
  const answer = async (name: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    reply.headers(OPEN_TO_ALL);
    const file = files.find(name);
    if (!file) throw new Refusal("not_found", "There is no such file or version here.");
    const encoding = encodingFor(file, request.headers["accept-encoding"]);
    const etag = `"${file.etag}${SUFFIXES[encoding]}"`;
    reply.headers({ etag, "cache-control": file.cacheControl, vary: "Origin, Accept-Encoding" });
    if (matches(request.headers["if-none-match"], etag)) return reply.code(304).send();
    if (encoding !== "identity") reply.header("content-encoding", encoding);
    return reply.type(file.type).send(await file.body(encoding));
  };
  // The two that a page or a person names have a route, and so a description, of their own.
  for (const [name, schema] of Object.entries({ "guestpass.js": embedScript, "manifest.json": embedManifest }))
    scope.get(`/embed/${name}`, { schema, config }, async (request, reply) => answer(name, request, reply));
  scope.get("/embed/*", { schema: { hide: true }, config }, async (request, reply) =>
    answer((request.params as { "*": string })["*"], request, reply),
  );
}

function encodingFor(file: EmbedFile, acceptEncoding: string | string[] | undefined): Encoding {
  if (!file.compressible || typeof acceptEncoding !== "string") return "identity";
  const accepted = new Set(
    acceptEncoding
      .toLowerCase()
      .split(",")
      .map((part) => part.trim())
      .filter((part) => !/;\s*q=0(?:\.0*)?$/.test(part))
      .map((part) => part.replace(/\s*;.*$/, "")),
  );
  if (accepted.has("br")) return "br";
  return accepted.has("gzip") ? "gzip" : "identity";
}
