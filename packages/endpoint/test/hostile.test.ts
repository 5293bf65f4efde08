import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEPLOYMENT, ORIGIN, type RunningEndpoint, startEndpoint } from "./running-endpoint.js";

/** Waits for slow clients this long. */
const REQUEST_MS = 600;
let endpoint: RunningEndpoint;
let impatient: RunningEndpoint;
beforeAll(async () => {
  endpoint = await startEndpoint({ RATE_LIMIT_MAX: "1000000", LOG_LEVEL: "warn" });
  impatient = await startEndpoint({}, {}, { requestMs: REQUEST_MS });
});
afterAll(async () => {
  await endpoint.close();
  await impatient.close();
});

/** Writes bytes to a bare socket and gives all that comes back until it is closed. */
function raw(
  bytes: string | Buffer,
  more?: (write: (bytes: string) => void) => void,
  { url } = endpoint,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
    });
    socket.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ECONNRESET" || error.code === "EPIPE" ? resolve(text) : reject(error),
    );
    socket.on("close", () => resolve(text));
    socket.write(bytes);
    more?.((next) => void (socket.writable && socket.write(next)));
  });
}
const status = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
const head = (more: string) =>
  `POST /v1/sessions HTTP/1.1\r\nHost: x\r\nOrigin: ${ORIGIN}\r\nConnection: close\r\n${more}`;

describe("what is no proper HTTP", () => {
  it.each<[string, string | Buffer, number, string]>([
    ["noise", Buffer.from([0, 1, 2, 255, 254, 13, 10, 13, 10]), 400, "invalid_request"],
    ["a broken request line", "GET\r\n\r\n", 400, "invalid_request"],
    ["a broken header", "GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n", 400, "invalid_request"],
    ["no host", "GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n", 400, "invalid_request"],
    ["two lengths", head("Content-Length: 1\r\nContent-Length: 2\r\n\r\nx"), 400, "invalid_request"],
    [
      "a length and chunks",
      head("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
      400,
      "invalid_request",
    ],
    [
      "headers without end",
      `GET / HTTP/1.1\r\nHost: x\r\nx-long: ${"a".repeat(20_000)}\r\n\r\n`,
      431,
      "payload_too_large",
    ],
    ["a URL without end", `GET /${"a".repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431, "payload_too_large"],
  ])("%s is answered with a problem", async (_what, bytes, wanted, code) => {
    const answer = await raw(bytes);
    expect(status(answer)).toBe(wanted);
    expect(answer).toMatch(/cache-control: no-store/i);
    expect(answer).toMatch(/content-type: application\/problem\+json/i);
    expect(answer).toContain(`"code":"${code}"`);
  });

  it.concurrent("a body that is shorter than its length is waited for, but not for ever", async () => {
    const started = Date.now();
    const half = head("Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{");
    const answer = await raw(half, undefined, impatient);
    expect(status(answer)).toBe(408);
    expect(answer).toContain('"code":"invalid_request"');
    expect(Date.now() - started).toBeGreaterThanOrEqual(REQUEST_MS);
  });

  it.concurrent("headers that drip do not hold a connection for ever", async () => {
    let timer: NodeJS.Timeout | undefined;
    const drip = (write: (bytes: string) => void) => {
      timer = setInterval(() => write("x-drip: 1\r\n"), REQUEST_MS / 10);
    };
    const answer = await raw("GET /health/live HTTP/1.1\r\n", drip, impatient);
    clearInterval(timer);
    expect(status(answer)).toBe(408);
  });

  it("an expectation that nobody knows is no reason to refuse", async () => {
    const body = `{"deploymentId":"${DEPLOYMENT}"}`;
    const answer = await raw(
      head(`Expect: the-unexpected\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
    );
    expect(status(answer)).toBe(201);
  });

  it("a body in chunks that never ends is cut at the limit", async () => {
    const chunk = `2000\r\n${"a".repeat(0x2000)}\r\n`;
    const answer = await raw(head("Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"), (write) => {
      for (let i = 0; i < 20; i += 1) write(chunk);
    });
    expect(status(answer)).toBe(413);
  });
});

describe("two thousand bad requests", () => {
  // mulberry32: the same requests at each run, so that a failure can be looked at again.
  let state = 20_261_121;
  const random = (below: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
  const pick = <T>(list: readonly [T, ...T[]]): T => list[random(list.length)] ?? list[0];
  const noise = (length: number) => Array.from({ length }, () => String.fromCharCode(32 + random(95))).join("");
  const VALUES: readonly [unknown, ...unknown[]] = [
    null,
    true,
    0,
    -1,
    1e308,
    "",
    "x",
    "\u0000",
    "\ud800",
    "🧳".repeat(300),
    "a".repeat(9000),
    [],
    {},
    [[]],
    { a: { b: {} } },
    DEPLOYMENT,
    "__proto__",
    "constructor",
    "../../etc/passwd",
    "<script>",
    "' OR 1=1 --",
    "2024-13-45T99:99:99Z",
    Number.MAX_SAFE_INTEGER,
  ];
  const FIELDS: readonly [string, ...string[]] = [
    "deploymentId",
    "identityToken",
    "consent",
    "challenge",
    "attributes",
    "language",
    "queueId",
    "authorization",
    "customerId",
    "constructor",
    "toString",
    "x",
  ];
  const NESTED: readonly [string, ...string[]] = [
    "accepted",
    "timestamp",
    "provider",
    "response",
    "code",
    "redirectUri",
    "codeVerifier",
    "nonce",
    "maxAge",
    "iss",
    "colour",
  ];

  function badBody(): string | Uint8Array {
    switch (random(6)) {
      case 0:
        return noise(random(200));
      case 1:
        return new Uint8Array(Array.from({ length: random(100) + 1 }, () => random(256)));
      case 2:
        return "[".repeat(random(20_000));
      case 3:
        return JSON.stringify(pick(VALUES));
      default: {
        const body: Record<string, unknown> = random(3) === 0 ? {} : { deploymentId: DEPLOYMENT };
        for (let i = random(4); i >= 0; i -= 1)
          body[pick(FIELDS)] = random(2) === 0 ? pick(VALUES) : Object.fromEntries([[pick(NESTED), pick(VALUES)]]);
        // Always wrong somewhere.
        body["unknown"] = pick(VALUES);
        return JSON.stringify(body);
      }
    }
  }
  const latin = (text: string) => text.replace(/[^\x20-\x7e]/g, "");
  const PATHS: readonly [string, ...string[]] = [
    "/v1/sessions",
    "/v1/sessions/refresh",
    "/api/webchat/guest-token",
    "/v1/messenger",
    "/v1/messenger?deploymentId=",
    "/embed/",
    "/",
    "/%2e%2e/%00",
    "/health/ready/x",
  ];

  it("are each refused with a problem, and none is the endpoint's fault", async () => {
    const seen = new Map<number, number>();
    const one = async (): Promise<void> => {
      const method = pick(["POST", "POST", "POST", "POST", "DELETE", "PUT", "PATCH", "GET"]);
      const path = method === "GET" ? `/nowhere/${encodeURIComponent(noise(20))}` : pick(PATHS);
      const headers: Record<string, string> = {
        origin: pick([ORIGIN, ORIGIN, ORIGIN, "null", "https://evil.example", latin(noise(10)).trim() || "x"]),
        "content-type": pick([
          "application/json",
          "application/json",
          "application/json",
          "text/plain",
          "x/y; charset=",
          ";;;",
        ]),
        authorization: pick([
          "Bearer x",
          `Bearer ${"ey".repeat(500)}`,
          "Bearer a.b.c.d.e",
          "Basic x",
          "Bearer",
          latin(noise(30)),
        ]),
        ...(random(4) === 0 && { dpop: pick(["x", "a.b.c", "e30.e30.e30", latin(noise(50))]) }),
        ...(random(8) === 0 && { "content-encoding": pick(["gzip", "br", "x"]) }),
        ...(random(8) === 0 && { "x-request-id": latin(noise(40)) }),
      };
      const answer = await endpoint.ask(method, path, headers, method === "GET" ? undefined : badBody());
      seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(answer.headers.get("content-type")).toContain("application/problem+json");
      expect(answer.json.code).toMatch(/^[a-z_]+$/);
    };
    for (let done = 0; done < 2000; done += 20) await Promise.all(Array.from({ length: 20 }, one));
    for (const status of [400, 401, 403, 404, 405, 415]) expect(seen.get(status) ?? 0).toBeGreaterThan(5);
    expect(endpoint.stderr.text).not.toContain('"level":"error"');
    expect((await endpoint.post("/v1/sessions", { deploymentId: DEPLOYMENT })).status).toBe(201);
  }, 60_000);
});
