// The processes of a soak: a real Redis, the endpoint as its command, and how they are watched from outside.
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ORIGIN = "https://shop.example";
export const DEPLOYMENT = "5d9d1f52-2f2b-4c0c-9d8e-6d3f2a7c1e10";
export const SECRET = "a-client-secret-that-nobody-may-see";
const BIN = fileURLToPath(new URL("../../packages/endpoint/bin/guestpass.js", import.meta.url));

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** A Redis that keeps nothing; `restart(awayMs)` ends it at once and starts it again at the same place. */
export async function startRedis() {
  const port = await freePort();
  let child;
  const start = async () => {
    const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
    child = spawn(process.env.REDIS_SERVER || "redis-server", args, { stdio: ["ignore", "pipe", "ignore"] });
    await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`redis-server ended with ${code}`)));
      child.stdout.on("data", (text) => text.includes("Ready to accept connections") && resolve());
    });
  };
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    stop,
    async restart(awayMs) {
      await stop();
      await sleep(awayMs);
      await start();
    },
  };
}

export function startPlatform(seed) {
  const child = fork(fileURLToPath(new URL("platform.mjs", import.meta.url)), [String(seed)]);
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the platform ended with ${code}`)));
    child.once("message", ({ port }) =>
      resolve({
        url: `http://127.0.0.1:${port}`,
        fails: (trouble) => child.send({ trouble }),
        stop: () => child.disconnect(),
      }),
    );
  });
}

/** Session keys of one set of instances. */
export async function keysFile() {
  const file = join(mkdtempSync(join(tmpdir(), "guestpass-soak-")), "keys.json");
  const [code] = await once(spawn(process.execPath, [BIN, "keys", "new", file], { stdio: "ignore" }), "exit");
  if (code !== 0) throw new Error("no session keys could be made");
  return file;
}

/** `guestpass serve` with limits that nobody meets. */
export async function serve(env) {
  const adminPort = await freePort();
  const child = spawn(process.execPath, [BIN, "serve"], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env.PATH,
      GUEST_API: "guest-tokens",
      GENESYS_CLIENT_ID: "soak",
      GENESYS_CLIENT_SECRET: SECRET,
      ALLOWED_ORIGINS: ORIGIN,
      DEPLOYMENT_IDS: DEPLOYMENT,
      HOST: "127.0.0.1",
      PORT: "0",
      ADMIN_PORT: String(adminPort),
      RATE_LIMIT_MAX: "100000000",
      RATE_LIMIT_SESSION_MAX: "100000000",
      GUEST_QUOTA: "100000000",
      LOG_LEVEL: "info",
      ...env,
    },
  });
  const ended = once(child, "exit").then(([code, signal]) => code ?? signal);
  const log = { lines: 0, unexpected: 0, secrets: 0 };
  const heard = { stdout: "", stderr: "" };
  return new Promise((resolve, reject) => {
    void ended.then((code) => reject(new Error(`the endpoint ended with ${code} before it was ready`)));
    for (const name of ["stdout", "stderr"])
      child[name].setEncoding("utf8").on("data", (text) => {
        const lines = (heard[name] + text).split("\n");
        heard[name] = lines.pop();
        for (const line of lines) {
          log.lines += 1;
          if (line.includes("unexpected error") || line.includes("uncaught error")) log.unexpected += 1;
          if (line.includes(SECRET)) log.secrets += 1;
          const url = /ready at (http:\S+)/.exec(line)?.[1];
          if (url)
            resolve({
              url,
              pid: child.pid,
              log,
              ended,
              signal: (name) => child.kill(name),
              look: () => look(child.pid, adminPort),
            });
        }
      });
  });
}

/** What a process holds: megabytes, open files and sockets, requests under way. */
async function look(pid, adminPort) {
  const text = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
  const value = (name) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
  return {
    residentMiB: Math.round(value("process_resident_memory_bytes") / 1024 / 1024),
    heapMiB: Math.round(value("nodejs_heap_size_used_bytes") / 1024 / 1024),
    underWay: value("guestpass_requests_under_way"),
    files: process.platform === "linux" ? readdirSync(`/proc/${pid}/fd`).length : undefined,
  };
}
