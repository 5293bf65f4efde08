// The processes of one run: a platform with a latency, endpoints before it, the yardstick beside them.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

export const ORIGIN = "https://shop.example";
const DEPLOYMENT = "5d9d1f52-2f2b-4c0c-9d8e-6d3f2a7c1e10";
const HEADERS = { origin: ORIGIN, "content-type": "application/json" };
const REFRESH = "/v1/sessions/refresh";
/** As the image and the systemd unit start it (docs/DEPLOYING.md); the yardstick is started with Node's own values. */
const AS_SHIPPED = ["--max-semi-space-size=32"];
/** Sessions that are started at once, beside a measurement. */
const AT_ONCE = 25;
/** Sessions for the count of the platform's calls. */
const COUNTED_SESSIONS = 200;

/** @param more Node's options besides. */
export const spawnEndpoint = (env, more = []) => spawnPart("endpoint.mjs", [], env, [...AS_SHIPPED, ...more]);

export function spawnPart(file, args = [], env = process.env, execArgv = []) {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, {
    env,
    execArgv,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  return new Promise((resolve, reject) => {
    child.once("message", ({ port }) => resolve({ child, url: `http://127.0.0.1:${port}` }));
    child.once("exit", (code) => reject(new Error(`${file} ended with ${code} before it was ready`)));
  });
}

export function endpointEnv(guestApi, upstreamUrl, more = {}) {
  return {
    PATH: process.env.PATH,
    GUEST_API: guestApi,
    ...(upstreamUrl
      ? { GENESYS_BASE_URL: upstreamUrl, GENESYS_CLIENT_ID: "bench", GENESYS_CLIENT_SECRET: "bench" }
      : { GENESYS_REGION: "mypurecloud.ie" }),
    ALLOWED_ORIGINS: ORIGIN,
    DEPLOYMENT_IDS: DEPLOYMENT,
    HOST: "127.0.0.1",
    PORT: "0",
    RATE_LIMIT_MAX: "100000000",
    RATE_LIMIT_SESSION_MAX: "100000000",
    MINTING_MAX_ORIGIN: "0",
    GUEST_QUOTA: "100000000",
    AUDIT_LOG: "stdout",
    LOG_LEVEL: "info",
    ADMIN_PORT: "0",
    ...more,
  };
}

const startRequest = {
  method: "POST",
  path: "/v1/sessions",
  headers: HEADERS,
  body: JSON.stringify({ deploymentId: DEPLOYMENT }),
};

export async function startSession(url) {
  const answer = await fetch(`${url}/v1/sessions`, { method: "POST", headers: HEADERS, body: startRequest.body });
  if (answer.status !== 201) throw new Error(`the endpoint refused the bench: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

const refreshHeaders = (handle) => ({ origin: ORIGIN, authorization: `Bearer ${handle}` });

export async function refreshSession(url, handle) {
  const answer = await fetch(url + REFRESH, { method: "POST", headers: refreshHeaders(handle) });
  if (answer.status !== 200) throw new Error(`the endpoint refused the bench: ${answer.status}`);
  await answer.text();
}

/** Handles of new sessions. */
async function startSessions(url, count) {
  const handles = [];
  let left = count;
  const start = async () => {
    while (left > 0) {
      left -= 1;
      handles.push((await startSession(url)).session.handle);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, start));
  return handles;
}

/** A session of its own for each connection, which refreshes with the handle of the answer before, as a page does. */
async function refreshingClients(url, connections) {
  const handles = await startSessions(url, connections);
  return (client) => {
    const onResponse = (_status, body) => {
      const handle = /"handle":"([^"]+)"/.exec(body)?.[1];
      if (handle) client.setHeaders(refreshHeaders(handle));
    };
    client.setRequests([{ method: "POST", path: REFRESH, headers: refreshHeaders(handles.pop()), onResponse }]);
  };
}

/** Starts and refreshes sessions; resolves with the number of tokens that came of it. */
async function issueTokens(url) {
  const handles = await startSessions(url, COUNTED_SESSIONS);
  await Promise.all(handles.map((handle) => refreshSession(url, handle)));
  return 2 * COUNTED_SESSIONS;
}

function refreshTarget(name, { url, child }, more) {
  return { name, url, child, prepare: (connections) => refreshingClients(url, connections), ...more };
}

export async function startParts(latencyMs) {
  const upstream = await spawnPart("upstream.mjs", [String(latencyMs)]);
  const endpoint = await spawnEndpoint(endpointEnv("guest-tokens", upstream.url));
  const silent = await spawnEndpoint(
    endpointEnv("guest-tokens", upstream.url, { AUDIT_LOG: "off", LOG_LEVEL: "silent", ADMIN_PORT: undefined }),
  );
  const own = await spawnEndpoint(endpointEnv("web-messaging", undefined));
  const bytes = JSON.stringify(await startSession(endpoint.url)).length;
  const yardstick = await spawnPart("yardstick.mjs", [upstream.url, String(bytes)]);
  const call = { method: "POST", path: "/call", headers: HEADERS, body: startRequest.body };
  const targets = [
    { name: "yardstick, one call", ...yardstick, requests: [call], calls: true },
    {
      name: "start",
      ...endpoint,
      requests: [startRequest],
      yardstick: "yardstick, one call",
      calls: true,
    },
    {
      name: "start, silent",
      ...silent,
      requests: [startRequest],
      yardstick: "yardstick, one call",
      calls: true,
    },
    refreshTarget("refresh", endpoint, { yardstick: "yardstick, one call", calls: true }),
    { name: "yardstick, no call", ...yardstick, requests: [{ ...call, path: "/bare" }] },
    refreshTarget("refresh, web-messaging", own, { yardstick: "yardstick, no call" }),
  ];
  return {
    targets,
    async platformCalls() {
      const counts = async () => (await fetch(`${upstream.url}/counts`)).json();
      const before = await counts();
      const tokens = await issueTokens(endpoint.url);
      const after = await counts();
      return { guestCallsPerToken: (after.guests - before.guests) / tokens, oauthCalls: after.oauth };
    },
    close: () => {
      for (const { child } of [endpoint, silent, own, yardstick, upstream]) child.disconnect();
    },
  };
}
