/**
 * What the platform says on the Guest API socket, after `decodeFrame` has made types of it.
 * Source: messenger-transport-mobile-sdk 2.14.0 `shyrka/receive/*`, web-messaging-sdk-java 18.1.0.
 */

export interface Sender {
  firstName?: string;
  lastName?: string;
  nickname?: string;
  image?: string;
}

export interface Attachment {
  id: string;
  url?: string;
  filename?: string;
  fileSize?: number;
  mediaType: string;
  mime?: string;
  text?: string;
}

export interface CardAction {
  type: string;
  text: string;
  url?: string;
  payload?: string;
}

export interface Card {
  title: string;
  description?: string;
  image?: string;
  video?: string;
  defaultAction?: CardAction;
  actions: CardAction[];
}

export interface ListItem {
  id: string;
  title: string;
  subtitle?: string;
  imageUrl?: string;
}

export interface ListSection {
  title?: string;
  multipleSelection: boolean;
  items: ListItem[];
}

/** One piece of rich content. A contentType that this version does not know is `Unknown`. */
export type Content =
  | { contentType: "Attachment"; attachment: Attachment }
  | { contentType: "QuickReply"; quickReply: { text: string; payload: string; image?: string } }
  | { contentType: "ButtonResponse"; buttonResponse: { type: string; text?: string; payload?: string } }
  | { contentType: "Card"; card: Card }
  | { contentType: "Carousel"; cards: Card[] }
  | {
      contentType: "DatePicker";
      datePicker: {
        title?: string;
        subtitle?: string;
        imageUrl?: string;
        dateMinimum?: string;
        dateMaximum?: string;
        availableTimes: { dateTime: string; durationSeconds?: number }[];
      };
    }
  | {
      contentType: "ListPicker";
      listPicker: { id?: string; sections: ListSection[]; receivedMessage?: ListItem; replyMessage?: ListItem };
    }
  | { contentType: "Form"; form: Record<string, unknown> }
  | { contentType: "Unknown"; name: string };

/** One event of an Event message. An eventType that this version does not know is `Unknown`. */
export type MessageEventBody =
  | { eventType: "Presence"; presence: string }
  | { eventType: "Typing"; durationMs: number }
  | { eventType: "Unknown"; name: string };

/** A message, an event or a receipt of one: the body of class StructuredMessage and an entity of the history. */
export interface StructuredMessage {
  /** `channel.messageId` where there is one, else `id`: history and socket agree on this. */
  identity: string;
  id: string;
  type: "Text" | "Structured" | "Event" | "Receipt" | "Message" | "Unknown";
  text: string;
  /** From the platform's view: Inbound is the customer's. */
  direction: "Inbound" | "Outbound";
  originatingEntity?: "Human" | "Bot";
  /** `channel.time`, ISO 8601; empty when the platform gave none. */
  time: string;
  from: Sender;
  content: Content[];
  events: MessageEventBody[];
  metadata: Record<string, string>;
}

export interface SessionResponse {
  connected: boolean;
  newSession: boolean;
  readOnly: boolean;
  clearedExistingSession: boolean;
  autoStarted: boolean;
  /** Accepted MIME types of attachments, or undefined when the platform did not say. */
  fileTypes?: string[];
  maxFileSizeKB?: number;
  blockedExtensions?: string[];
  maxCustomDataBytes?: number;
  durationSeconds?: number;
  /** Unix seconds. */
  expirationDate?: number;
}

interface Base {
  tracingId?: string;
}

/** A frame from the platform. `invalid` is text that is no frame at all; `unknown` is a class of a later version. */
export type InboundFrame = Base &
  (
    | { kind: "session"; session: SessionResponse }
    | { kind: "message"; message: StructuredMessage }
    | { kind: "jwt"; jwt: string /** Unix seconds. */; exp: number }
    | {
        kind: "presigned-url";
        attachmentId: string;
        url: string;
        headers: Record<string, string>;
        fileName?: string;
        fileSize?: number;
        fileType?: string;
      }
    | { kind: "upload-success"; attachmentId: string; downloadUrl: string; timestamp?: string }
    | { kind: "upload-failure"; attachmentId: string; errorCode: number; errorMessage: string }
    | { kind: "attachment-deleted"; attachmentId: string }
    | { kind: "session-expired" }
    | { kind: "session-cleared" }
    | { kind: "connection-closed"; reason?: string }
    | { kind: "logout" }
    | { kind: "too-many-requests"; retryAfterSeconds: number; errorCode: number; errorMessage: string }
    | { kind: "configuration"; configuration: Record<string, unknown> }
    | { kind: "error"; code: number; text: string }
    | { kind: "unknown"; name: string }
    | { kind: "invalid"; reason: string }
  );

/** One page of `GET /api/v2/webmessaging/messages`; newest first. */
export interface HistoryPage {
  messages: StructuredMessage[];
  pageNumber: number;
  pageSize: number;
  total: number;
  pageCount: number;
}

/** The part of a deployment's public config.json that a conversation acts on. */
export interface ConversationConfig {
  fileUploadEnabled: boolean;
  showAgentTyping: boolean;
  showUserTyping: boolean;
  autoStart: boolean;
  disconnect: "none" | "Send" | "ReadOnly";
  clearEnabled: boolean;
  markdown: boolean;
}

/** The part of it that a client acts on. */
export interface DeploymentConfig extends ConversationConfig {
  id: string;
  version: string;
  languages: string[];
  defaultLanguage: string;
  active: boolean;
  authEnabled: boolean;
  allowSessionUpgrade: boolean;
  primaryColor?: string;
  launcherVisibility: "On" | "Off" | "OnDemand";
  sessionDurationSeconds?: number;
}
