import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { MessagingError } from "../src/errors.js";
import { systemClock } from "../src/io/clock.js";
import { transfer } from "../src/io/transfer.js";

interface Put {
  type: string | undefined;
  tag: string | undefined;
  body: string;
}

/** A storage that takes what is put, refuses what is put to `/refused`, and never answers on `/slow`. */
async function storage() {
  const puts: Put[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-methods", "PUT");
    response.setHeader("access-control-allow-headers", "*, content-type, x-amz-tagging");
    if (request.method === "OPTIONS") return response.writeHead(204).end();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { headers, url } = request;
    puts.push({
      type: headers["content-type"],
      tag: headers["x-amz-tagging"]?.toString(),
      body: Buffer.concat(chunks).toString(),
    });
    if (url !== "/slow") response.writeHead(url === "/refused" ? 403 : 200).end();
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, puts };
}

/** In a page it is XMLHttpRequest that carries the bytes, for it alone tells how far it is. */
describe("a transfer in a page", () => {
  const file = Object.assign(new Blob(["hello"], { type: "text/plain" }), { name: "a.txt" });
  const ports = { clock: systemClock(), fetch: () => Promise.reject(new Error("not by fetch")) };

  it("brings the bytes over with the headers that the platform wants", async () => {
    const { url, puts } = await storage();
    const progress: number[] = [];
    const destination = { url: `${url}/file`, headers: { "X-Amz-Tagging": "t=1" } };
    await transfer(ports, file, "text/plain", destination, { onProgress: (sent) => progress.push(sent) });
    expect(puts).toEqual([{ type: "text/plain", tag: "t=1", body: "hello" }]);
    expect(progress.at(0)).toBe(0);
    expect(progress.at(-1)).toBe(5);
  });

  it("ends in upload_failed where the storage refuses it", async () => {
    const { url } = await storage();
    const destination = { url: `${url}/refused`, headers: {} };
    const error = await transfer(ports, file, "text/plain", destination, {}).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MessagingError);
    expect(error).toMatchObject({ code: "upload_failed" });
    expect(String(error)).not.toContain(url);
  });

  it("stops when it is cancelled", async () => {
    const { url, puts } = await storage();
    const controller = new AbortController();
    const going = transfer(
      ports,
      file,
      "text/plain",
      { url: `${url}/slow`, headers: {} },
      { signal: controller.signal },
    );
    await expect.poll(() => puts.length).toBe(1);
    controller.abort();
    await expect(going).rejects.toMatchObject({ code: "aborted" });
  });
});
