/** English, and what every other table falls back to: what is said as soon as the panel opens. */
import type { CoreStrings } from "./strings.js";

const en: CoreStrings = {
  title: "Chat with us",
  close: "Close chat",
  more: "More options",
  unread: "Unread messages: {count}",
  placeholder: "Write a message…",
  message: "Message",
  send: "Send",
  sending: "Sending…",
  delivered: "Delivered",
  failed: "Not sent",
  retry: "Try again",
  connecting: "Connecting…",
  reconnecting: "Reconnecting…",
  offline: "Offline",
  offlineText: "You are offline. What you write is sent when you are back.",
  withAgent: "You are chatting with {name}",
  emptyTitle: "How can we help?",
  emptyText: "Send a message to start the conversation.",
  you: "You",
  agent: "Agent",
  assistant: "Assistant",
  typing: "{name} is typing",
  newMessages: "New messages",
  tooLong: "This message is too long by {count} {count; one: character; other: characters}.",
  tooFast: "That was a little fast. Please wait a moment and try again.",
  trouble: "Chat could not connect.",
  ended: "The conversation has ended.",
  attach: "Attach a file",
};

export default en;
