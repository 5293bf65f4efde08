// What the endpoint is compared with: a bare Fastify route that makes the same one call over a kept-alive undici pool
// and answers with a body of the same size, and a bare route that makes none.
import Fastify from "fastify";
import { Pool } from "undici";

const [upstream, bytes] = [process.argv[2], Number(process.argv[3] ?? 1500)];
const pool = new Pool(upstream, { connections: 256, pipelining: 1 });
const body = JSON.stringify({ externalId: "ext", webchatId: "bench", expirationTime: "2030-01-01T00:00:00.000Z" });
const answer = { padding: "x".repeat(Math.max(0, bytes - 14)) };

const app = Fastify();
app.post("/call", async (_request, reply) => {
  const response = await pool.request({
    method: "POST",
    path: "/api/v2/guest-tokens",
    headers: { authorization: "Bearer bench", "content-type": "application/json" },
    body,
  });
  await response.body.json();
  return reply.code(201).send(answer);
});
app.post("/bare", (_request, reply) => reply.code(200).send(answer));
await app.listen({ host: "127.0.0.1", port: 0 });
process.send({ port: app.server.address().port });
process.on("message", () => process.send({ cpu: process.cpuUsage() }));
process.on("disconnect", () => process.exit(0));
