import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { context, DEPLOYMENT, refusal, type World, world } from "./support/world.js";

const PATH = "/api/v2/guest-tokens";
let here: World;
afterEach(() => here.close());

const start = () => here.broker.startSession({ deploymentId: DEPLOYMENT }, context());

describe("a platform in trouble", () => {
  test.each([500, 502, 503, 504, 429])(
    "that answers %i twice is asked a third time, after growing waits",
    async (status) => {
      here = await world();
      here.simulator.fault({ path: PATH, status, times: 2 });
      await start();
      expect(here.calls(PATH)).toHaveLength(3);
      expect(here.clock.slept).toEqual([250, 500]);
      expect(here.broker.stats().upstream).toMatchObject({ tries: expect.any(Number) as number, retries: 2 });
    },
  );

  test.each([
    [500, "upstream_unavailable"],
    [502, "upstream_unavailable"],
    [503, "upstream_unavailable"],
    [504, "upstream_unavailable"],
    [429, "upstream_rate_limited"],
  ])("that goes on answering %i is asked three times and no more: %s", async (status, code) => {
    here = await world();
    here.simulator.fault({ path: PATH, status });
    const error = await refusal(start());
    expect(error.code).toBe(code);
    expect(error.status).toBe(503);
    expect(error.upstreamStatus).toBe(status);
    expect(here.calls(PATH)).toHaveLength(3);
  });

  test.each([
    [400, "upstream_rejected"],
    [403, "upstream_forbidden"],
    [404, "upstream_rejected"],
    [409, "upstream_rejected"],
    [413, "upstream_rejected"],
    [501, "upstream_unavailable"],
    [302, "upstream_invalid"],
  ])("that answers %i is asked once: %s", async (status, code) => {
    here = await world();
    here.simulator.fault({ path: PATH, status, headers: status === 302 ? { location: "/elsewhere" } : {} });
    expect((await refusal(start())).code).toBe(code);
    expect(here.calls(PATH)).toHaveLength(1);
    expect(here.calls("/elsewhere")).toHaveLength(0);
  });

  test("waits as long as Retry-After says, in seconds or as a date", async () => {
    here = await world();
    here.simulator.fault({ path: PATH, status: 429, times: 1, headers: { "retry-after": "2" } });
    await start();
    expect(here.clock.slept).toEqual([2125]);
    const at = new Date(here.clock.now() + 4000).toUTCString();
    here.simulator.fault({ path: PATH, status: 503, times: 1, headers: { "retry-after": at } });
    await start();
    expect(here.clock.slept[1]).toBeGreaterThanOrEqual(3000);
    expect(here.clock.slept[1]).toBeLessThanOrEqual(4125);
  });

  test("passes a Retry-After beyond the deadline on at once", async () => {
    here = await world();
    here.simulator.fault({ path: PATH, status: 429, headers: { "retry-after": "40" } });
    const error = await refusal(start());
    expect(error.code).toBe("upstream_rate_limited");
    expect(error.retryAfterSeconds).toBe(40);
    expect(here.calls(PATH)).toHaveLength(1);
    expect(here.clock.slept).toEqual([]);
  });

  test("that loses the answer is not asked again for a guest that may have been made", async () => {
    here = await world({ platform: { timeoutSeconds: 0.2 } });
    here.simulator.fault({ path: PATH, hang: true, times: 1 });
    expect((await refusal(start())).code).toBe("upstream_unavailable");
    here.simulator.fault({ path: PATH, drop: true, times: 1 });
    expect((await refusal(start())).code).toBe("upstream_unavailable");
    expect(here.calls(PATH)).toHaveLength(2);
    await start();
  });

  test("that cannot be reached is tried three times, then it is upstream_unavailable", async () => {
    here = await world();
    const port = await freePort();
    const elsewhere = await world({ platform: { baseUrl: `http://127.0.0.1:${port}` } });
    const error = await refusal(elsewhere.broker.startSession({ deploymentId: DEPLOYMENT }, context()));
    expect(error.code).toBe("upstream_unavailable");
    expect(elsewhere.broker.stats().upstream.tries).toBeGreaterThanOrEqual(3);
    expect(elsewhere.clock.slept).toContain(500);
    await elsewhere.close();
  });

  test("is not waited for beyond the deadline", async () => {
    here = await world({ platform: { deadlineSeconds: 0.4, tries: 10 } });
    here.simulator.fault({ path: PATH, status: 503 });
    await refusal(start());
    expect(here.clock.slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(400);
  });

  test.each([
    ["no JSON", "<html>hello</html>"],
    ["no object", "[]"],
    ["no token", { externalId: "x" }],
    ["an empty token", { token: "" }],
    ["a token that is no JWT", { token: "abc", expirationTime: "2999-01-01T00:00:00Z" }],
    ["a token that is over", { token: unsigned({ exp: 1_000_000 }) }],
    ["an exp in milliseconds", { token: unsigned({ exp: 4_000_000_000_000 }), expirationTime: "9999-01-01T00:00:00Z" }],
    ["an instant that is none", { token: unsigned({}), expirationTime: "tomorrow" }],
  ])("that answers with %s is upstream_invalid", async (_, body) => {
    here = await world({ session: { maxAgeSeconds: 86_400 } });
    here.simulator.fault({ path: PATH, status: 200, body });
    const error = await refusal(start());
    expect(error.code).toBe("upstream_invalid");
    expect(error.status).toBe(502);
  });

  test("that answers without end is cut off", async () => {
    const endless = await listen((_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const write = () => {
        while (!response.destroyed && response.write("x".repeat(65_536)));
        if (!response.destroyed) response.once("drain", write);
      };
      write();
    });
    here = await world({ platform: { baseUrl: endless.url } });
    expect((await refusal(start())).code).toBe("upstream_unavailable");
    await endless.close();
  });

  test("that answers in pieces, in the middle of a character, behind a byte order mark, is read whole", async () => {
    const [before, after] = [Buffer.from('\ufeff{"name":"Gr\u00fc'), Buffer.from('\u00dfe"}')];
    const pieces = [
      before.subarray(0, -1),
      Buffer.concat([before.subarray(-1), after.subarray(0, 1)]),
      after.subarray(1),
    ];
    const slow = await listen((_, response) => {
      const write = () => {
        const piece = pieces.shift();
        if (piece === undefined) response.end();
        else response.write(piece, () => setImmediate(write));
      };
      write();
    });
    here = await world({ platform: { baseUrl: slow.url } });
    const { deployment } = await here.broker.messengerInfo(DEPLOYMENT, context());
    expect(deployment).toEqual({ name: "Gr\u00fc\u00dfe" });
    await slow.close();
  });

  test("never gets its words into an error", async () => {
    here = await world();
    here.simulator.fault({ path: PATH, status: 400, body: { message: "leaked words of the platform" } });
    const error = await refusal(start());
    expect(`${error.message}${JSON.stringify(error)}${String(error.cause)}`).not.toContain("leaked");
  });
});

test("a caller that has gone ends its own waiting", async () => {
  here = await world();
  here.simulator.fault({ path: PATH, hang: true });
  const gone = new AbortController();
  const work = here.broker.startSession({ deploymentId: DEPLOYMENT }, context({ signal: gone.signal }));
  await vi.waitFor(() => expect(here.calls(PATH)).toHaveLength(1));
  gone.abort(new Error("gone"));
  await expect(work).rejects.toThrow("gone");
  expect(here.audit).toEqual([]);
});

test("any 2xx that validates is a success", async () => {
  here = await world();
  const exp = Math.floor(here.clock.now() / 1000) + 600;
  here.simulator.fault({ path: PATH, status: 202, body: { token: unsigned({ exp }) } });
  expect((await start()).expiresIn).toBeLessThanOrEqual(600);
});

function unsigned(claims: object): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${encode({ alg: "RS256" })}.${encode(claims)}.c2ln`;
}

async function listen(handler: Parameters<typeof createServer>[1]): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function freePort(): Promise<number> {
  const { url, close } = await listen((_, response) => response.end());
  await close();
  return Number(new URL(url).port);
}
