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
 * not the endpoint's), or `aborted` where the browser gave the request up.
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
      ...(method !== "GET" && { cache: "no-store" }),
      ...(method === "DELETE" && { keepalive: true }),
    });
    text = await response.text();
  } catch (cause) {
    const aborted = (cause as Error | undefined)?.name === "AbortError";
    throw aborted
      ? new TokensError("aborted", "The request was given up.", { retryable: true, cause })
      : new TokensError("network", "The endpoint could not be reached.", { retryable: true, cause });
  }
  const { status, headers, ok } = response;
  const json = parse(text);
  if (!ok) {
    const wait = retryAfterSeconds(headers.get("Retry-After"), request.serverNow);
    throw readProblem(status, json, wait, headers.get("X-Request-Id"));
  }
  if (json === undefined && status !== 204) {
    // A captive portal, most likely: somebody else answered.
    throw new TokensError("network", "The answer is not the endpoint's.", { retryable: true });
  }
  return json;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
