/**
 * Brings the transcript up to date from history: after each connection back to what was known, and on demand further
 * back. Knows pages and their order; what a message is knows the exchange.
 */
import type { Exchange } from "./exchange.js";
import type { History, HistoryAnswer } from "./io/history.js";
import type { Clock } from "./ports.js";

/** Pages fetched to close a gap; with 25 a page more than a visitor has missed. */
const GAP_PAGES = 10;
const TRIES = 3;
const FIRST_PAUSE_MS = 1_000;

export interface CatchUpHost {
  readonly clock: Clock;
  readonly history: History;
  readonly exchange: Exchange;
  /** Milliseconds until history may be asked again, counted as asked when 0. */
  spend(): number;
}

export class CatchUp {
  readonly #host: CatchUpHost;
  /** A new run makes the answers of the one before worthless. */
  #run = 0;
  /** Pages back to the oldest that was merged; later messages only push content further back. */
  #deepest = 0;
  #pageCount = 0;
  #older: Promise<void> | null = null;
  #stops = new Set<() => void>();

  constructor(host: CatchUpHost) {
    this.#host = host;
  }

  get hasOlder(): boolean {
    return this.#deepest > 0 && this.#deepest < this.#pageCount && !this.#host.exchange.isFull;
  }

  /** A new conversation: there is nothing behind it. */
  reset(): void {
    this.stop();
    this.#deepest = 0;
    this.#pageCount = 0;
  }

  /** Another session: pages are asked for anew. */
  forget(): void {
    this.#host.history.forget();
  }

  stop(): void {
    this.#run += 1;
    this.#host.history.stop();
    for (const stop of this.#stops) stop();
    this.#stops.clear();
  }

  /**
   * Merges the newest page, and the ones behind it until what was known before. Messages that are in doubt wait for it,
   * others do not. `again`: this conversation was open before, so what is new came while it was not looking. `first` is
   * called when the first page is merged, or could not be had.
   */
  async sync(again: boolean, first: () => void): Promise<void> {
    this.stop();
    const run = this.#run;
    const { exchange } = this.#host;
    if (!exchange.hasDoubt) exchange.release(false);
    for (let page = 1; page <= GAP_PAGES; page += 1) {
      const answer = await this.#ask(page, run, first);
      if (run !== this.#run) return;
      if (answer.kind !== "page") {
        exchange.release(false);
        return first();
      }
      const { overlap } = this.#merge(answer, again);
      first();
      if (!again || overlap || page >= answer.page.pageCount) break;
    }
    exchange.release(true);
  }

  /** The next older page that has something new. Single-flight. */
  loadOlder(): Promise<void> {
    this.#older ??= this.#loadOlder().finally(() => {
      this.#older = null;
    });
    return this.#older;
  }

  async #loadOlder(): Promise<void> {
    const run = this.#run;
    while (this.hasOlder) {
      const answer = await this.#ask(this.#deepest + 1, run);
      if (run !== this.#run || answer.kind !== "page") return;
      this.#deepest += 1;
      if (this.#merge(answer, false).added > 0) return;
    }
  }

  #merge({ page }: Extract<HistoryAnswer, { kind: "page" }>, announce: boolean): { overlap: boolean; added: number } {
    this.#pageCount = page.pageCount;
    this.#deepest = Math.max(this.#deepest, page.pageNumber);
    return this.#host.exchange.mergePage(page, announce);
  }

  /** One page, within the rate, tried again while that may help. */
  async #ask(page: number, run: number, failed?: () => void): Promise<HistoryAnswer> {
    let answer: HistoryAnswer = { kind: "failed", retryAfterMs: 0 };
    for (let turn = 0; turn < TRIES && run === this.#run; turn += 1) {
      for (let wait = this.#host.spend(); wait > 0; wait = this.#host.spend()) {
        await this.#pause(wait);
        if (run !== this.#run) return answer;
      }
      answer = await this.#host.history.page(page);
      if (answer.kind !== "failed" || run !== this.#run) return answer;
      failed?.();
      if (turn + 1 < TRIES) await this.#pause(Math.max(answer.retryAfterMs, FIRST_PAUSE_MS * 2 ** turn));
    }
    return answer;
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.#host.clock.after(delayMs, () => finish());
      const finish = () => {
        stop();
        this.#stops.delete(finish);
        resolve();
      };
      this.#stops.add(finish);
    });
  }
}
