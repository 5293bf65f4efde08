/**
 * Fits the panel to what can be seen of a small screen: an on-screen keyboard covers the page without resizing it.
 * Knows the visual viewport; sets two lengths that the styles use.
 */

/** The panel covers the whole screen. */
export function isFull(): boolean {
  return matchMedia("(max-width: 480px), (max-height: 440px)").matches;
}

/** Until the signal. */
export function fitToViewport(panel: () => HTMLElement | null, signal: AbortSignal): void {
  const { visualViewport } = globalThis;
  const fit = (): void => {
    const style = panel()?.style;
    style?.setProperty("--_seen-height", `${visualViewport?.height}px`);
    style?.setProperty("--_seen-top", `${visualViewport?.offsetTop}px`);
  };
  visualViewport?.addEventListener("resize", fit, { signal });
  visualViewport?.addEventListener("scroll", fit, { signal });
}
