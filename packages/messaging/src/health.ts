/**
 * Whether a quiet line still lives: the platform is asked by an echo, seldom, and only while somebody may be looking.
 * Knows when to ask and what silence means, not how to ask.
 */
import type { Reply } from "./io/asks.js";
import type { Clock, Signal } from "./ports.js";
import { Timers } from "./timers.js";

/** A line that was quiet this long is asked; on a sign of waking sooner. */
const QUIET_MS = 40_000;
const QUIET_ON_WAKE_MS = 5_000;
const SOONEST_MS = 1_000;

export interface HealthHost {
  readonly clock: Clock;
  readonly visible: Signal;
  /** Sends an echo; null where none may go now. */
  echo(): Promise<Reply> | null;
  dead(): void;
}

export class Health {
  readonly #host: HealthHost;
  readonly #timers: Timers<"quiet">;
  #heardAt = 0;
  #asking = false;
  #watching = false;

  constructor(host: HealthHost) {
    this.#host = host;
    this.#timers = new Timers(host.clock);
  }

  heard(): void {
    this.#heardAt = this.#host.clock.now();
  }

  /** A session stands on the line. */
  watch(): void {
    this.#watching = true;
    this.#arm();
  }

  stop(): void {
    this.#watching = false;
    this.#timers.clear();
  }

  /** The network or the page came back. */
  woke(): void {
    void this.#check(QUIET_ON_WAKE_MS);
    this.#arm();
  }

  #arm(): void {
    // A hidden page asks nothing; it is asked when it is seen again.
    if (!this.#watching || !this.#host.visible.current()) return;
    const quietMs = this.#host.clock.now() - this.#heardAt;
    this.#timers.arm("quiet", Math.max(SOONEST_MS, QUIET_MS - quietMs), () => {
      void this.#check(QUIET_MS).then(() => this.#arm());
    });
  }

  async #check(quietMs: number): Promise<void> {
    const askedAt = this.#host.clock.now();
    const { visible } = this.#host;
    if (!this.#watching || this.#asking || !visible.current() || askedAt - this.#heardAt < quietMs) return;
    const echo = this.#host.echo();
    if (!echo) return;
    this.#asking = true;
    const reply = await echo;
    this.#asking = false;
    if (!reply && this.#watching && this.#heardAt < askedAt) this.#host.dead();
  }
}
