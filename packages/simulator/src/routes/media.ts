/** The few files that the agent shows: pictures of its teas, and a price list. */
import type { FastifyInstance } from "fastify";

const TEAS = ["assam", "sencha", "rooibos", "teapot"];
const PRICES = "Assam 4.20\nSencha 4.80\nRooibos 3.90\n";

export function mediaRoutes(app: FastifyInstance): void {
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
