/** One request to the token endpoint. Turns every way in which it can go wrong into one error; knows no session and no retry. */
import { TokensError } from "../errors.js";
import type { KeeperPorts } from "../ports.js";
import { readProblem } from "../rules/answer.js";
import { retryAfterSeconds } from "../rules/backoff.js";

/**
 * The answer's JSON. Throws a TokensError: the problem's code, `network` (no answer, or one that is not the endpoint's: a
 * captive portal, most likely), `timeout`, or `aborted` where the browser gave the request up.
 * @param serverNow milliseconds by the endpoint's clock, for a `Retry-After` that is a date.
 */
export async function call(
  fetch: KeeperPorts["fetch"],
  url: string,
  init: RequestInit,
  serverNow: number,
): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, { ...init, credentials: "omit", redirect: "error" });
    if (response.ok) return await response.json();
  } catch (cause) {
    const { name } = Object(cause) as Error;
    const code = name === "AbortError" ? "aborted" : name === "TimeoutError" ? "timeout" : "network";
    throw new TokensError(code, "No answer", { cause });
  }
  const { status, headers } = response;
  const wait = retryAfterSeconds(headers.get("Retry-After"), serverNow);
  const problem: unknown = await response.json().catch(() => null);
  throw readProblem(status, problem, wait, headers.get("X-Request-Id"));
}
