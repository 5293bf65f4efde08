/** The face of the conversation before its inside. */
import type { Conversation, ConversationOptions } from "./contract.js";
import { MessagingError } from "./errors.js";

export function createConversation(options: ConversationOptions): Conversation {
  throw new MessagingError("unsupported", `No conversation with ${options.urls.socket} yet.`);
}
