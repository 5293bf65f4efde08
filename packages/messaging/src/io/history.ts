/** Pages of what was said before, over HTTP, with the short-lived JWT that the socket gives out. Never throws. */
import {
  decodeHistory,
  HISTORY_PAGE_SIZE,
  type HistoryPage,
  type InboundFrame,
  type OutboundFrame,
} from "@guestpass/protocol";
import type { Clock } from "../ports.js";
import type { Reply } from "./asks.js";

const PATH = "/api/v2/webmessaging/messages";
const TIMEOUT_MS = 10_000;
/** The JWT is not used in its last seconds. */
const JWT_MARGIN_MS = 5_000;
const RETRY_AFTER_MAX_MS = 60_000;

export type HistoryAnswer =
  | { kind: "page"; page: HistoryPage }
  /** It may work later. */
  | { kind: "failed"; retryAfterMs: number }
  /** This guest has no history to read. */
  | { kind: "refused" };

export interface HistoryOptions {
  api: string;
  fetch: typeof fetch;
  clock: Clock;
  uuid(): string;
  /** The socket, which gives the JWT. */
  line: {
    readonly frameToken: string;
    ask(
      frame: OutboundFrame & { tracingId: string },
      timeoutMs: number,
      fits: (frame: InboundFrame) => boolean,
    ): Promise<Reply>;
  };
}

export interface History {
  /** Page 1 is the newest. */
  page(number: number): Promise<HistoryAnswer>;
  /** The next page needs a new JWT: another session, another connection. */
  forget(): void;
  /** What is under way is not wanted any more. */
  stop(): void;
}

export function createHistory(options: HistoryOptions): History {
  const { clock } = options;
  /** `exp` in unix seconds. */
  let cached: { jwt: string; exp: number } | null = null;
  const underWay = new Set<AbortController>();

  const jwt = async (): Promise<string | null> => {
    if (cached && clock.wall() < cached.exp * 1000 - JWT_MARGIN_MS) return cached.jwt;
    const { line, uuid } = options;
    const frame = { action: "getJwt", token: line.frameToken, tracingId: uuid() } as const;
    const reply = await line.ask(frame, TIMEOUT_MS, (answer) => answer.kind === "jwt");
    cached = reply?.kind === "jwt" && reply.jwt ? reply : null;
    return cached?.jwt ?? null;
  };

  const ask = async (number: number, authorization: string): Promise<HistoryAnswer | "unauthorized"> => {
    const controller = new AbortController();
    const stop = clock.after(TIMEOUT_MS, () => controller.abort());
    underWay.add(controller);
    try {
      const url = `${options.api}${PATH}?pageNumber=${number}&pageSize=${HISTORY_PAGE_SIZE}`;
      const answer = await options.fetch(url, {
        headers: { authorization: `bearer ${authorization}` },
        credentials: "omit",
        cache: "no-store",
        signal: controller.signal,
      });
      if (answer.status === 401) return "unauthorized";
      if (answer.status === 403 || answer.status === 404) return { kind: "refused" };
      if (!answer.ok) return { kind: "failed", retryAfterMs: retryAfterMs(answer.headers.get("retry-after")) };
      const page = decodeHistory(await answer.json());
      return page ? { kind: "page", page } : { kind: "failed", retryAfterMs: 0 };
    } catch {
      return { kind: "failed", retryAfterMs: 0 };
    } finally {
      stop();
      underWay.delete(controller);
    }
  };

  return {
    async page(number) {
      // A JWT that was revoked before its time is replaced once.
      for (let turn = 0; turn < 2; turn += 1) {
        const authorization = await jwt();
        if (authorization === null) return { kind: "failed", retryAfterMs: 0 };
        const answer = await ask(number, authorization);
        if (answer !== "unauthorized") return answer;
        cached = null;
      }
      return { kind: "refused" };
    },
    forget() {
      cached = null;
    },
    stop() {
      for (const controller of underWay) controller.abort();
    },
  };
}

function retryAfterMs(header: string | null): number {
  const seconds = Number(header ?? 0);
  return Number.isFinite(seconds) ? Math.min(Math.max(0, seconds * 1000), RETRY_AFTER_MAX_MS) : 0;
}
