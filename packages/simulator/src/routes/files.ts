/** The storage behind attachments: `PUT /uploads/...` with the bytes, `GET /downloads/...`. */
import { ATTACHMENT_KB } from "@guestpass/protocol";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Attachments } from "../attachments.js";
import type { Platform } from "../platform.js";
import { UPLOAD_TAG, type Uploads } from "../uploads.js";

interface Where {
  Params: { key: string };
  Querystring: { until?: string; signature?: string };
}

export async function fileRoutes(
  app: FastifyInstance,
  platform: Platform,
  uploads: Uploads,
  attachments: Attachments,
): Promise<void> {
  const { clock } = platform;

  // a scope of its own: here every body is bytes, whatever its type
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    scope.put<Where>("/uploads/:key", { bodyLimit: ATTACHMENT_KB * 1024 + 1 }, async (request, reply) => {
      const file = uploads.byKey(request.params.key);
      if (!file) return refuse(reply, "AccessDenied", "Access Denied");
      if (file.uploadUntil <= clock.now()) return refuse(reply, "AccessDenied", "Request has expired");
      const { "x-amz-tagging": tag, "content-type": type } = request.headers;
      if (tag !== UPLOAD_TAG || type?.toLowerCase() !== file.fileType.toLowerCase()) {
        return refuse(reply, "SignatureDoesNotMatch", "The headers are not the ones that were signed");
      }
      const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      attachments.arrived(file, uploads.receive(file, bytes));
      return reply.code(200).send();
    });
  });

  app.get<Where>("/downloads/:key/:fileName", async (request, reply) => {
    const file = uploads.byKey(request.params.key);
    if (!file?.bytes || !uploads.mayDownload(file, request.query)) {
      return refuse(reply, "AccessDenied", file ? "Request has expired" : "Access Denied");
    }
    return reply
      .type(file.fileType)
      .headers({
        "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(file.fileName)}`,
        "x-content-type-options": "nosniff",
      })
      .send(file.bytes);
  });
}

function refuse(reply: FastifyReply, code: string, message: string): FastifyReply {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return reply.code(403).type("application/xml").send(body);
}
