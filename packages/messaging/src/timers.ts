/** Deadlines by name: arming one again replaces it. Knows a clock and nothing of what the deadlines are for. */
import type { Clock } from "./ports.js";

export class Timers<Name extends string> {
  readonly #clock: Clock;
  #armed = new Map<Name, () => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  arm(name: Name, delayMs: number, run: () => void): void {
    this.disarm(name);
    const stop = this.#clock.after(delayMs, () => {
      this.#armed.delete(name);
      run();
    });
    this.#armed.set(name, stop);
  }

  disarm(name: Name): void {
    this.#armed.get(name)?.();
    this.#armed.delete(name);
  }

  clear(): void {
    for (const name of this.#armed.keys()) this.disarm(name);
  }
}
