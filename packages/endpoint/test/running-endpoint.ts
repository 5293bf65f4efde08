/**
 * A real endpoint before a real simulator, both on loopback, for tests that knock by HTTP. Whatever a test does with it,
 * its output is swept for secrets when it is closed.
 */
import { Writable } from "node:stream";
import { type Simulator, type SimulatorOptions, startSimulator } from "@guestpass/simulator";
import { type Config, createServer, type GuestpassServer, readConfig } from "../src/index.js";
import type { Surroundings } from "../src/server.js";
import { Sweep } from "./sweep.js";

export const ORIGIN = "https://shop.example";
export const DEPLOYMENT = "5d9d1f52-2f2b-4c0c-9d8e-6d3f2a7c1e10";
export const CLIENT = { id: "client-of-the-tests", secret: "a-client-secret-that-nobody-may-see" };

export interface RunningEndpoint {
  readonly url: string;
  readonly server: GuestpassServer;
  readonly simulator: Simulator;
  readonly config: Config;
  /** What was written so far. */
  readonly stdout: Collector;
  readonly stderr: Collector;
  /** POST of JSON from the allowed origin. */
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  ask(method: string, path: string, headers?: Record<string, string>, body?: string | Uint8Array): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed; fails the test where it is no JSON. */
  readonly json: Body;
}

/** What answers have in them, of one kind or another. */
export interface Body {
  sessionId: string;
  guestId: string;
  token: string;
  session: { handle: string; expiresIn: number };
  type: string;
  title: string;
  status: number | string;
  code: string;
  detail: string;
  requestId: string;
  retryAfter: number;
  errors: { path: string; message: string }[];
  checks: { name: string; ok: boolean; detail?: string }[];
  messenger?: unknown;
}

/** What a process wrote, whole. */
export class Collector extends Writable {
  text = "";
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString("utf8");
    done();
  }
}

export function environment(simulatorUrl: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    GUEST_API: "web-messaging",
    GENESYS_BASE_URL: simulatorUrl,
    GENESYS_CLIENT_ID: CLIENT.id,
    GENESYS_CLIENT_SECRET: CLIENT.secret,
    ALLOWED_ORIGINS: ORIGIN,
    DEPLOYMENT_IDS: DEPLOYMENT,
    HOST: "127.0.0.1",
    PORT: "0",
    ...more,
  };
}

export async function startEndpoint(
  more: Record<string, string> = {},
  simulatorOptions: SimulatorOptions = {},
  surroundings: Surroundings = {},
): Promise<RunningEndpoint> {
  const simulator = await startSimulator({ clients: [CLIENT], ...simulatorOptions });
  const config = readConfig(environment(simulator.url, more));
  const stdout = new Collector();
  const stderr = new Collector();
  const server = await createServer(config, { stdout, stderr, ...surroundings });
  const url = await server.start();
  const sweep = new Sweep(config);
  const ask: RunningEndpoint["ask"] = async (method, path, headers = {}, body) => {
    sweep.headers(headers);
    sweep.body(body);
    const answer = await request(url + path, method, headers, body);
    sweep.body(answer.text);
    return answer;
  };
  return {
    url,
    server,
    simulator,
    config,
    stdout,
    stderr,
    ask,
    post: (path, body, headers = {}) =>
      ask(
        "POST",
        path,
        { origin: ORIGIN, ...(body !== undefined && { "content-type": "application/json" }), ...headers },
        body === undefined ? undefined : JSON.stringify(body),
      ),
    async close() {
      await server.close();
      await simulator.close();
      for (const one of simulator.requests()) sweep.headers({ authorization: one.headers.authorization ?? "" });
      const found = sweep.foundIn(stdout.text + stderr.text);
      if (found.length > 0) throw new Error(`the endpoint wrote secrets: ${found.join(", ")}`);
    },
  };
}

export async function request(
  url: string,
  method = "GET",
  headers: Record<string, string> = {},
  body?: string | Uint8Array,
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers,
    redirect: "manual",
    ...(body !== undefined && { body: body as BodyInit }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    get json() {
      return JSON.parse(text) as Body;
    },
  };
}
