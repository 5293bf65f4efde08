/** One request to the token endpoint. Turns every way in which it can go wrong into one error; knows no session and no retry. */
import { TokensError } from "../errors.js";
import type { KeeperPorts } from "../ports.js";
import { readProblem } from "../rules/answer.js";
import { retryAfterSeconds } from "../rules/backoff.js";

export interface Call {
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: string;
  readonly handle?: string | undefined;
  readonly proof?: string | undefined;
  readonly body?: object | undefined;
  readonly signal: AbortSignal;
  /** Milliseconds by the endpoint's clock, for a `Retry-After` that is a date. */
  readonly serverNow: number;
}

/**
 * The answer's JSON (undefined for 204). Throws a TokensError: the problem's code, `network` (no answer, or one that is
 * not the endpoint's), `timeout`, or `aborted` where the browser gave the request up.
 */
export async function call(fetch: KeeperPorts["fetch"], request: Call): Promise<unknown> {
  const { method, url, handle, proof, body, signal } = request;
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method,
      signal,
      headers: {
        Accept: "application/json",
        ...(body && { "Content-Type": "application/json" }),
        ...(handle && { Authorization: `Bearer ${handle}` }),
        ...(proof && { DPoP: proof }),
      },
      ...(body && { body: JSON.stringify(body) }),
      credentials: "omit",
      redirect: "error",
      // The end of a session is told even when the page goes away.
      keepalive: method === "DELETE",
      cache: method === "GET" ? "default" : "no-store",
    });
    text = await response.text();
  } catch (cause) {
    const { name } = Object(cause) as Error;
    const code = name === "AbortError" ? "aborted" : name === "TimeoutError" ? "timeout" : "network";
    throw new TokensError(code, "The endpoint did not answer.", { cause });
  }
  const { status, headers, ok } = response;
  const json = parse(text);
  if (!ok) {
    const wait = retryAfterSeconds(headers.get("Retry-After"), request.serverNow);
    throw readProblem(status, json, wait, headers.get("X-Request-Id"));
  }
  // A captive portal, most likely: somebody else answered.
  if (!json && status !== 204) throw new TokensError("network", "The answer is not the endpoint's.");
  return json;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
