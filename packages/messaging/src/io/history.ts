/** Pages of what was said before, over HTTP, with the short-lived JWT that the socket gives out. Never throws. */
import { decodeHistory, HISTORY_PAGE_SIZE, type HistoryPage } from "@guestpass/protocol";
import type { Settings } from "../options.js";
import type { Connection } from "../rooms.js";
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

export interface History {
  /** Page 1 is the newest. */
  page(number: number): Promise<HistoryAnswer>;
  /** What is under way is not wanted any more; the next page needs a new JWT. */
  stop(): void;
}

const FAILED: HistoryAnswer = { kind: "failed", retryAfterMs: 0 };

export function createHistory({ ports, urls }: Settings, connection: Pick<Connection, "ask">): History {
  const { clock, uuid } = ports;
  /** `exp` in unix seconds. */
  let cached: { jwt: string; exp: number } | null = null;
  const underWay = new Set<AbortController>();

  async function jwt(): Promise<string | undefined> {
    if (!cached || clock.wall() >= cached.exp * 1000 - JWT_MARGIN_MS) {
      const frame = { action: "getJwt", tracingId: uuid() } as const;
      const reply = await new Promise<Reply>((resolve) =>
        connection.ask(frame, TIMEOUT_MS, ({ kind }) => kind === "jwt", resolve),
      );
      cached = reply?.kind === "jwt" && reply.jwt ? reply : null;
    }
    return cached?.jwt;
  }

  async function ask(number: number, authorization: string): Promise<HistoryAnswer | "unauthorized"> {
    const controller = new AbortController();
    const stop = clock.after(TIMEOUT_MS, () => controller.abort());
    underWay.add(controller);
    try {
      const url = `${urls.api.replace(/\/+$/, "")}${PATH}?pageNumber=${number}&pageSize=${HISTORY_PAGE_SIZE}`;
      const answer = await ports.fetch(url, {
        headers: { authorization: `bearer ${authorization}` },
        credentials: "omit",
        cache: "no-store",
        signal: controller.signal,
      });
      const { status, ok, headers } = answer;
      if (status === 401) return "unauthorized";
      if (status === 403 || status === 404) return { kind: "refused" };
      if (!ok) return { kind: "failed", retryAfterMs: retryAfterMs(headers.get("retry-after")) };
      const page = decodeHistory(await answer.json());
      return page ? { kind: "page", page } : FAILED;
    } catch {
      return FAILED;
    } finally {
      stop();
      underWay.delete(controller);
    }
  }

  return {
    async page(number) {
      // A JWT that was revoked before its time is replaced once.
      for (let turn = 0; turn < 2; turn += 1) {
        const authorization = await jwt();
        if (!authorization) return FAILED;
        const answer = await ask(number, authorization);
        if (answer !== "unauthorized") return answer;
        cached = null;
      }
      return { kind: "refused" };
    },
    stop() {
      cached = null;
      for (const controller of underWay) controller.abort();
    },
  };
}

function retryAfterMs(header: string | null): number {
  const seconds = Number(header) || 0;
  return Math.min(Math.max(0, seconds * 1000), RETRY_AFTER_MAX_MS);
}
