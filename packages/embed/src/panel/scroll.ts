/**
 * Keeps the transcript where its reader is: at the newest message while they are there, at the same message while
 * older ones come in above. Knows the scroller; does not know what is in it.
 */

/** Closer to the end than this counts as being there. */
const NEAR_PX = 48;

export class Follow {
  #scroller: HTMLElement | undefined;
  #resized: ResizeObserver | undefined;
  #first: string | undefined;
  #heightBefore = 0;
  #topBefore = 0;
  /** The reader is at the newest message. */
  atEnd = true;

  /** Call with the scroller once it is drawn. */
  attach(scroller: HTMLElement): void {
    if (this.#scroller === scroller) return;
    this.detach();
    this.#scroller = scroller;
    this.#resized = new ResizeObserver(() => this.atEnd && this.toEnd());
    this.#resized.observe(scroller);
    for (const child of scroller.children) this.#resized.observe(child);
  }

  detach(): void {
    this.#resized?.disconnect();
    this.#scroller = undefined;
  }

  /** Call on each scroll; true when the reader has come to the end just now. */
  scrolled(): boolean {
    const scroller = this.#scroller;
    if (!scroller || scroller.clientHeight === 0) return false;
    const was = this.atEnd;
    this.atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_PX;
    return this.atEnd && !was;
  }

  /** The reader is at the oldest message that is here. */
  get atStart(): boolean {
    return this.#scroller !== undefined && this.#scroller.clientHeight > 0 && this.#scroller.scrollTop < NEAR_PX;
  }

  /** Whether older messages have come above the one that was the first that is drawn. */
  grewAbove(messages: readonly { id: string }[], from: number): boolean {
    return messages.findIndex(({ id }) => id === this.#first) > from;
  }

  before(): void {
    this.#heightBefore = this.#scroller?.scrollHeight ?? 0;
    this.#topBefore = this.#scroller?.scrollTop ?? 0;
  }

  /** @param first the oldest message's id: another one means that older ones have come. */
  after(first: string | undefined): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    if (this.atEnd) this.toEnd();
    else if (first !== this.#first) {
      scroller.scrollTop = this.#topBefore + scroller.scrollHeight - this.#heightBefore;
    }
    this.#first = first;
  }

  toEnd(): void {
    this.atEnd = true;
    if (this.#scroller) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }
}
