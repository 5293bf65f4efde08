/** Calls to the platform's API, with the client's token, the retry of a refused token, and the budget. Knows no guest API. */
import { BrokerError } from "../errors.js";
import type { PlatformAnswer, PlatformCall } from "../guests/guest-api.js";
import type { Clock } from "../ports.js";
import type { GoneSignal } from "../request-context.js";
import type { Budget } from "./budget.js";
import type { PlatformPlace } from "./hosts.js";
import type { AccessToken, Oauth } from "./oauth.js";
import { parseAnswer, type SendRequest, upstreamFailure } from "./request.js";

export interface CallScope {
  /** ms since the epoch. */
  deadlineAt: number;
  signal?: GoneSignal | undefined;
}

/** When the platform last answered anything, and when it last failed to. */
export interface Reachability {
  answeredAt?: number;
  failedAt?: number;
}

export interface Platform {
  /** Resolves with any 2xx. Rejects with a `BrokerError` of the `upstream_` codes. */
  call(call: PlatformCall, scope: CallScope): Promise<PlatformAnswer>;
  reachability(): Reachability;
}

export interface PlatformDependencies {
  place: PlatformPlace;
  /** Undefined where no credentials are configured. */
  oauth: Oauth | undefined;
  send: SendRequest;
  budget: Budget;
  clock: Clock;
}

function tooLate(): BrokerError {
  return new BrokerError("upstream_unavailable", "The messaging platform did not answer.", {
    cause: new Error("no access token in time"),
  });
}

/** For the log: no query. */
function nameOf({ method, path }: PlatformCall): string {
  return `${method} ${path.split("?", 1)[0]}`;
}

function headersOf(hasBody: boolean, bearer: string | undefined): Record<string, string> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (hasBody) headers["content-type"] = "application/json";
  if (bearer !== undefined) headers["authorization"] = `Bearer ${bearer}`;
  return headers;
}

export function createPlatform(dependencies: PlatformDependencies): Platform {
  const { place, oauth, send, budget, clock } = dependencies;
  const seen: Reachability = {};

  const sendOnce = async (call: PlatformCall, scope: CallScope, bearer: string | undefined) => {
    const { method, body } = call;
    const url = place.hosts[call.host] + call.path;
    const headers = headersOf(body !== undefined, bearer);
    const settled = await send(
      body === undefined ? { url, method, headers } : { url, method, headers, body: JSON.stringify(body) },
      {
        repeat: call.repeat,
        deadlineAt: scope.deadlineAt,
        signal: scope.signal,
        beforeTry: call.creates === true ? () => budget.take() : undefined,
      },
    );
    if (settled.kind === "answer" && settled.status < 500) seen.answeredAt = clock.now();
    else seen.failedAt = clock.now();
    return settled;
  };

  const heldToken = () => oauth?.held();
  /** The flight that fetches a token goes on for the others when this caller's time is over. */
  const clientToken = async ({ deadlineAt, signal }: CallScope): Promise<AccessToken> => {
    if (oauth === undefined)
      throw new BrokerError("not_ready", "This service has no credentials for the messaging platform.");
    if (signal?.aborted === true) throw signal.reason as Error;
    let timer: NodeJS.Timeout | undefined;
    let giveUp: (reason: Error) => void;
    const givenUp = new Promise<never>((_, reject) => {
      giveUp = reject;
      timer = setTimeout(() => reject(tooLate()), Math.max(0, deadlineAt - clock.now()));
    });
    const onGone = () => giveUp(signal?.reason as Error);
    signal?.addEventListener("abort", onGone);
    try {
      return await Promise.race([oauth.token(), givenUp]);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onGone);
    }
  };

  return {
    async call(call, scope) {
      const authorization = call.authorization ?? "client";
      let token = authorization === "client" ? (heldToken() ?? (await clientToken(scope))) : undefined;
      const bearer = typeof authorization === "object" ? authorization.bearer : undefined;
      let settled = await sendOnce(call, scope, token?.value ?? bearer);
      // Once for an old token, and once for each further credential pair.
      for (let turns = Math.max(1, (token?.pairs ?? 1) - 1); turns > 0; turns -= 1) {
        if (token === undefined || settled.kind !== "answer" || settled.status !== 401) break;
        oauth?.refused(token);
        token = heldToken() ?? (await clientToken(scope));
        settled = await sendOnce(call, scope, token.value);
      }
      if (token !== undefined && settled.kind === "answer" && settled.status === 401) oauth?.refused(token);
      if (settled.kind !== "answer" || settled.status < 200 || settled.status > 299)
        throw upstreamFailure(settled, nameOf(call));
      const { status, sentAt } = settled;
      return { status, body: parseAnswer(settled.body, () => nameOf(call)), sentAt };
    },
    reachability: () => ({ ...seen }),
  };
}
