/**
 * Fits the panel to what can be seen of a small screen: an on-screen keyboard covers the page without resizing it.
 * Knows the visual viewport; sets two lengths that the styles use.
 */

const FULL = "(max-width: 480px), (max-height: 440px)";

export class Viewport {
  readonly #panel: () => HTMLElement | null;
  #stop: AbortController | undefined;

  constructor(panel: () => HTMLElement | null) {
    this.#panel = panel;
  }

  /** The panel covers the whole screen. */
  get full(): boolean {
    return matchMedia(FULL).matches;
  }

  start(): void {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    const fit = (): void => this.#fit();
    globalThis.visualViewport?.addEventListener("resize", fit, { signal });
    globalThis.visualViewport?.addEventListener("scroll", fit, { signal });
  }

  stop(): void {
    this.#stop?.abort();
  }

  #fit(): void {
    const { visualViewport: seen } = globalThis;
    const style = this.#panel()?.style;
    if (!seen || !style) return;
    style.setProperty("--_seen-height", `${seen.height}px`);
    style.setProperty("--_seen-top", `${seen.offsetTop}px`);
  }
}
