/** The one place where the endpoint's answers, and what other tabs say of them, become types or errors. */
import { type MessengerInfo, num, record, type Session, type SessionMessenger, str } from "@guestpass/protocol";
import { TokensError, type TokensErrorCode } from "../errors.js";
import { redact } from "./redact.js";

/** A year and a little: more is milliseconds taken for seconds, or nonsense. */
const LONGEST_SECONDS = 400 * 86_400;

/**
 * An answer of a start or a refresh. A refresh has no `messenger`, so the known one is given and its tokens are set anew;
 * `bound` is given where it is known better than the answer says it. Throws `invalid_answer` where something that is needed is missing or makes no sense.
 */
export function readSession(json: unknown, known: SessionMessenger | null, bound?: boolean): Session {
  const body = (json ?? {}) as Session;
  const messenger = body.messenger ?? known;
  const handle = body.session?.handle;
  const expiresIn = seconds(body);
  const texts = [body.sessionId, body.token, handle, messenger?.deploymentId];
  if (!expiresIn || texts.some((text: unknown) => typeof text !== "string" || !text)) invalid();
  const { expiresIn: sessionIn, bound: said = true } = body.session;
  return {
    ...body,
    expiresIn,
    session: { handle, expiresIn: num(sessionIn) ?? expiresIn, bound: bound ?? said },
    messenger: withToken(messenger, body.token),
  };
}

/** The answer of `GET /v1/messenger`. */
export function readMessengerInfo(json: unknown): MessengerInfo {
  const info = json as MessengerInfo | undefined;
  return info?.deploymentId ? info : invalid();
}

/** An error answer: the problem's own code where it has one, else what its status says. */
export function readProblem(status: number, json: unknown, retryAfter: number, requestId: string | null): TokensError {
  const { code, detail, requestId: id, retryAfter: wait } = record(json);
  const own = typeof code === "string" && /^[a-z_]{3,40}$/.test(code);
  return new TokensError(own ? (code as TokensErrorCode) : codeOf(status), redact(str(detail) ?? `HTTP ${status}`), {
    status,
    retryAfterSeconds: retryAfter || Math.max(num(wait) ?? 0, 0) || undefined,
    requestId: redact(str(id) ?? requestId ?? "") || undefined,
  });
}

function codeOf(status: number): TokensErrorCode {
  return status === 429 ? "rate_limited" : status < 500 ? "invalid_answer" : "upstream_unavailable";
}

function invalid(): never {
  throw new TokensError("invalid_answer", "Not an answer of the endpoint");
}

/** The life in seconds, or 0 where it is none. The endpoint's own two dates tell milliseconds from seconds. */
function seconds({ expiresIn, expiresAt, serverTime }: Session): number {
  const given = num(expiresIn) ?? 0;
  const byDates = (Date.parse(expiresAt) - Date.parse(serverTime)) / 1000;
  const life = byDates > 0 && given > byDates * 100 ? byDates : given;
  return life > 0 && life <= LONGEST_SECONDS ? life : 0;
}

function withToken(messenger: SessionMessenger, guestToken: string): SessionMessenger {
  const { initConfig, onboarding } = messenger;
  return {
    ...messenger,
    initConfig: { ...initConfig, guestToken },
    ...(onboarding && { onboarding: { ...onboarding, guestToken } }),
  };
}
