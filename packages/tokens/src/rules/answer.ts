/** The one place where the endpoint's answers, and what was stored or told of them, become types or errors. */
import {
  isProblemCode,
  type MessengerInfo,
  num,
  PROBLEM_STATUS,
  record,
  type Session,
  type SessionMessenger,
  str,
} from "@guestpass/protocol";
import { TokensError, type TokensErrorCode } from "../errors.js";
import { redact } from "./report.js";
import type { Terms } from "./schedule.js";

/** A year and a little: more is milliseconds taken for seconds, or nonsense. */
const LONGEST_SECONDS = 400 * 86_400;

/**
 * An answer of a start or a refresh. A refresh has no `messenger`, so the known one is given and its tokens are set anew.
 * Throws `invalid_answer` where something that is needed is missing or makes no sense.
 */
export function readSession(json: unknown, known: SessionMessenger | null): Session {
  const body = record(json);
  const session = record(body["session"]);
  const sessionId = str(body["sessionId"]);
  const token = str(body["token"]);
  const handle = str(session["handle"]);
  const tokenType = body["tokenType"];
  const messenger = withToken(body["messenger"] ?? known, token);
  const expiresIn = seconds(body["expiresIn"], body);
  if (!sessionId || !token || !handle || !messenger || (tokenType !== "jwt" && tokenType !== "uuid") || !expiresIn) {
    throw new TokensError("invalid_answer", "The endpoint's answer is not a session.", { retryable: true });
  }
  const sessionToken = str(body["sessionToken"]);
  return {
    sessionId,
    guestId: str(body["guestId"]) ?? "",
    token,
    tokenType,
    ...(sessionToken !== undefined && { sessionToken }),
    issuedAt: str(body["issuedAt"]) ?? "",
    expiresAt: str(body["expiresAt"]) ?? "",
    expiresIn,
    refreshIn: num(body["refreshIn"]) ?? 0,
    serverTime: str(body["serverTime"]) ?? "",
    session: { handle, expiresIn: num(session["expiresIn"]) ?? expiresIn },
    messenger,
  };
}

export function termsOf(session: Session): Terms {
  return {
    expiresIn: session.expiresIn,
    refreshIn: session.refreshIn,
    sessionIn: Math.max(session.session.expiresIn, 0.001),
  };
}

/** The messenger's configuration without the tokens in it: the form that may be stored. */
export function withoutTokens(session: Session): unknown {
  const secret = (value: unknown) => value === session.token || value === session.sessionToken;
  return JSON.parse(JSON.stringify(session.messenger, (_key, value: unknown) => (secret(value) ? undefined : value)));
}

/** The answer of `GET /v1/messenger`. */
export function readMessengerInfo(json: unknown): MessengerInfo {
  const info = record(json);
  if (!str(info["deploymentId"])) {
    throw new TokensError("invalid_answer", "The endpoint's answer does not describe a messenger.", {
      retryable: true,
    });
  }
  return info as unknown as MessengerInfo;
}

/** An error answer: the problem's own code where it has one of ours, else what its status says. */
export function readProblem(status: number, json: unknown, retryAfter: number, requestId: string | null): TokensError {
  const body = record(json);
  const code = isProblemCode(body["code"]) ? body["code"] : codeOf(status);
  const wait = retryAfter || Math.max(num(body["retryAfter"]) ?? 0, 0);
  return new TokensError(code, redact(str(body["detail"]) ?? str(body["title"]) ?? `HTTP ${status}`), {
    status,
    retryable: status >= 500 || status === 429,
    retryAfterSeconds: wait || undefined,
    requestId: str(body["requestId"]) ?? requestId ?? undefined,
  });
}

function codeOf(status: number): TokensErrorCode {
  if (status === 401 || status === 403) return "invalid_answer";
  const known = Object.entries(PROBLEM_STATUS).find(([, figure]) => figure === status)?.[0];
  if (isProblemCode(known)) return known;
  return status > 500 ? "upstream_unavailable" : "invalid_answer";
}

/** The life in seconds, or 0 where it is none. The endpoint's own two dates tell milliseconds from seconds. */
function seconds(expiresIn: unknown, body: Readonly<Record<string, unknown>>): number {
  const given = num(expiresIn) ?? 0;
  const byDates = (Date.parse(String(body["expiresAt"])) - Date.parse(String(body["serverTime"]))) / 1000;
  const life = byDates > 0 && given > byDates * 100 ? byDates : given;
  return life > 0 && life <= LONGEST_SECONDS ? life : 0;
}

function withToken(messenger: unknown, token: string | undefined): SessionMessenger | null {
  const known = record(messenger) as Partial<SessionMessenger>;
  if (!known.deploymentId || !token) return null;
  const set = <T extends object>(part: T): T => ({ ...part, guestToken: token });
  return {
    ...(known as SessionMessenger),
    ...(known.initConfig && { initConfig: set(known.initConfig) }),
    ...(known.onboarding && { onboarding: set(known.onboarding) }),
  };
}
