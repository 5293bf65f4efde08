// A platform for the bench: OAuth and one guest API, as little work as possible, a fixed latency, and a count of calls.
// Not the simulator: what is measured is the endpoint, so its peer must cost next to nothing.
import { createServer } from "node:http";

const latencyMs = Number(process.argv[2] ?? 0);
const counts = { oauth: 0, guests: 0 };
const b64 = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const token = `${b64({ alg: "HS256", typ: "JWT" })}.${b64({ sub: "ext", iat: Math.floor(Date.now() / 1000), exp: Math.floor(Date.now() / 1000) + 86_400 })}.c2lnbmF0dXJl`;

function answer(response, status, body) {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const reply = () => {
      if (request.url.endsWith("/oauth/token")) {
        counts.oauth += 1;
        answer(response, 200, { access_token: "bench", token_type: "bearer", expires_in: 86_400 });
      } else if (request.url === "/api/v2/guest-tokens") {
        counts.guests += 1;
        const body = JSON.parse(Buffer.concat(chunks).toString("utf8"));
        answer(response, 200, { ...body, token });
      } else if (request.url === "/counts") {
        answer(response, 200, counts);
      } else answer(response, 404, { status: 404, code: "not.found", message: "not here" });
    };
    if (latencyMs > 0 && request.url !== "/counts") setTimeout(reply, latencyMs);
    else reply();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
process.on("disconnect", () => process.exit(0));
