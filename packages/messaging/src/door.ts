/** The public door: the caller's options are checked before anything is made of them. */
import type { Conversation, ConversationOptions } from "./contract.js";
import { converse } from "./conversation.js";

/** A conversation with the platform. Connects nothing by itself. Throws a TypeError that names a wrong option. */
export function createConversation(options: ConversationOptions): Conversation {
  const { deploymentId, urls, guestApi, getToken } = options;
  const wrong =
    (!deploymentId && "deploymentId") ||
    (!/^wss?:\/\/[^?#]+$/.test(urls?.socket) && "urls.socket") ||
    (!/^https?:\/\/[^?#]+$/.test(urls?.api) && "urls.api") ||
    (typeof guestApi !== "string" && "guestApi") ||
    (typeof getToken !== "function" && "getToken");
  if (wrong) throw new TypeError(`createConversation: ${wrong} is missing or wrong`);
  return converse(options);
}
