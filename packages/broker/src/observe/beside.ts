/** Work that stands beside an answer: it comes after it, and what goes wrong in it stays in it. Knows no work. */

/** Waiting pieces at most; beyond it the newest are dropped, and it is said. */
const MAX_WAITING = 10_000;

export interface Beside {
  /** Runs it after what is under way now. A function that throws or rejects is warned about, once for each `name` a minute. */
  run(name: string, work: () => unknown): void;
  /** Resolves when all that is waiting has run, or the time is over. */
  drain(timeoutMs: number): Promise<void>;
}

export function createBeside(warn: (message: string) => void): Beside {
  const waiting: { name: string; work: () => unknown }[] = [];
  const underWay = new Set<Promise<unknown>>();
  let scheduled: Promise<void> | undefined;
  const warnedAt = new Map<string, number>();

  const complain = (name: string, what: string) => {
    const now = performance.now();
    const last = warnedAt.get(name);
    if (last !== undefined && now - last < 60_000) return;
    warnedAt.set(name, now);
    warn(`${name} ${what}`);
  };

  const runAll = () => {
    for (const { name, work } of waiting.splice(0)) {
      try {
        const result = work();
        if (!(result instanceof Promise)) continue;
        const settled: Promise<unknown> = result
          .catch(() => complain(name, "failed"))
          .finally(() => underWay.delete(settled));
        underWay.add(settled);
      } catch {
        complain(name, "failed");
      }
    }
  };

  return {
    run(name, work) {
      if (waiting.length >= MAX_WAITING) {
        complain(name, "is too slow: some of it was dropped");
        return;
      }
      waiting.push({ name, work });
      scheduled ??= new Promise<void>((resolve) => {
        setImmediate(() => {
          scheduled = undefined;
          runAll();
          resolve();
        });
      });
    },
    async drain(timeoutMs) {
      const end = performance.now() + timeoutMs;
      while ((scheduled !== undefined || underWay.size > 0) && performance.now() < end) {
        let timer: NodeJS.Timeout | undefined;
        const over = new Promise<void>((resolve) => {
          timer = setTimeout(resolve, end - performance.now());
        });
        await Promise.race([Promise.all([scheduled, ...underWay]), over]);
        clearTimeout(timer);
      }
    },
  };
}
