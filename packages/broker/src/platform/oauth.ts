/**
 * The access token of the OAuth client: fetched once for all who wait, kept until a minute before its end, dropped when
 * it is refused, replaced when the credentials have changed. Several credential pairs take turns when one is refused;
 * the one that worked last goes first. Knows no guest.
 */
import { num, record, str } from "@guestpass/protocol";
import { BrokerError } from "../errors.js";
import type { Metrics } from "../observe/metrics.js";
import type { ClientCredentials, CredentialsSource } from "../options.js";
import type { BrokerPorts } from "../ports.js";
import { createCredentials } from "./credentials.js";
import { parseAnswer, type SendRequest, type Settled, upstreamFailure } from "./request.js";

const WHAT = "POST oauth/token";
/** A token is not used in the last minute of its life, nor in the last half of a life shorter than two. */
const LEAD_SECONDS = 60;
const REFUSED = new Set(["invalid_client", "unauthorized_client"]);

export interface AccessToken {
  readonly value: string;
  /** Which pair it belongs to. */
  readonly pair: number;
  /** How many pairs there are. */
  readonly pairs: number;
}

export type OauthState = "unknown" | "accepted" | "refused" | "unreachable";

export interface Oauth {
  /** The token that is held, if it is still good. */
  held(): AccessToken | undefined;
  /** `upstream_unauthorized` when every pair is refused; rate limits and outages as they are. */
  token(): Promise<AccessToken>;
  /** The platform refused this token: it is not used again, and the next pair goes first. */
  refused(token: AccessToken): void;
  /** What is known without asking: whether the last try worked, or a token is still live. */
  state(): OauthState;
}

export interface OauthDependencies {
  source: CredentialsSource;
  /** Whole URL. */
  tokenUrl: string;
  scope?: string | undefined;
  send: SendRequest;
  ports: BrokerPorts;
  metrics: Metrics;
  deadlineMs: number;
  warn?: ((message: string) => void) | undefined;
}

type Attempt = { token: AccessToken; endsAt: number } | "refused";

function refusesClient(settled: Settled): boolean {
  if (settled.kind !== "answer") return false;
  if (settled.status === 401) return true;
  if (settled.status !== 400) return false;
  // The platform says `invalid_client` in the error or within its description.
  try {
    const { error, error_description, description } = record(JSON.parse(settled.body));
    if (REFUSED.has(str(error) ?? "")) return true;
    return [error, error_description, description].some((words) => str(words)?.includes("invalid_client") === true);
  } catch {
    return settled.body.includes("invalid_client");
  }
}

/** True where asking later may help without anybody mending anything. */
function isOutage(error: unknown): boolean {
  return (
    error instanceof BrokerError && (error.code === "upstream_unavailable" || error.code === "upstream_rate_limited")
  );
}

/** One OAuth client, whatever the number of its credential pairs. */
export function createOauth(dependencies: OauthDependencies): Oauth {
  const { ports, metrics } = dependencies;
  const credentials = createCredentials(dependencies.source, ports.clock);
  let preferred = 0;
  let held: { token: AccessToken; endsAt: number } | undefined;
  let flight: Promise<AccessToken> | undefined;
  let looking = false;
  let state: OauthState = "unknown";

  const ask = async (pair: ClientCredentials, index: number, of: number, deadlineAt: number): Promise<Attempt> => {
    const form = new URLSearchParams({ grant_type: "client_credentials" });
    if (dependencies.scope !== undefined) form.set("scope", dependencies.scope);
    const settled = await dependencies.send(
      {
        url: dependencies.tokenUrl,
        method: "POST",
        headers: {
          authorization: `Basic ${Buffer.from(`${pair.clientId}:${pair.clientSecret}`).toString("base64")}`,
          "content-type": "application/x-www-form-urlencoded",
          accept: "application/json",
        },
        body: form.toString(),
      },
      { repeat: "repeatable", deadlineAt },
    );
    if (refusesClient(settled)) return "refused";
    if (settled.kind !== "answer" || settled.status < 200 || settled.status > 299) throw upstreamFailure(settled, WHAT);
    const answer = record(parseAnswer(settled.body, () => WHAT));
    const value = str(answer["access_token"]);
    const expiresIn = num(answer["expires_in"]);
    if (value === undefined || value === "" || expiresIn === undefined || expiresIn <= 0) {
      throw new BrokerError("upstream_invalid", "The messaging platform answered with something unknown.", {
        cause: new Error(`${WHAT}: no access_token or expires_in`),
      });
    }
    const lead = Math.min(LEAD_SECONDS, expiresIn / 2);
    return { token: { value, pair: index, pairs: of }, endsAt: settled.sentAt + (expiresIn - lead) * 1000 };
  };

  /** Each pair once, the preferred one first. */
  const askAll = async (list: readonly ClientCredentials[], deadlineAt: number) => {
    for (let turn = 0; turn < list.length; turn += 1) {
      const index = (preferred + turn) % list.length;
      const pair = list[index];
      if (pair === undefined) continue;
      const attempt = await ask(pair, index, list.length, deadlineAt);
      if (attempt !== "refused") {
        preferred = index;
        credentials.worked(pair);
        return attempt;
      }
      metrics.oauth.refused += 1;
    }
    return undefined;
  };

  const fetchToken = async (): Promise<AccessToken> => {
    const deadlineAt = ports.clock.now() + dependencies.deadlineMs;
    let attempt = await askAll(await credentials.list(), deadlineAt);
    // Refused pairs may have been rotated where they are kept.
    if (attempt === undefined && (await credentials.reload())) {
      preferred = 0;
      attempt = await askAll(await credentials.list(), deadlineAt);
    }
    if (attempt === undefined) {
      throw new BrokerError("upstream_unauthorized", "The messaging platform does not accept this service.", {
        upstreamStatus: 401,
        cause: new Error(`${WHAT}: every credential pair was refused`),
      });
    }
    metrics.oauth.fetched += 1;
    state = "accepted";
    held = attempt;
    return attempt.token;
  };

  const live = () => (held !== undefined && ports.clock.now() < held.endsAt ? held.token : undefined);

  const fetchOnce = () => {
    flight ??= fetchToken()
      .catch((error: unknown) => {
        // A token that is held is none the worse for it.
        if (live() === undefined) state = isOutage(error) ? "unreachable" : "refused";
        throw error;
      })
      .finally(() => {
        flight = undefined;
      });
    return flight;
  };

  /** Beside the request: whoever has a token waits for no file. */
  const look = async () => {
    looking = true;
    try {
      if (!(await credentials.reload())) return;
      preferred = 0;
      await fetchOnce();
    } catch {
      dependencies.warn?.("changed client credentials give no access token; the one that is held stays in use");
    } finally {
      looking = false;
    }
  };

  return {
    held() {
      const token = live();
      if (token !== undefined && !looking && credentials.due()) void look();
      return token;
    },
    token() {
      const token = live();
      return token === undefined ? fetchOnce() : Promise.resolve(token);
    },
    refused(token) {
      if (held?.token !== token) return;
      held = undefined;
      preferred = (token.pair + 1) % token.pairs;
    },
    state: () => state,
  };
}
