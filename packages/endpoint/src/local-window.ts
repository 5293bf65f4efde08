/** Counts in fixed windows in this process, by key; of more keys than it keeps the one longest there is forgotten. */

export interface LocalCount {
  /** In this window, this one included. */
  readonly count: number;
  /** Whole seconds until the window ends, at least one. */
  readonly secondsLeft: number;
}

/** Gives a function that counts one more for a key. */
export function localWindow(windowSeconds: number, maxKeys: number, now: () => number = Date.now) {
  const windows = new Map<string, { count: number; endsAt: number }>();
  return (key: string): LocalCount => {
    const at = now();
    let window = windows.get(key);
    if (window === undefined || window.endsAt <= at) {
      windows.delete(key);
      window = { count: 0, endsAt: at + windowSeconds * 1000 };
      windows.set(key, window);
      if (windows.size > maxKeys) windows.delete(windows.keys().next().value ?? key);
    }
    window.count += 1;
    return { count: window.count, secondsLeft: Math.max(1, Math.ceil((window.endsAt - at) / 1000)) };
  };
}
