/**
 * When a session begins without the visitor having asked for it: the page said so, or one of an earlier page can go
 * on. Knows the moments; does not know what begins.
 */
import type { StartName } from "./attributes.js";

/**
 * @param start the page's word.
 * @param begin called once, at the moment; when the page is idle where its word is to wait for the visitor.
 * @param signal ends the waiting.
 */
export function awaitStart(target: Element, start: StartName, begin: () => void, signal: AbortSignal): void {
  const run = (): void => {
    if (!signal.aborted) begin();
  };
  // After this task, in which a page or a framework may still set properties.
  if (start === "load") setTimeout(run);
  else if (start === "visible") whenVisible(target, run, signal);
  else whenIdle(run, signal);
}

function whenVisible(target: Element, run: () => void, signal: AbortSignal): void {
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    observer.disconnect();
    run();
  });
  observer.observe(target);
  signal.addEventListener("abort", () => observer.disconnect());
}

/** After the page has loaded, when the browser has nothing better to do. Safari has no idle callback. */
function whenIdle(run: () => void, signal: AbortSignal): void {
  const request = globalThis.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 200));
  const wait = (): void => void request(run);
  if (document.readyState === "complete") wait();
  else addEventListener("load", wait, { once: true, signal });
}
