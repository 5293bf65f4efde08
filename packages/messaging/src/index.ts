/** A headless Genesys Cloud web messaging conversation, for browsers and Node. */
export type {
  Answer,
  AttachmentFile,
  AttachmentLimits,
  AttachOptions,
  Conversation,
  ConversationEvent,
  ConversationEventMap,
  ConversationOptions,
  ConversationState,
  ConversationToken,
  EndReason,
  SendOptions,
  TranscriptMessage,
  UploadedAttachment,
} from "./contract.js";
export { converse } from "./conversation.js";
export { createConversation } from "./door.js";
export { MessagingError, type MessagingErrorCode } from "./errors.js";
export type { Clock, ConversationPorts, Signal, Socket } from "./ports.js";
