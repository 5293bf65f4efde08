// Bad requests as bytes on the wire, from a seed: broken bodies, headers, paths and encodings, each of which some program
// somewhere sends.
import { DEPLOYMENT, ORIGIN } from "./parts.mjs";
import { seeded } from "./random.mjs";

const VALUES = [
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
const FIELDS = [
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
const NESTED = [
  "accepted",
  "timestamp",
  "provider",
  "response",
  "code",
  "redirectUri",
  "nonce",
  "maxAge",
  "iss",
  "colour",
];
const METHODS = [
  "POST",
  "POST",
  "POST",
  "POST",
  "DELETE",
  "PUT",
  "PATCH",
  "GET",
  "HEAD",
  "OPTIONS",
  "TRACE",
  "PROPFIND",
  "NONSENSE",
  "get",
];
const PATHS = [
  "/v1/sessions",
  "/v1/sessions",
  "/v1/sessions/refresh",
  "/v1/sessions/refresh",
  "/api/webchat/guest-token",
  "/v1/messenger",
  "/v1/messenger?deploymentId=",
  "/v1/messenger?deploymentId=%00&deploymentId=x",
  "/embed/",
  "/embed/../../package.json",
  "/embed/%2e%2e%2f%2e%2e%2fpackage.json",
  "/embed/..%5c..%5cpackage.json",
  "/",
  "//",
  "*",
  "/%",
  "/%zz",
  "/%2e%2e/%00",
  "/health/ready/x",
  "/v1/sessions/",
  "/V1/SESSIONS",
  "/v1/sessions;x=1",
  "http://evil.example/v1/sessions",
  "http://[::1",
];
const TYPES = [
  "application/json",
  "application/json",
  "application/json",
  "text/plain",
  "x/y; charset=",
  ";;;",
  "application/json; charset=utf-16",
  "multipart/form-data",
];
const ENCODINGS = ["gzip", "br", "deflate, gzip", "x", "identity, identity"];

/** Gives the next request: its bytes, and whether the client stops in the middle of it. */
export function badRequests(seed) {
  const { random, pick } = seeded(seed);
  const noise = (length) => Buffer.from(Array.from({ length }, () => random(256)));
  const printable = (length) => String.fromCharCode(...Array.from({ length }, () => 32 + random(95)));
  /** What a header may have in it; one in forty has a control character, too, which it may not. */
  const latin = (length) =>
    Buffer.from(noise(length).map((byte) => (isControl(byte) && random(40) > 0 ? 0x78 : byte)))
      .toString("latin1")
      .replace(/[\r\n]/g, "x");

  const body = () => {
    switch (random(7)) {
      case 0:
        return Buffer.from(printable(random(200)));
      case 1:
        return noise(random(100) + 1);
      case 2:
        return random(2) === 0 ? Buffer.from("[".repeat(random(20_000))) : Buffer.alloc(66_000 + random(100_000), "x");
      case 3:
        return Buffer.from(JSON.stringify(pick(VALUES)));
      case 4:
        return Buffer.from("\ufeff{}", "utf16le");
      default: {
        const fields = random(3) === 0 ? {} : { deploymentId: DEPLOYMENT };
        for (let left = random(4); left >= 0; left -= 1)
          fields[pick(FIELDS)] = random(2) === 0 ? pick(VALUES) : Object.fromEntries([[pick(NESTED), pick(VALUES)]]);
        // Always wrong somewhere.
        fields.unknown = pick(VALUES);
        return Buffer.from(JSON.stringify(fields));
      }
    }
  };
  const oddPath = () => {
    const text = latin(random(60)).replace(/ /g, "+");
    return `/${random(2) === 0 ? text : encodeURI(text)}`;
  };
  const headers = () => {
    const lines = [
      ["host", "localhost"],
      ["origin", pick([ORIGIN, ORIGIN, ORIGIN, "null", "https://evil.example", latin(10)])],
      ["content-type", pick(TYPES)],
      [
        "authorization",
        pick(["Bearer x", `Bearer ${"ey".repeat(500)}`, "Bearer a.b.c.d.e", "Basic x", "Bearer", latin(30)]),
      ],
    ];
    if (random(4) === 0) lines.push(["dpop", pick(["x", "a.b.c", "e30.e30.e30", latin(50)])]);
    if (random(8) === 0) lines.push(["content-encoding", pick(ENCODINGS)]);
    if (random(8) === 0) lines.push(["x-request-id", latin(40)]);
    if (random(8) === 0) lines.push(["x-forwarded-for", pick(["::1", "203.0.113.9, x", latin(30), ",".repeat(200)])]);
    if (random(8) === 0) lines.push(["if-none-match", latin(60)]);
    if (random(8) === 0) lines.push(["accept-encoding", pick(["br;q=0, gzip;q=0", latin(40), "*".repeat(500)])]);
    if (random(20) === 0) lines.push(["expect", "100-continue"]);
    if (random(20) === 0) lines.push(["upgrade", "websocket"], ["connection", "upgrade"]);
    if (random(30) === 0) lines.push([`x-${latin(10).replace(/[^\w]/g, "")}`, latin(4000)]);
    if (random(40) === 0) lines.push([latin(10), "x"]);
    if (random(60) === 0) lines.push(...Array.from({ length: 150 }, (_, at) => [`x-${at}`, "1"]));
    return lines;
  };
  const framed = (content) => {
    switch (random(40)) {
      case 0:
        return { lines: [["transfer-encoding", "chunked"]], bytes: chunk(content) };
      case 1:
        return { lines: [["transfer-encoding", "chunked"]], bytes: content };
      case 2:
        return { lines: [["content-length", "-1"]], bytes: content };
      case 3:
        return {
          lines: [
            ["content-length", String(content.length)],
            ["content-length", "3"],
          ],
          bytes: content,
        };
      case 4:
        return { lines: [["content-length", String(content.length + 50)]], bytes: content };
      default:
        return { lines: [["content-length", String(content.length)]], bytes: content };
    }
  };

  return () => {
    if (random(50) === 0) return noise(random(300) + 1);
    const path = random(4) === 0 ? oddPath() : pick(PATHS);
    const long = random(100) === 0 ? "a".repeat(20_000) : "";
    const { lines, bytes } = framed(path.endsWith("/refresh") && random(3) > 0 ? Buffer.alloc(0) : body());
    const head = [`${pick(METHODS)} ${path}${long} HTTP/1.${random(20) === 0 ? 0 : 1}`];
    for (const [name, value] of [...headers(), ...lines, ["connection", "close"]]) head.push(`${name}: ${value}`);
    return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1"), bytes]);
  };
}

const isControl = (byte) => byte < 0x20 || byte === 0x7f;

function chunk(content) {
  return Buffer.concat([Buffer.from(`${content.length.toString(16)}\r\n`), content, Buffer.from("\r\n0\r\n\r\n")]);
}
