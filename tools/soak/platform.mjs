// A platform that fails at random when it is told to: OAuth and one guest API, as little work as possible, so that it is
// the endpoint that is under load.
import { createServer } from "node:http";
import { seeded } from "./random.mjs";

const { random } = seeded(Number(process.argv[2] ?? 1));
let trouble = false;
process.on("message", (message) => {
  trouble = message.trouble;
});
process.on("disconnect", () => process.exit(0));

const b64 = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const token = () => {
  const now = Math.floor(Date.now() / 1000);
  return `${b64({ alg: "HS256", typ: "JWT" })}.${b64({ sub: "ext", iat: now, exp: now + 3600 })}.c2lnbmF0dXJl`;
};

function answer(response, status, body, headers = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

/** What one call in six meets, in hundredths. */
const TROUBLES = [
  [
    4,
    (_request, response) => answer(response, 429, { message: "slow down" }, { "retry-after": String(1 + random(2)) }),
  ],
  [4, (_request, response) => answer(response, [500, 502, 503, 504][random(4)], "<html>out of order</html>")],
  // Never answered.
  [2, () => {}],
  [2, (request) => request.socket.destroy()],
  [1, (request, response) => breakOff(request, response)],
  [1, (_request, response) => answer(response, 200, "{ this is no JSON")],
  [1, (_request, response) => answer(response, 401, { message: "who are you" })],
];

function breakOff(request, response) {
  response.writeHead(200, { "content-type": "application/json", "content-length": 5000 });
  response.write('{"token":"half');
  setTimeout(() => request.socket.destroy(), 20);
}

/** True where the call has met with trouble, and is not to be answered any more. */
function troubled(request, response) {
  let drawn = random(100);
  for (const [hundredths, meet] of TROUBLES) {
    if (drawn < hundredths) {
      meet(request, response);
      return true;
    }
    drawn -= hundredths;
  }
  return false;
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on("error", () => {});
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    if (trouble && troubled(request, response)) return;
    if (request.url.endsWith("/oauth/token"))
      // Short-lived under trouble, so that it is fetched again and again.
      answer(response, 200, { access_token: "soak", token_type: "bearer", expires_in: trouble ? 90 : 3600 });
    else if (request.url === "/api/v2/guest-tokens")
      answer(response, 200, { ...JSON.parse(Buffer.concat(chunks).toString("utf8")), token: token() });
    else answer(response, 404, { status: 404, code: "not.found", message: "not here" });
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
