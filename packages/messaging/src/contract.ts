/** What a caller sees of a conversation: shapes alone, no behaviour. */
import type { Content, ConversationConfig } from "@guestpass/protocol";
import type { MessagingError } from "./errors.js";
import type { ConversationPorts } from "./ports.js";

/**
 * - `none`: not connected and not wanted
 * - `connecting`, `open`, `reconnecting`
 * - `read-only`: the agent ended it and the deployment lets nobody write on; `startNew()` leads out
 * - `closed`: the platform closed this connection on purpose (too many tabs, a refused token); `connect()` leads out
 * - `ended`: the conversation is over; `startNew()` leads out
 */
export type ConversationState = "none" | "connecting" | "open" | "reconnecting" | "read-only" | "closed" | "ended";

export type EndReason = "agent" | "guest" | "expired" | "cleared" | "signed-in-elsewhere" | "logout" | "read-only";

export interface ConversationToken {
  token: string;
  tokenType: "jwt" | "uuid";
  /** web-messaging: the UUID of each frame's `token`. */
  sessionToken?: string;
}

export interface ConversationOptions {
  deploymentId: string;
  /** `socket` without a query; `api` an origin. */
  urls: { socket: string; api: string };
  guestApi: string;
  /** The platform's label of this client; default `Guestpass-<version>`. */
  application?: string;
  /** A live token, asked for before each connection. */
  getToken(): Promise<ConversationToken>;
  /** The platform refused this token: get another, once. Without it a refusal ends the attempt. */
  onTokenRefused?(token: string): Promise<ConversationToken>;
  /** The deployment's public configuration, where it is known. */
  config?: ConversationConfig | null;
  /** Go with the first message of the conversation and with each that starts one; 2048 bytes. */
  customAttributes?: Record<string, string>;
  /**
   * Tabs that give the same key share one socket. Default: a hash of the web-messaging session token, no sharing for
   * other guest APIs; `false`: never share. Never put a token here.
   */
  shareKey?: string | false;
  ports?: Partial<ConversationPorts>;
}

export interface TranscriptMessage {
  /** Stable for the life of this conversation object. */
  id: string;
  direction: "sent" | "received";
  status: "sending" | "sent" | "delivered" | "failed";
  text: string;
  /** Milliseconds since 1970, the platform's clock once it has answered. */
  at: number;
  from: { name?: string; image?: string; bot: boolean };
  content: Content[];
  error?: { code: string; message: string };
}

export interface SendOptions {
  /** Custom attributes of this message; 2048 bytes of UTF-8, keys and values together. */
  attributes?: Record<string, string>;
  /** The id of an uploaded attachment; one a message. */
  attachment?: string;
}

/** A guest's answer to rich content. `messageId` is the transcript id of the message that asked. */
export type Answer =
  | { kind: "quick-reply"; text: string; payload: string }
  | { kind: "postback"; text: string; payload: string }
  | { kind: "date"; messageId: string /** ISO 8601. */; dateTime: string; text?: string }
  | { kind: "list"; messageId: string; items: { text: string; payload: string }[] }
  | { kind: "form"; messageId: string; response: unknown[]; cannedResponseId?: string; text?: string };

/** A file to attach: a browser's `File` fits. */
export interface AttachmentFile extends Blob {
  readonly name: string;
}

export interface AttachOptions {
  /** Stops the upload; what the platform already has is deleted. */
  signal?: AbortSignal;
  /** Bytes brought over so far, of all. */
  onProgress?(sentBytes: number, totalBytes: number): void;
}

/** An attachment that is uploaded and not yet sent. */
export interface UploadedAttachment {
  id: string;
  name: string;
  type: string;
  /** Bytes. */
  size: number;
  /** Where it can be seen for a while; `renewAttachment` gives a new one. */
  url: string;
}

/** What may be attached, as far as the platform has said. */
export interface AttachmentLimits {
  enabled: boolean;
  /** MIME types, with `*` as wildcard; undefined: any. */
  fileTypes?: string[];
  maxFileSizeKB: number;
  /** With the dot, such as `.exe`. */
  blockedExtensions: string[];
}

export interface ConversationEventMap {
  state: { state: ConversationState; previous: ConversationState };
  /** Each message that is new to the conversation: received ones, and own ones when the platform has them. */
  message: { message: TranscriptMessage };
  /** The transcript changed. */
  change: { transcript: readonly TranscriptMessage[] };
  typing: { active: boolean };
  started: { newSession: boolean };
  ended: { reason: EndReason };
  /** The platform's session ends soon unless something is said. */
  expiring: { /** Seconds. */ expiresIn: number };
  /** Somebody came, went or signed in: `Join`, `Disconnect`, `SignIn` and later ones. */
  presence: { presence: string; name?: string };
  error: { error: MessagingError };
}

export type ConversationEvent<Type extends keyof ConversationEventMap> = Event & {
  readonly type: Type;
} & Readonly<ConversationEventMap[Type]>;

export interface Conversation {
  readonly state: ConversationState;
  /** Oldest first; a new array after each change, never changed itself. */
  readonly transcript: readonly TranscriptMessage[];
  readonly agentTyping: boolean;
  readonly hasOlder: boolean;
  readonly attachmentLimits: AttachmentLimits;

  /** Resolves when configured and the first history page is merged, or history turned out not to be had. */
  connect(): Promise<void>;
  /**
   * Resolves with the platform's echo. Waits while reconnecting. Rejects with `message_too_long` or
   * `attributes_too_large` before anything is sent.
   */
  send(text: string, options?: SendOptions): Promise<{ id: string }>;
  /** Answers a quick reply, card, date picker, list picker or form. */
  respond(answer: Answer): Promise<{ id: string }>;
  /** Sends a failed message again. */
  retry(id: string): Promise<{ id: string }>;
  /** The guest is typing; at most one event in 5 s goes out. */
  typing(): void;
  loadOlder(): Promise<void>;

  /** Uploads a file; `send(text, { attachment: id })` sends it. Rejects with `upload_refused` or `upload_failed`. */
  attach(file: AttachmentFile, options?: AttachOptions): Promise<UploadedAttachment>;
  /** Deletes an attachment that has not been sent. */
  detach(attachmentId: string): Promise<void>;
  /** A fresh URL of an attachment whose link has expired. */
  renewAttachment(attachmentId: string): Promise<string>;

  /** After a silent refresh, or a sign-in in the middle of the chat. */
  setToken(token: ConversationToken): void;
  /** Ends the conversation: Presence Clear where the deployment allows, else closeSession. */
  end(): Promise<void>;
  /** A new conversation with an empty transcript; after `expired` the transcript stays. */
  startNew(): Promise<void>;
  /** Closes the socket; `connect()` opens it again. Messages not yet sent fail with `aborted`. */
  disconnect(): void;
  /** Disconnects for good and stops every timer and listener. */
  dispose(): void;

  addEventListener<Type extends keyof ConversationEventMap>(
    type: Type,
    listener: (event: ConversationEvent<Type>) => void,
    options?: AddEventListenerOptions,
  ): void;
  removeEventListener<Type extends keyof ConversationEventMap>(
    type: Type,
    listener: (event: ConversationEvent<Type>) => void,
  ): void;
}
