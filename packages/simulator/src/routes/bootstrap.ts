/** The official Messenger's bootstrap and what it loads: `/genesys-bootstrap/...`. Knows no more of it than its files. */
import { readdir, readFile } from "node:fs/promises";
import { BOOTSTRAP_PATH } from "@guestpass/protocol";
import type { FastifyInstance } from "fastify";

const ASSETS = new URL("../../assets/", import.meta.url);

export async function bootstrapRoutes(app: FastifyInstance): Promise<void> {
  const modules = await readdir(new URL("messenger/", ASSETS));
  const files = [
    { url: BOOTSTRAP_PATH, file: "genesys.js" },
    ...modules.map((name) => ({ url: `/genesys-bootstrap/messenger/${name}`, file: `messenger/${name}` })),
  ];
  for (const { url, file } of files) {
    const text = await readFile(new URL(file, ASSETS), "utf8");
    app.get(url, async (_request, reply) => {
      return reply.type("text/javascript; charset=utf-8").header("cache-control", "max-age=60").send(text);
    });
  }
}
