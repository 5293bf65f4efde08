/** Deadlines by name: arming one again replaces it. Knows a clock and nothing of what the deadlines are for. */
import type { Clock } from "./ports.js";

export interface Timers {
  arm(name: string, delayMs: number, run: () => void): void;
  disarm(...names: string[]): void;
}

export function createTimers(clock: Clock): Timers {
  const armed = new Map<string, () => void>();
  const disarm = (...names: string[]) => {
    for (const name of names) {
      armed.get(name)?.();
      armed.delete(name);
    }
  };
  return {
    disarm,
    arm(name, delayMs, run) {
      disarm(name);
      const stop = clock.after(delayMs, () => {
        armed.delete(name);
        run();
      });
      armed.set(name, stop);
    },
  };
}
