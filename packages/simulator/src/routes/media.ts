/** The few files that the agent shows: pictures of its teas, a price list, a sound and a film. */
import { readFile } from "node:fs/promises";
import type { FastifyInstance } from "fastify";

const TEAS = ["assam", "sencha", "rooibos", "teapot"];
const PRICES = "Assam 4.20\nSencha 4.80\nRooibos 3.90\n";

const FILM = new URL("../../assets/kettle.webm", import.meta.url);

export function mediaRoutes(app: FastifyInstance): void {
  app.get("/media/chime.wav", async (_request, reply) => reply.type("audio/wav").send(chime()));
  app.get("/media/kettle.webm", async (_request, reply) => reply.type("video/webm").send(await readFile(FILM)));
  TEAS.forEach((name, index) => {
    app.get(`/media/${name}.svg`, async (_request, reply) => {
      return reply
        .type("image/svg+xml")
        .header("cache-control", "max-age=3600")
        .send(picture(name, 40 + index * 80));
    });
  });
  app.get("/media/prices.txt", async (_request, reply) => {
    return reply.type("text/plain; charset=utf-8").header("content-disposition", "attachment").send(PRICES);
  });
}

function picture(name: string, hue: number): string {
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="180" viewBox="0 0 320 180">',
    `<rect width="320" height="180" fill="hsl(${hue} 60% 88%)"/>`,
    `<path d="M100 70h100v30a50 50 0 0 1-100 0zM200 80h20a16 16 0 0 1 0 32h-22" fill="hsl(${hue} 45% 40%)"/>`,
    `<text x="160" y="170" text-anchor="middle" font-family="sans-serif" font-size="18">${name}</text>`,
    "</svg>",
  ].join("");
}

const RATE = 8000;

/** Half a second of a fading tone: eight bits, one channel. */
function chime(): Buffer {
  const samples = Buffer.alloc(RATE / 2);
  for (let at = 0; at < samples.length; at += 1) {
    const loud = 100 * (1 - at / samples.length);
    samples[at] = 128 + Math.round(loud * Math.sin((2 * Math.PI * 880 * at) / RATE));
  }
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + samples.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  // PCM, one channel, bytes a second, bytes a sample, bits a sample.
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write("data", 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}
