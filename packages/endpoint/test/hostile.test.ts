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
