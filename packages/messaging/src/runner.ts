/** Runs the link's machine: one event after the other, each with all its effects. Knows what happens in which order, not what. */
import type { ConversationState } from "./contract.js";
import { type Effect, type Link, type LinkEvent, NEW_LINK, publicState } from "./rules/link.js";
import { step } from "./rules/machine.js";

export interface RunnerHost {
  stateChanged(state: ConversationState, previous: ConversationState): void;
  run(effect: Effect): void;
  /** An event and its effects are done. */
  settled(link: Link): void;
}

export class Runner {
  readonly #host: RunnerHost;
  #link: Link = NEW_LINK;
  #queue: LinkEvent[] = [];
  #running = false;

  constructor(host: RunnerHost) {
    this.#host = host;
  }

  get link(): Link {
    return this.#link;
  }

  /** An event from within an effect waits until that effect is done. */
  dispatch(event: LinkEvent): void {
    this.#queue.push(event);
    if (this.#running) return;
    this.#running = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
        const previous = publicState(this.#link);
        const { link, effects } = step(this.#link, next);
        this.#link = link;
        const state = publicState(link);
        if (state !== previous) this.#host.stateChanged(state, previous);
        for (const effect of effects) this.#host.run(effect);
        this.#host.settled(this.#link);
      }
    } finally {
      this.#running = false;
    }
  }
}
