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
 * The answer's JSON. Throws a TokensError: the problem's code, `network` (no answer, or one that is not the endpoint's: a
 * captive portal, most likely), `timeout`, or `aborted` where the browser gave the request up.
 */
export async function call(fetch: KeeperPorts["fetch"], request: Call): Promise<unknown> {
  const { method, url, handle, proof, body, signal } = request;
  let response: Response;
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
    });
    if (response.ok) return await response.json();
  } catch (cause) {
    const { name } = Object(cause) as Error;
    const code = name === "AbortError" ? "aborted" : name === "TimeoutError" ? "timeout" : "network";
    throw new TokensError(code, "The endpoint did not answer.", { cause });
  }
  const { status, headers } = response;
  const wait = retryAfterSeconds(headers.get("Retry-After"), request.serverNow);
  const problem: unknown = await response.json().catch(() => null);
  throw readProblem(status, problem, wait, headers.get("X-Request-Id"));
}
