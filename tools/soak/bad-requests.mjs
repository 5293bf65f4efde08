// Generated bad requests over bare sockets: each is answered or cut off, none with a 5xx, the endpoint goes on, and what
// it holds does not grow with them.
import { connect } from "node:net";
import { badRequests as generate } from "./generator.mjs";
import { DEPLOYMENT, ORIGIN, serve, startPlatform } from "./parts.mjs";

const AT_ONCE = 40;
/** Longer than a request may take to arrive. */
const PATIENCE_MS = 20_000;
/** Growth after the first thousand, which warm it: a leak of a kilobyte for each of 20 000 would be 20. */
const MOST_GROWTH_MIB = 48;
const PROBLEM = /content-type: application\/problem\+json/i;
const MAY_BE_GOOD = new Set([200, 204, 304]);

export async function badRequests({ requests, seed, say }) {
  const platform = await startPlatform(seed);
  const endpoint = await serve({ GENESYS_BASE_URL: platform.url, AUDIT_LOG: "off", LOG_LEVEL: "warn" });
  const next = generate(seed);
  const statuses = new Map();
  const faults = [];
  const warmUp = Math.min(1000, Math.floor(requests / 4));
  try {
    const send = async (count) => {
      let left = count;
      const worker = async () => {
        while (left > 0) {
          left -= 1;
          const bytes = next();
          const answer = (await sendBytes(endpoint.url, bytes)).replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, "");
          const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1] ?? 0);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          const fine = status === 0 || MAY_BE_GOOD.has(status) || (status >= 400 && status < 500);
          const headOnly = bytes.toString("latin1").startsWith("HEAD ");
          if (!fine || (status >= 400 && !headOnly && !PROBLEM.test(answer)))
            faults.push(`${status} to ${JSON.stringify(bytes.toString("latin1").slice(0, 300))}`);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    };
    await send(warmUp);
    const warm = await endpoint.look();
    for (let done = warmUp; done < requests; done += Math.min(2000, requests - done)) {
      await send(Math.min(2000, requests - done));
      say(`${Math.min(requests, done + 2000)} sent`);
    }
    const end = await endpoint.look();
    const good = await fetch(`${endpoint.url}/v1/sessions`, {
      method: "POST",
      headers: { origin: ORIGIN, "content-type": "application/json" },
      body: JSON.stringify({ deploymentId: DEPLOYMENT }),
    });
    if (good.status !== 201) faults.push(`a good request is answered with ${good.status} afterwards`);
    for (const status of [204, 400, 401, 403, 404, 405, 413, 415, 431])
      if (requests >= 1000 && !statuses.has(status)) faults.push(`no ${status} among the answers: this run is blind`);
    if ((statuses.get(0) ?? 0) > requests / 20) faults.push(`${statuses.get(0)} were not answered at all`);
    if (end.residentMiB - warm.residentMiB > MOST_GROWTH_MIB)
      faults.push(`grew from ${warm.residentMiB} to ${end.residentMiB} MiB`);
    endpoint.signal("SIGTERM");
    const code = await endpoint.ended;
    if (code !== 0) faults.push(`it ended with ${code}`);
    if (endpoint.log.unexpected > 0) faults.push(`${endpoint.log.unexpected} unexpected errors in its log`);
    const byStatus = Object.fromEntries([...statuses].sort((a, b) => a[0] - b[0]));
    return { faults: faults.slice(0, 20), requests, statuses: byStatus, warm, end };
  } finally {
    endpoint.signal("SIGKILL");
    platform.stop();
  }
}

/** All that comes back until the connection closes; the client says that it has sent everything. */
function sendBytes(url, bytes) {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    let text = "";
    const end = () => {
      socket.destroy();
      resolve(text);
    };
    socket.setTimeout(PATIENCE_MS, () => {
      text = `HTTP/1.1 599 nothing for ${PATIENCE_MS} ms\r\n${text}`;
      end();
    });
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
    });
    socket.on("end", end);
    socket.on("error", end);
    socket.end(bytes);
  });
}
