/** Typed events over a plain EventTarget. Knows the event map and nothing of when events happen. */
import type { ConversationEvent, ConversationEventMap } from "./contract.js";

export class Emitter {
  readonly #target = new EventTarget();

  addEventListener<Type extends keyof ConversationEventMap>(
    type: Type,
    listener: (event: ConversationEvent<Type>) => void,
    options?: AddEventListenerOptions,
  ): void {
    this.#target.addEventListener(type, listener as (event: Event) => void, options);
  }

  removeEventListener<Type extends keyof ConversationEventMap>(
    type: Type,
    listener: (event: ConversationEvent<Type>) => void,
  ): void {
    this.#target.removeEventListener(type, listener as (event: Event) => void);
  }

  protected emit<Type extends keyof ConversationEventMap>(type: Type, detail: ConversationEventMap[Type]): void {
    this.#target.dispatchEvent(Object.assign(new Event(type), detail));
  }
}
