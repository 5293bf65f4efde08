/**
 * When a session begins without the visitor having asked for it: the page said so, or one of an earlier page can go
 * on. Knows the moments; does not know what begins.
 */
import type { StartName } from "./attributes.js";

export class Starter {
  #armed = new AbortController();

  /**
   * @param start the page's word.
   * @param begin called once, at the moment.
   * @param resume called when the page is idle and the page's word is to wait for the visitor.
   */
  arm(target: Element, start: StartName, begin: () => void, resume: () => void): void {
    this.disarm();
    this.#armed = new AbortController();
    const { signal } = this.#armed;
    if (start === "load") soon(begin, signal);
    else if (start === "visible") whenVisible(target, begin, signal);
    else whenIdle(start === "idle" ? begin : resume, signal);
  }

  disarm(): void {
    this.#armed.abort();
  }
}

/** After this task, in which a page or a framework may still set properties. */
function soon(run: () => void, signal: AbortSignal): void {
  setTimeout(() => {
    if (!signal.aborted) run();
  });
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
  const wait = (): void => {
    request(() => {
      if (!signal.aborted) run();
    });
  };
  if (document.readyState === "complete") wait();
  else addEventListener("load", wait, { once: true, signal });
}
