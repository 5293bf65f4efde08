/**
 * The simulator's one clock: real time plus what was skipped. Knows instants and what is due at them; does not know what
 * the tasks are. Skipping time runs every task on the way at its own instant, so that expiry is deterministic.
 */

/** Node's timers hold 31 bits of milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface Task {
  instant: number;
  run: () => void;
}

export interface Clock {
  /** Milliseconds since the epoch, as the simulated platform sees it. */
  now(): number;
  /** Runs once at an instant (ms), at the earliest after this call; returns the way to call it off. */
  at(instant: number, run: () => void): () => void;
  /** Skips time; all that falls due on the way is done before this returns. */
  advance(milliseconds: number): void;
  /** Forgets every task. */
  stop(): void;
}

export function createClock(): Clock {
  let skipped = 0;
  let tasks: Task[] = [];
  let timer: NodeJS.Timeout | undefined;

  const now = () => Date.now() + skipped;

  function arm(): void {
    clearTimeout(timer);
    const next = tasks[0];
    if (!next) return;
    timer = setTimeout(runDue, Math.min(Math.max(next.instant - now(), 0), LONGEST_TIMER_MS));
    timer.unref();
  }

  function runDue(): void {
    runUntil(now());
    arm();
  }

  function runUntil(instant: number): void {
    for (let task = tasks[0]; task && task.instant <= instant; task = tasks[0]) {
      tasks.shift();
      skipTo(task.instant);
      task.run();
    }
  }

  function skipTo(instant: number): void {
    skipped = Math.max(skipped, instant - Date.now());
  }

  return {
    now,
    at(instant, run) {
      const task = { instant, run };
      const after = tasks.findIndex((other) => other.instant > instant);
      if (after < 0) tasks.push(task);
      else tasks.splice(after, 0, task);
      arm();
      return () => {
        tasks = tasks.filter((other) => other !== task);
      };
    },
    advance(milliseconds) {
      const target = now() + milliseconds;
      runUntil(target);
      skipTo(target);
      arm();
    },
    stop() {
      clearTimeout(timer);
      tasks = [];
    },
  };
}
