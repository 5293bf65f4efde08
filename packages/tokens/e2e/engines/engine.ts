/** What a scenario may ask of a browser, whichever it is. One suite is written against this, and each engine drives it. */

export interface Tab {
  goto(url: string): Promise<void>;
  reload(): Promise<void>;
  /** To the page before, from the back-forward cache where there is one. */
  back(): Promise<void>;
  /** Runs a function in the page; it sees nothing but its arguments. */
  run<Args extends unknown[], Result>(
    work: (...args: Args) => Result | Promise<Result>,
    ...args: Args
  ): Promise<Awaited<Result>>;
  close(): Promise<void>;
  /** What the page wrote to its console so far, where the engine tells. */
  readonly console: string[];
  /** Errors that nobody in the page caught, where the engine tells. */
  readonly errors: string[];
}

export interface Engine {
  /** `Chromium 150.0`, as the browser calls itself. */
  readonly name: string;
  /** It keeps pages that were left, and gives them back as they were. */
  readonly keepsPages: boolean;
  /** A new tab; all tabs of an engine are one visitor's. */
  open(): Promise<Tab>;
  close(): Promise<void>;
}

const PATIENCE_MS = 15_000;

/** Waits until a function gives something that is true in the page. */
export async function until<Args extends unknown[]>(
  tab: Tab,
  what: (...args: Args) => unknown,
  ...args: Args
): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  let trouble: unknown;
  // A page that is being left or come back to answers nobody for a moment.
  const asked = (): Promise<unknown> =>
    tab.run(what, ...args).catch((error: unknown) => {
      trouble = error;
    });
  while (!(await asked())) {
    if (performance.now() > end)
      throw new Error(`never came true: ${String(what)}(${JSON.stringify(args).slice(1, -1)})`, { cause: trouble });
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
