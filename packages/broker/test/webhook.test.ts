import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CloudEvent } from "cloudevents";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { context, DEPLOYMENT, type World, world } from "./support/world.js";

interface Heard {
  headers: Record<string, string>;
  body: string;
}

const SECRET = `whsec_${Buffer.from("a secret of thirty-two bytes or so").toString("base64")}`;
let here: World;
let heard: Heard[];
let answers: (number | "drop" | "hang")[];
let server: Server;
let url: string;

beforeEach(async () => {
  heard = [];
  answers = [];
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      heard.push({ headers: request.headers as Record<string, string>, body });
      const answer = answers.shift() ?? 204;
      if (answer === "drop") request.socket.destroy();
      else if (answer !== "hang") response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
});
afterEach(async () => {
  await here.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const start = () => here.broker.startSession({ deploymentId: DEPLOYMENT }, context());

describe("the webhook", () => {
  test("hears of each issuance and renewal as a signed CloudEvent, without a token", async () => {
    here = await world({ webhook: { url, secret: SECRET } });
    const session = await start();
    await here.broker.refreshSession(session.session.handle, {}, context());
    await vi.waitFor(() => expect(here.broker.stats().webhook.delivered).toBe(2));
    const verifier = new Webhook(SECRET);
    const events = heard.map(({ headers, body }) => new CloudEvent(verifier.verify(body, headers) as object, true));
    expect(events.map(({ type }) => type)).toEqual(["GUEST_TOKEN_PROVISIONED", "GUEST_TOKEN_PROVISIONED"]);
    expect(events.map(({ data }) => data)).toMatchObject([
      { action: "ISSUED", sessionId: session.sessionId },
      { action: "RENEWED", sessionId: session.sessionId },
    ]);
    expect(heard[0]?.headers["content-type"]).toBe("application/cloudevents+json");
    expect(heard[0]?.headers["webhook-id"]).toBe(events[0]?.id);
    expect(JSON.stringify(heard)).not.toContain(session.token);
    expect(JSON.stringify(heard)).not.toContain(session.session.handle);
  });

  test("is signed with a rotated secret within 10 s", async () => {
    const other = `whsec_${Buffer.from("another secret of thirty-two bytes").toString("base64")}`;
    let kept = SECRET;
    here = await world({ webhook: { url, secret: () => kept } });
    await start();
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    kept = other;
    here.clock.pass(9);
    await start();
    await vi.waitFor(() => expect(heard).toHaveLength(2));
    const signatures = heard.map(({ headers, body }) =>
      [SECRET, other].map(
        (secret) =>
          new Webhook(secret).sign(
            headers["webhook-id"] ?? "",
            new Date(Number(headers["webhook-timestamp"]) * 1000),
            body,
          ) === headers["webhook-signature"],
      ),
    );
    expect(signatures).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  test("is not signed without a secret", async () => {
    here = await world({ webhook: { url } });
    await start();
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    expect(heard[0]?.headers).not.toHaveProperty("webhook-signature");
  });

  test("is told again what it did not take, as the same event", async () => {
    here = await world({ webhook: { url, secret: SECRET } });
    answers = [500, "drop", 429];
    await start();
    await vi.waitFor(() => expect(here.broker.stats().webhook.delivered).toBe(1));
    expect(heard).toHaveLength(4);
    expect(new Set(heard.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(here.warnings).toEqual([]);
  });

  test("that refuses, or never takes it, loses the event, and it is said", async () => {
    here = await world({ webhook: { url } });
    answers = [400];
    await start();
    await vi.waitFor(() => expect(here.broker.stats().webhook.failed).toBe(1));
    expect(heard).toHaveLength(1);
    answers = Array.from({ length: 20 }, () => 503);
    await start();
    await vi.waitFor(() => expect(here.broker.stats().webhook.failed).toBe(2));
    expect(heard).toHaveLength(7);
    expect(here.warnings).toEqual([expect.stringContaining("400"), expect.stringContaining("503")]);
  });

  test("that hangs delays no answer, and what waits is bounded and dropped loudly", async () => {
    here = await world({ guestApi: "web-messaging", webhook: { url } });
    answers = Array.from({ length: 2000 }, () => "hang" as const);
    for (let batch = 0; batch < 11; batch += 1) await Promise.all(Array.from({ length: 100 }, start));
    await vi.waitFor(() => expect(here.broker.stats().webhook.dropped).toBe(1100 - 1004));
    expect(here.broker.stats()).toMatchObject({ issued: 1100, webhook: { queued: 1004 } });
    expect(here.warnings).toEqual([expect.stringContaining("dropped")]);
    server.closeAllConnections();
    answers = [];
    await vi.waitFor(() => expect(here.broker.stats().webhook.delivered).toBe(1004), { timeout: 10_000 });
  });

  test("gets what is under way when the broker closes", async () => {
    here = await world({ webhook: { url } });
    await start();
    await here.broker.close();
    expect(heard).toHaveLength(1);
  });
});
