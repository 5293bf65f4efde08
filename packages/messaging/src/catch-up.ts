/**
 * Brings the transcript up to date from history: after each connection back to what was known, and on demand further
 * back. Loaded when there may be something to read. Knows pages and their order; what a message is knows the exchange.
 */
import { HISTORY_PAGE_SIZE, type HistoryPage } from "@guestpass/protocol";
import { createHistory, type HistoryAnswer } from "./io/history.js";
import type { Settings } from "./options.js";
import type { Connection, Exchange } from "./rooms.js";
import { type Laid, layPage } from "./rules/pages.js";
import { TRANSCRIPT_LIMIT } from "./rules/transcript.js";

/** Pages fetched to close a gap: as many as the transcript holds. */
const GAP_PAGES = Math.ceil(TRANSCRIPT_LIMIT / HISTORY_PAGE_SIZE);
const TRIES = 3;
const FIRST_PAUSE_MS = 1_000;

export interface CatchUpHost {
  readonly settings: Settings;
  readonly connection: Connection;
  readonly exchange: Exchange;
}

export interface CatchUp {
  readonly hasOlder: boolean;
  /**
   * Merges the newest page, and the ones behind it until what was known before. Messages that are in doubt wait for
   * it. Where this conversation was open before, what is new came while it was not looking. `first` is
   * called when the first page is merged, or could not be had.
   */
  sync(first: () => void): Promise<void>;
  /** The next older page that has something new. Single-flight. */
  loadOlder(): Promise<void>;
  /** What is under way does not count any more. */
  stop(): void;
  /** A new conversation: there is nothing behind it. */
  reset(): void;
}

export function createCatchUp({ settings, connection, exchange }: CatchUpHost): CatchUp {
  const { clock } = settings.ports;
  const history = createHistory(settings, connection);
  /** A new run makes the answers of the one before worthless. */
  let run = 0;
  /** Pages back to the oldest that was merged; later messages only push content further back. */
  let deepest = 0;
  let pageCount = 0;
  /** Identity of the oldest message on it. */
  let oldest: string | undefined;
  let older: Promise<void> | null = null;

  const hasOlder = () => deepest > 0 && deepest < pageCount && exchange.transcript.length < TRANSCRIPT_LIMIT;
  const pause = (delayMs: number) => new Promise<void>((resolve) => void clock.after(delayMs, resolve));

  function take(number: number, page: HistoryPage, announce: boolean, before?: string): Laid {
    const laid = exchange.merge((known) => layPage(page, known, before), announce);
    pageCount = page.pageCount;
    if (number >= deepest) {
      deepest = number;
      oldest = laid.oldest;
    }
    return laid;
  }

  /** One page, within the rate, tried again while that may help; null when nobody wants it any more. */
  async function ask(page: number, mine: number, failed?: () => void): Promise<HistoryAnswer | null> {
    let answer: HistoryAnswer = { kind: "failed", retryAfterMs: 0 };
    for (let turn = 0; turn < TRIES; turn += 1) {
      for (let wait = connection.wait("history"); wait > 0; wait = connection.wait("history")) {
        await pause(wait);
        if (mine !== run) return null;
      }
      connection.count("history");
      answer = await history.page(page);
      if (mine !== run) return null;
      if (answer.kind !== "failed") break;
      failed?.();
      if (turn + 1 < TRIES) await pause(Math.max(answer.retryAfterMs, FIRST_PAUSE_MS * 2 ** turn));
      if (mine !== run) return null;
    }
    return answer;
  }

  async function loadOlder(): Promise<void> {
    const mine = run;
    while (hasOlder()) {
      const answer = await ask(deepest + 1, mine);
      if (answer?.kind !== "page") return;
      if (take(deepest + 1, answer.page, false, oldest).added > 0) return;
    }
  }

  function stop(): void {
    run += 1;
    history.stop();
  }

  return {
    get hasOlder() {
      return hasOlder();
    },
    async sync(first) {
      stop();
      const again = exchange.knows;
      const mine = run;
      let before: string | undefined;
      for (let page = 1; page <= GAP_PAGES; page += 1) {
        const answer = await ask(page, mine, first);
        if (!answer) return;
        if (answer.kind !== "page") {
          exchange.release(false);
          return first();
        }
        const { overlap, settles, oldest: last } = take(page, answer.page, again, before);
        before = last;
        if (settles) exchange.release(true);
        first();
        if (!again || overlap || page >= answer.page.pageCount) break;
      }
      exchange.release(true, true);
    },
    loadOlder() {
      older ??= loadOlder().finally(() => {
        older = null;
      });
      return older;
    },
    stop,
    reset() {
      stop();
      deepest = 0;
      pageCount = 0;
    },
  };
}
