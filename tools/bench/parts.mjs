// The processes of one run: a platform with a latency, endpoints before it, the yardstick beside them.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

export const ORIGIN = "https://shop.example";
const DEPLOYMENT = "5d9d1f52-2f2b-4c0c-9d8e-6d3f2a7c1e10";
const HEADERS = { origin: ORIGIN, "content-type": "application/json" };
const HANDLES = 64;

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

async function refreshRequests(url) {
  const requests = [];
  for (let i = 0; i < HANDLES; i += 1) {
    const { session } = await startSession(url);
    requests.push({
      method: "POST",
      path: "/v1/sessions/refresh",
      headers: { origin: ORIGIN, authorization: `Bearer ${session.handle}` },
    });
  }
  return requests;
}

/** Targets whose handles are made anew before each measurement, because a handle that was used lives for 60 s. */
function refreshTarget(name, url, more) {
  return { name, url, requests: [], prepare: () => refreshRequests(url), ...more };
}

export async function startParts(latencyMs) {
  const upstream = await spawnPart("upstream.mjs", [String(latencyMs)]);
  const endpoint = await spawnPart("endpoint.mjs", [], endpointEnv("guest-tokens", upstream.url));
  const silent = await spawnPart(
    "endpoint.mjs",
    [],
    endpointEnv("guest-tokens", upstream.url, { AUDIT_LOG: "off", LOG_LEVEL: "silent", ADMIN_PORT: undefined }),
  );
  const own = await spawnPart("endpoint.mjs", [], endpointEnv("web-messaging", undefined));
  const bytes = JSON.stringify(await startSession(endpoint.url)).length;
  const yardstick = await spawnPart("yardstick.mjs", [upstream.url, String(bytes)]);
  const call = { method: "POST", path: "/call", headers: HEADERS, body: startRequest.body };
  const targets = [
    { name: "yardstick, one call", url: yardstick.url, requests: [call], calls: true },
    {
      name: "start",
      url: endpoint.url,
      requests: [startRequest],
      yardstick: "yardstick, one call",
      calls: true,
      issues: true,
    },
    {
      name: "start, silent",
      url: silent.url,
      requests: [startRequest],
      yardstick: "yardstick, one call",
      calls: true,
      issues: true,
    },
    refreshTarget("refresh", endpoint.url, { yardstick: "yardstick, one call", calls: true, issues: true }),
    { name: "yardstick, no call", url: yardstick.url, requests: [{ ...call, path: "/bare" }] },
    refreshTarget("refresh, web-messaging", own.url, { yardstick: "yardstick, no call" }),
  ];
  return {
    targets,
    counts: async () => (await fetch(`${upstream.url}/counts`)).json(),
    yardstickCalls: () => targets[0].answered ?? 0,
    close: () => {
      for (const { child } of [endpoint, silent, own, yardstick, upstream]) child.disconnect();
    },
  };
}
