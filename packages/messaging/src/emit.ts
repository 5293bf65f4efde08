/** Typed events over a plain EventTarget. Knows the event map and nothing of when events happen. */
import type { Conversation, ConversationEventMap } from "./contract.js";

export type Emit = <Type extends keyof ConversationEventMap>(type: Type, detail: ConversationEventMap[Type]) => void;

export type Listening = Pick<Conversation, "addEventListener" | "removeEventListener">;

export function createEmitter(): Listening & { emit: Emit } {
  const target = new EventTarget();
  return {
    emit: (type, detail) => void target.dispatchEvent(Object.assign(new Event(type), detail)),
    addEventListener: target.addEventListener.bind(target) as Listening["addEventListener"],
    removeEventListener: target.removeEventListener.bind(target) as Listening["removeEventListener"],
  };
}
