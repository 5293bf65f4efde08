/** Calls to a simulator, as a program on the outside makes them. */
import { afterEach } from "vitest";
import { type Simulator, type SimulatorOptions, startSimulator } from "../src/index.js";

export const QUEUE = "a1b2c3d4-e5f6-7890-abcd-ef1234567890";
export const DEPLOYMENT = "11111111-2222-3333-4444-555555555555";
export const BASIC = `Basic ${Buffer.from("client:secret").toString("base64")}`;

const running: Simulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
});

/** A simulator that ends with its test. */
export async function start(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator(options);
  running.push(simulator);
  return simulator;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed JSON, or text: a test reads what it expects, and fails where it is not there. */
  body: ReturnType<typeof JSON.parse>;
}

export async function call(
  simulator: Simulator,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(simulator.url + path, {
    method,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = response.headers.get("content-type")?.includes("json");
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
}

export function askToken(
  simulator: Simulator,
  authorization = BASIC,
  form = "grant_type=client_credentials",
  path = "/oauth/token",
) {
  return call(simulator, "POST", path, form, { authorization, "content-type": "application/x-www-form-urlencoded" });
}

/** `Authorization` of a fresh access token. */
export async function bearer(simulator: Simulator, form?: string): Promise<Record<string, string>> {
  const { body } = await askToken(simulator, BASIC, form);
  return { authorization: `Bearer ${body.access_token}` };
}
